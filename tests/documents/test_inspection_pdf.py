"""PDF invoices: the XML inside is judged, its wrapping told, and hostile files are refused by a named limit."""

from __future__ import annotations

import resource
import zlib
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from app.documents.pdf_check import check_pdfa3
from app.documents.rendering import print_invoice
from tests.factories.documents import document

XML = formats["cii-invoice"].dumps(document(count=1))


def report(data: bytes) -> dict:
    return inspect_file([data], name="invoice.pdf").as_json()


def pdf(*files: tuple[str, bytes], **options) -> bytes:
    out = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, data in files:
            made.attachments[name] = pikepdf.AttachedFileSpec(made, data, filename=name, mime_type="text/xml")
        made.save(out, **options)
    return out.getvalue()


def rules(found: dict) -> list[tuple[str, str]]:
    return [(item["rule"], item["severity"]) for item in found["findings"]]


def test_our_own_invoice_is_valid():
    data = print_invoice(document(count=1))
    assert check_pdfa3(data) == []
    found = report(data)
    assert (found["format"], found["profile"], found["part"]) == ("facturx", "en16931", "factur-x.xml")
    assert (found["verdict"], found["findings"]) == ("valid", [])
    assert found["rule_sets"][0]["name"] == "PDF/A-3 and Factur-X structure"
    assert found["documents"][0]["number"] == document(count=1).number


def test_a_wrapping_that_is_none_is_told_beside_the_verdict():
    found = report(pdf(("factur-x.xml", XML)))
    assert found["verdict"] == "valid"
    assert {severity for _, severity in rules(found)} == {"warning"}
    assert "there is no PDF/A output intent" in [item["message"] for item in found["findings"]]


def test_the_agreed_name_wins_over_others():
    found = report(pdf(("a.xml", b"<a/>"), ("ZUGFeRD-invoice.xml", b"<b/>"), ("factur-x.xml", XML), ("c.txt", b"c")))
    assert (found["part"], found["verdict"]) == ("factur-x.xml", "valid")
    assert ("OTHER_XML", "info") in rules(found)


@pytest.mark.parametrize("files", [(), (("note.txt", b"a"),), (("a.xml", b"<a/>"), ("b.xml", b"<b/>"))])
def test_a_pdf_without_an_invoice_is_not_checked(files):
    found = report(pdf(*files))
    assert (found["format"], found["verdict"], rules(found)) == ("pdf", "not_checked", [("NO_XML", "info")])


def test_broken_xml_inside_is_invalid():
    found = report(pdf(("factur-x.xml", XML[:-20])))
    assert found["verdict"] == "invalid"
    assert ("XML", "fatal") in rules(found)


def test_an_encrypted_file_is_told():
    data = pdf(("factur-x.xml", XML), encryption=pikepdf.Encryption(owner="a", user="b"))
    assert rules(report(data)) == [("ENCRYPTED", "fatal")]


def test_an_attachment_that_swells_is_refused():
    bomb = pdf(("factur-x.xml", b"<a>" + b" " * 60_000_000 + b"</a>"), compress_streams=True)
    assert len(bomb) < 200_000
    assert rules(report(bomb)) == [("TOO_LARGE", "fatal")]


def test_objects_that_swell_are_not_unpacked():
    """200 MB of objects in 200 KB: qpdf stops at the limit, and what it did not read is missing."""
    packed = zlib.compress(b"1 0 <<>> " + b" " * 200_000_000, 9)
    head = b"%PDF-1.7\n2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length "
    bomb = head + str(len(packed)).encode() + b">>stream\n" + packed + b"\nendstream endobj\n"
    table = b"trailer<</Root 1 0 R/Size 3>>\n%%EOF"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert report(bomb + table)["verdict"] != "valid"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_file_of_more_than_the_limit_is_refused():
    found = inspect_file([b"%PDF-1.7\n", *[b" " * 1_000_000] * 60]).as_json()
    assert rules(found) == [("TOO_LARGE", "fatal")]


SMALL = pdf(("factur-x.xml", b"<Invoice/>"))


def test_cut_anywhere_gives_a_report():
    for end in range(8, len(SMALL), 7):
        assert report(SMALL[:end])["verdict"] in ("invalid", "not_checked"), end


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(8, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_changed_bytes_give_a_report(changes):
    data = bytearray(SMALL)
    for at, value in changes:
        data[at] = value
    assert report(bytes(data))["verdict"] != "valid"
