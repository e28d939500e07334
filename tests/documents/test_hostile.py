"""Files made to do harm: each is refused by a named limit, in bounded time and memory, and nothing from outside is read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from tests.factories.documents import document

INVOICE = formats["ubl-invoice"].dumps(document(count=1))
HEAD = b'<?xml version="1.0"?>'
BOMB = (
    b'<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
)
BLOCK = 262_144


class Stream:
    """A file of a gigabyte; `read` is how much of it was asked for."""

    def __init__(self, start: bytes, filling: bytes, size: int = 1_000_000_000) -> None:
        self.read = 0
        self._start, self._filling, self._size = start, filling, size

    def __iter__(self) -> Iterator[bytes]:
        block = (self._filling * (BLOCK // len(self._filling) + 1))[:BLOCK]
        yield self._start + block
        while self.read < self._size:
            self.read += BLOCK
            yield block


def rules(data: bytes) -> list[str]:
    return [one.rule for one in inspect_file([data]).findings]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (HEAD + BOMB + b"<Invoice>&m;</Invoice>", "ENTITIES"),
        (HEAD + b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "ENTITIES"),
        (HEAD + b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>', "ENTITIES"),
        (HEAD + b'<!DOCTYPE a [<!ENTITY % x "<!ENTITY y \'z\'>"> %x;]><a>&y;</a>', "ENTITIES"),
        (HEAD + b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a>&y;</a>', "ENTITIES"),
        (b"<a>" * 150 + b"</a>" * 150, "TOO_DEEP"),
        (b"<a>" * 100_000, "TOO_DEEP"),
        (b'<?xml version="1.0" encoding="no-such-set"?><a/>', "XML"),
        (HEAD + "<a>Größe</a>".encode("latin-1"), "XML"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "XML"),
        (HEAD + b"<a>\x00</a>", "XML"),
        (HEAD + b"<a x='1' x='2'/>", "XML"),
        (HEAD + b"<a/><b/>", "XML"),
        (HEAD + b"<a>&#0;</a>", "XML"),
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_by_name(data, rule):
    found = inspect_file([data])
    assert (found.verdict, [one.rule for one in found.findings]) == ("invalid", [rule])
    assert "root:" not in str(found.as_json())


def test_what_xml_asks_for_from_outside_is_not_read():
    reached = HEAD + b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a xmlns:xi="http://www.w3.org/2001/XInclude">'
    reached += b'<xi:include href="file:///etc/passwd" parse="text"/></a>'
    found = inspect_file([reached])
    assert (found.verdict, found.findings) == ("not_checked", [])
    located = INVOICE.replace(b"<Invoice ", b'<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                              b'xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd" ', 1)  # fmt: skip
    assert not [one for one in inspect_file([located]).findings if one.severity == "fatal"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_xml_is_read(codec):
    text = INVOICE.decode().replace("UTF-8", "UTF-16")
    data = text.encode(codec) if codec == "utf-16" else ("\ufeff" + text).encode(codec)
    assert inspect_file([data]).verdict == inspect_file([INVOICE]).verdict


def test_other_declared_sets_are_read():
    text = INVOICE.decode().replace("UTF-8", "windows-1251", 1)
    data = text.replace("Großhandel", "Оптторг").encode("cp1251", "xmlcharrefreplace")
    assert inspect_file([data]).documents[0].parties["seller"]["name"] == "Kontor Оптторг GmbH"


@pytest.mark.parametrize(
    ("start", "filling"),
    [
        (b"UNA:+.? 'UNB+UNOC:3+A+B+250301:1000+1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+++", b"x"),
        (b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *250301*1000*U*00401*000000001*0*P*>~NTE**", b"x"),
        (b"<a>", b"x"),
        (b"<a x='", b"x"),
        (b"<!-- ", b"x"),
        (b"<a>", b"<b/>"),
        (b"%PDF-1.7\n", b"x"),
        (b"PK\x03\x04", b"x"),
        (b"\x1f\x8b", b"x"),
        (b"From: a\nSubject: b\n\n", b"x\n"),
        (b"", b"\x00"),
        (b"", b" "),
    ],
)  # fmt: skip
def test_a_gigabyte_is_not_taken_into_memory(start, filling):
    """One segment, text, attribute, comment, archive: what is read and held stays below the limits."""
    stream = Stream(start, filling)
    tracemalloc.start()
    found = inspect_file(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.verdict in ("invalid", "not_checked")
    assert found.findings
    assert stream.read < 60_000_000
    assert peak < 250_000_000


def test_no_namespace_or_name_is_a_traceback():
    for data in (b"<_/>", b"<a:b xmlns:a=''/>", "<Инвойс/>".encode(), b"<a xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>",
                 b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Nothing-9'/>", b"<html><body/></html>", b"<cXML/>",
                 b"<BMECAT/>", b"<StandardBusinessDocument/>", "<Файл/>".encode(), "<КоммерческаяИнформация/>".encode()):  # fmt: skip
        found = inspect_file([data])
        assert found.verdict != "valid"
