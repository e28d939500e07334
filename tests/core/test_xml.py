"""Foreign XML does no harm, and our own XML is what was meant."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.core.xml import XmlError, XmlFault, XmlWriter, parse, parts, read_start

BOMB = (
    b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(10))
    + b']><l a="&k;">&k;</l>'
)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", XmlFault.MALFORMED),
        (b"   ", XmlFault.MALFORMED),
        (b"<a>", XmlFault.MALFORMED),
        (b"<a/><b/>", XmlFault.MALFORMED),
        (b"\xff\xfe", XmlFault.MALFORMED),
        (b"<a>&unknown;</a>", XmlFault.MALFORMED),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', XmlFault.ENTITIES),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', XmlFault.ENTITIES),
        (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://host.invalid/x"> %x;]><a/>', XmlFault.ENTITIES),
        (b'<!DOCTYPE a SYSTEM "x.dtd" [' + b" " * 9000 + b'<!ENTITY x "y">]><a b="&x;"/>', XmlFault.ENTITIES),
        (b'<!DOCTYPE a SYSTEM "http://host.invalid/y.dtd"><a>z&nbsp;</a>', XmlFault.ENTITIES),
        (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
            XmlFault.ENTITIES,
        ),
        (b"<a>" * 150 + b"</a>" * 150, XmlFault.TOO_DEEP),
        (b"<a>" * 3000 + b"</a>" * 3000, XmlFault.TOO_DEEP),
        (b"<a>" + b"x" * 21_000_000 + b"</a>", XmlFault.TOO_LARGE),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else None,
)
def test_refused_with_a_named_fault(data, fault):
    with pytest.raises(XmlError) as caught:
        parse(data)
    assert caught.value.fault is fault


@pytest.mark.parametrize("data", [BOMB, BOMB + b" " * 11_000_000], ids=["small", "beyond the parser's own limits"])
def test_entity_bomb_goes_off_nowhere(data):
    with pytest.raises(XmlError):
        parse(data)


def test_fault_names_its_line():
    with pytest.raises(XmlError) as caught:
        parse(b"<a>\n<b>\n</a>")
    assert caught.value.line == 3
    assert "Line 3" in str(caught.value)


def test_doctype_alone_is_read_and_never_loaded():
    root = parse(b'<!DOCTYPE a SYSTEM "http://host.invalid/y.dtd"><a>z</a>')
    assert root.text == "z"


def test_comments_and_instructions_do_not_split_texts():
    root = parse(b"<a>12<!-- x -->34<b>5<?p q?>6</b></a>")
    assert root.text == "1234"
    assert root[0].text == "56"


def test_long_texts_are_read_up_to_the_limit():
    assert len(parse(b"<a>" + b"x" * 11_000_000 + b"</a>").text or "") == 11_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "iso-8859-5"])
def test_declared_encodings_are_read(encoding):
    declared = encoding.removesuffix("-sig")
    assert parse(f'<?xml version="1.0" encoding="{declared}"?><a>Счёт</a>'.encode(encoding)).text == "Счёт"


def test_empty_leaves_and_groups_are_left_out():
    writer = XmlWriter("a", {"": "urn:x"})
    with writer.group("b"):
        writer.leaf("c", "")
        with writer.group("d"):
            pass
    with writer.group("kept", keep=True):
        pass
    writer.leaf("e", "1", unit="", scheme="x")
    root = etree.fromstring(writer.finish())
    assert [etree.QName(child).localname for child in root] == ["kept", "e"]
    assert dict(root[1].attrib) == {"scheme": "x"}


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_every_text_comes_back(text, attribute):
    writer = XmlWriter("a", {})
    writer.leaf("b", text, c=attribute)
    leaf = etree.fromstring(writer.finish())[0]
    allowed = "".join(char for char in text if char in "\t\n\r" or " " <= char not in "\ufffe\uffff")
    assert (leaf.text or "") == allowed
    assert (leaf.get("c") or "") == "".join(
        char for char in attribute if char in "\t\n\r" or " " <= char not in "\ufffe\uffff"
    )


def test_the_start_is_seen_before_the_rest_is_read():
    data = b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><a xmlns="urn:x" n="1"><b>'
    start, rest = read_start([data[:30], data[30:], b"</c>"])
    assert (start.namespace, start.name, start.attributes, start.system) == ("urn:x", "a", {"n": "1"}, "a.dtd")
    assert b"".join(rest) == data + b"</c>"


@pytest.mark.parametrize("data", [b"", b"<a", b"no xml", b"<!-- " + b"x" * 2_000_000])
def test_what_has_no_start_is_refused(data):
    with pytest.raises(XmlError):
        read_start([data])


def test_parts_come_one_by_one_in_bounded_memory():
    head, line = b"<a><head><n>7</n></head>", b"<line><id>5</id><text>" + b"x" * 1000 + b"</text></line>"

    def chunks():
        yield head
        for _ in range(20_000):
            yield line
        yield b"</a>"

    tracemalloc.start()
    seen = sum(int(one.findtext("id") or 0) for one in parts(chunks(), ["line"], max_bytes=30_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == 100_000
    assert peak < 3_000_000
    assert [one.findtext("n") for one in parts(chunks(), ["head"], max_bytes=30_000_000)] == ["7"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"<a><line/><line></a>", XmlFault.MALFORMED),
        (b"<a><line/>" + b" " * 2000 + b"</a>", XmlFault.TOO_LARGE),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a><line>&x;</line></a>', XmlFault.ENTITIES),
        (b"<a>" * 280 + b"</a>" * 280, XmlFault.TOO_DEEP),
    ],
)
def test_parts_of_harmful_or_broken_xml_are_refused(data, fault):
    with pytest.raises(XmlError) as caught:
        list(parts([data], ["line"], max_bytes=1999))
    assert caught.value.fault is fault
