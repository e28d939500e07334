"""Files in files: opened within limits, judged by what lies in them; never a traceback, never valid by mistake."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import random
import tracemalloc
import zipfile
from email.message import EmailMessage
from io import BytesIO

import pytest
from asn1crypto import cms, core

from app.documents.containers.archives import office_kind
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from tests.factories.documents import credit_note, document

INVOICE = formats["ubl-invoice"].dumps(document(count=1))
CREDIT = formats["ubl-invoice"].dumps(credit_note(count=1))
EDIFACT = b"UNA:+.? 'UNB+UNOC:3+A+B+250301:1000+1'UNH+1+ORDERS:D:96A:UN'BGM+220+P1+9'UNT+3+1'UNZ+1+1'"


def zipped(**files: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def mail(*attachments: tuple[str, bytes, str], body: str = "Please find our invoice.") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@kontor.example", "b@kontor.example", "Invoice"
    message.set_content(body)
    for name, data, kind in attachments:
        message.add_attachment(data, maintype="application", subtype=kind, filename=name)
    return message.as_bytes()


def signed(content: bytes | None) -> bytes:
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data", **({"content": content} if content else {})},
            "signer_infos": [],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


def report(data: bytes, name: str = "") -> dict:
    return inspect_file([data], name=name).as_json()


@pytest.mark.parametrize(
    ("container", "data"),
    [
        ("gzip", gzip.compress(INVOICE)),
        ("gzip", gzip.compress(INVOICE[:900]) + gzip.compress(INVOICE[900:])),
        ("bzip2", bz2.compress(INVOICE)),
        ("xz", lzma.compress(INVOICE)),
        ("zip", zipped(a=INVOICE)),
        ("mail", mail(("invoice.xml", INVOICE, "xml"))),
        ("mail", b"MIME-Version: 1.0\r\nContent-Type: text/xml\r\n\r\n" + INVOICE),
        ("mail/zip", mail(("invoice.zip", zipped(a=INVOICE), "zip"))),
        ("mail", b"--cut\r\nContent-Type: application/xml\r\n\r\n" + INVOICE + b"\r\n--cut--\r\n"),
    ],
)
def test_one_document_inside_is_reported_as_itself(container, data):
    found, known = report(data), report(INVOICE)
    assert found["container"] == container
    assert (found["format"], found["verdict"], found["findings"]) == ("ubl", known["verdict"], [])
    assert found["documents"] == known["documents"]


@pytest.mark.parametrize("wrap", [lambda data: data, base64.encodebytes], ids=["der", "base64"])
def test_signed_content_is_read_but_its_signature_is_not_called_right(wrap):
    found = report(wrap(signed(INVOICE)))
    assert (found["container"], found["format"], found["verdict"]) == ("p7m", "ubl", "not_checked")
    assert "The signature was not checked." in found["unchecked"]


def test_pem_is_read():
    data = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed(INVOICE)) + b"-----END PKCS7-----\n"
    assert report(data)["format"] == "ubl"


def test_a_signed_container_says_that_the_signature_was_not_checked():
    files = {
        "mimetype": b"application/vnd.etsi.asic-e+zip", "META-INF/signatures0.xml": b"<x/>", "invoice.xml": INVOICE,
    }  # fmt: skip
    found = report(zipped(**files))
    assert (found["container"], found["part"], found["format"]) == ("asic", "invoice.xml", "ubl")
    assert (found["verdict"], found["unchecked"][-1]) == ("not_checked", "The signature was not checked.")
    assert report(mail(("a.xml", INVOICE, "xml"), ("smime.p7s", b"0", "pkcs7-signature")))["verdict"] == "not_checked"


def test_several_documents_are_reported_one_by_one():
    found = report(zipped(**{"one.xml": INVOICE, "two.xml": CREDIT, "three.edi": EDIFACT}))
    assert [(part["part"], part["format"]) for part in found["parts"]] == [
        ("one.xml", "ubl"), ("two.xml", "ubl"), ("three.edi", "edifact"),
    ]  # fmt: skip
    assert [head["type"] for head in found["documents"]] == ["Invoice", "CreditNote", "ORDERS"]
    assert (found["format"], found["verdict"]) == ("zip", "invalid")
    assert report(zipped(a=INVOICE, b=CREDIT))["verdict"] == report(INVOICE)["verdict"]
    broken = INVOICE.replace(b"<cbc:DocumentCurrencyCode>EUR", b"<cbc:DocumentCurrencyCode>XXXX")
    assert report(zipped(a=INVOICE, b=broken))["verdict"] == "invalid"


def test_an_envelope_is_opened_and_lines_are_those_of_the_file():
    space = 'xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"'
    kind = "<DocumentIdentification>\n<Standard>x</Standard><Type>Invoice</Type></DocumentIdentification>"
    head = (
        f"<StandardBusinessDocument {space}>\n<StandardBusinessDocumentHeader>{kind}</StandardBusinessDocumentHeader>\n"
    )
    inside = INVOICE.partition(b"?>\n")[2].replace(b">EUR<", b">XXXX<")
    data = head.encode() + inside + b"</StandardBusinessDocument>"
    found = report(data)
    assert (found["container"], found["format"], found["verdict"]) == ("sbdh", "ubl", "invalid")
    for finding in found["findings"]:
        line = data.splitlines()[finding["line"] - 1].decode()
        assert finding["path"].split("/")[-1].split("[")[0] in line, finding
    assert report(data.replace(b"<Type>Invoice", b"<Type>Order"))["findings"][-1]["rule"] == "TYPE"
    assert report(f"{head}</StandardBusinessDocument>".encode())["verdict"] == "invalid"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_edi_in_wide_characters_is_read(codec):
    found = report(EDIFACT.decode().encode(codec))
    assert (found["format"], found["documents"][0]["number"]) == ("edifact", "P1")


KINDS = {"7z": "7z", "rar": "rar", "workbook": "xlsx", "cut zip": "zip", "signature only": "p7s", "encrypted": "p7m"}
REFUSED = {
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), "FORMAT"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(50), "FORMAT"),
    "bomb gzip": (gzip.compress(bytes(70_000_000)), "TOO_LARGE"),
    "bomb bzip2": (bz2.compress(bytes(70_000_000)), "TOO_LARGE"),
    "bomb xz": (lzma.compress(bytes(70_000_000)), "TOO_LARGE"),
    "bomb zip": (zipped(a=bytes(40_000_000), b=bytes(40_000_000)), "TOO_LARGE"),
    "many files": (zipped(**{str(n): b"" for n in range(600)}), "TOO_LARGE"),
    "workbook": (zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "FORMAT"),
    "cut gzip": (gzip.compress(INVOICE)[:-40], "PACKED"),
    "cut zip": (zipped(a=INVOICE)[:-30], "PACKED"),
    "deep": (gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(INVOICE))))), "TOO_DEEP"),
    "signature only": (signed(None), "NO_CONTENT"),
    "cut p7m": (signed(INVOICE)[:200], "PACKED"),
    "encrypted": (signed(INVOICE).replace(bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703")), "ENCRYPTED"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_opened_is_named(name):
    data, rule = REFUSED[name]
    found = report(data)
    assert [one["rule"] for one in found["findings"]] == [rule]
    assert found["verdict"] == ("not_checked" if rule == "FORMAT" else "invalid")
    assert found["unchecked"]
    assert found["format"] == KINDS.get(name, found["format"])


def test_bombs_in_many_files_share_one_limit():
    bomb = gzip.compress(bytes(50_000_000))
    data = zipped(**{f"{n}.gz": bomb for n in range(40)})
    tracemalloc.start()
    found = report(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found["verdict"] == "invalid"
    assert sum(one["findings"][0]["rule"] == "TOO_LARGE" for one in found["parts"]) == 39
    assert peak < 300_000_000


def test_an_encrypted_zip_is_named():
    data = bytearray(zipped(a=INVOICE))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert [one["rule"] for one in report(bytes(data))["findings"]] == ["ENCRYPTED"]


def test_an_empty_container_is_not_checked():
    for data in (zipped(), mail()):
        found = report(data)
        assert found["verdict"] == "not_checked"
        assert found["unchecked"] == ["There is no document in the file."]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(INVOICE), zipped(a=INVOICE, b=CREDIT), mail(("a.xml", INVOICE, "xml")), signed(INVOICE)],
    ids=["gzip", "zip", "mail", "p7m"],
)
def test_no_damage_is_a_traceback(data):
    source = random.Random(7)
    for _ in range(60):
        damaged = bytearray(data[: source.randrange(1, len(data))] if source.random() < 0.5 else data)
        for _ in range(source.randrange(4)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        assert report(bytes(damaged))["verdict"] in ("valid", "invalid", "not_checked")


def test_numbers_of_bytes_alone_are_no_signature():
    assert core.Integer(7).dump()
    assert report(b"MIIB is how this text begins")["format"] == "unknown"


def test_a_workbook_is_left_as_it_is_for_conversion():
    data = zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    assert office_kind(data) == "XLSX"
    assert office_kind(zipped(a=INVOICE)) == ""
    assert office_kind(b"PK\x03\x04 no zip") == ""
    with pytest.raises(FormatError) as caught:
        convert(data, "ubl-order")
    assert "columns" not in str(caught.value)


def test_what_is_packed_is_converted():
    for data in (gzip.compress(INVOICE), zipped(a=INVOICE), mail(("a.xml", INVOICE, "xml")), signed(INVOICE)):
        assert convert(data, "cii-invoice").source == "ubl-invoice"
