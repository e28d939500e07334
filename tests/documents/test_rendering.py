"""The PDF that leaves the house: its structure, its texts, and the document inside."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from app.core.xml import XmlError
from app.documents.formats import formats
from app.documents.model.invoice import Note
from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.model.totals import VatCategory
from app.documents.paper.brand import Brand
from app.documents.pdf import html_to_pdf
from app.documents.pdf_check import check_pdfa3
from app.documents.rendering import print_invoice, print_record, render_invoice, render_invoice_html
from app.documents.validation import Status
from tests.factories.documents import buyer, credit_note, document, line

RUSSIAN = {"Invoice": "Счёт", "Amount due": "К оплате", "Page {page} of {pages}": "Страница {page} из {pages}"}


def russian(text: str) -> str:
    return RUSSIAN.get(text, text)


def texts(pdf: bytes) -> list[str]:
    """The text of each page, every kind of space as one blank."""
    return [re.sub(r"[^\S\n]+", " ", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def long_invoice():
    return document(count=100, language="ru")


@pytest.fixture(scope="module")
def long_pdf(long_invoice):
    return print_invoice(long_invoice, language="ru", translate=russian)


def test_one_frozen_document_gives_all_forms():
    original = document()
    rendered = render_invoice(original, language="en", translate=str)
    assert [report.status for report in rendered.reports] == [Status.VALID, Status.VALID]
    assert check_pdfa3(rendered.pdf) == []
    assert formats["ubl-invoice"].loads(rendered.ubl) == original
    assert formats["cii-invoice"].loads(rendered.cii) == original
    with pikepdf.open(BytesIO(rendered.pdf)) as pdf:
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == rendered.cii


def test_same_document_gives_the_same_bytes():
    assert print_invoice(document()) == print_invoice(document())
    assert print_invoice(document()) != print_invoice(document(number="INV-2025-001235"))


def test_page_one_holds_what_an_auditor_looks_for():
    (page,) = texts(print_invoice(document()))
    for wanted in (
        "Kontor Großhandel GmbH", "DE136695976", "HRB 123456", "Blauwal Retail B.V.", "NL123456789B01", "INV-2025-001234",
        "14 Mar 2025", "10 Mar 2025", "13 Apr 2025", "PO-4500012345", "SO-2025-00991", "30 days net",
        "DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "2% discount if paid by 24 Mar 2025", "factur-x.xml", "Page 1 of 1",
    ):  # fmt: skip
        assert wanted in page, wanted


def test_rows_are_read_row_by_row():
    (page,) = texts(print_invoice(document(count=2)))
    assert "1 K-10013 Copy paper A4 80 g/m², 500 sheets 8 packs 0.54 20% 4.32" in page
    assert "2 K-10026 Шайба оцинкована М10, ґатунок I, ДСТУ ISO 7089 15 m 0.91 20% 13.65" in page


def test_cyrillic_texts_and_page_numbers_on_every_page(long_pdf):
    pages = texts(long_pdf)
    assert len(pages) == 4
    for number, page in enumerate(pages, 1):
        assert f"Страница {number} из 4" in page
        assert "Счёт INV-2025-001234" in page
    assert "Провод ПВС 3×1,5 мм², белый, бухта 100 м" in pages[1]
    assert "К оплате, EUR" in pages[-1]


def test_sums_are_carried_from_page_to_page(long_invoice, long_pdf):
    pages = texts(long_pdf)
    carried = [re.search(r"Carried forward ([\d ]+,\d\d)", page) for page in pages]
    brought = [re.search(r"Brought forward ([\d ]+,\d\d)", page) for page in pages]
    assert [bool(item) for item in carried] == [True, True, True, False]
    for over, back in zip(carried[:-1], brought[1:], strict=True):
        assert over and back
        assert over[1] == back[1]
    first = sum(item.net for item in long_invoice.lines[: pages[0].count(" K-1")])
    assert carried[0] and carried[0][1].replace(" ", "") == f"{first:.2f}".replace(".", ",")


def test_all_fonts_are_ours_and_embedded(long_pdf):
    with pikepdf.open(BytesIO(long_pdf)) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert names
    assert all("Plex" in name for name in names), names
    assert any("cyrillic" in name for name in names)
    assert any("latin-Semi-Bold" in name for name in names)


@pytest.mark.parametrize(
    "category", [VatCategory.REVERSE_CHARGE, VatCategory.EXEMPT, VatCategory.INTRA_COMMUNITY, VatCategory.EXPORT]
)
def test_reason_for_no_tax_is_printed(category):
    invoice = document(category=category)
    (page,) = texts(print_invoice(invoice))
    assert " ".join(invoice.vat[0].exemption_reason.split()) in page.replace("\n", " ")


def test_credit_note_names_its_invoice_and_asks_for_nothing():
    (page,) = texts(print_invoice(credit_note()))
    assert "Credit note" in page
    assert "INV-2025-001201" in page
    assert "Amount credited, EUR" in page
    assert "Please pay" not in page
    assert "Scan to pay" not in page


def test_long_names_and_notes_never_leave_the_page():
    long = "Производственно-коммерческая фирма «Северный ветер» " * 6
    invoice = document(
        count=8,
        buyer=buyer(name=long, trading_name=long),
        notes=tuple(Note(f"{number}. {long}") for number in range(20)),
        lines=tuple(
            line(i, name=long, description=long, note=long, buyer_sku="B" * 60, sku="S" * 50) for i in range(1, 6)
        ),
    )
    pages = texts(print_invoice(invoice))
    assert len(pages) > 1
    assert sum(page.count("Северный ветер") for page in pages) >= 6 * 36
    with pikepdf.open(BytesIO(print_invoice(invoice))) as pdf:
        assert len(pdf.pages) == len(pages)


def test_html_is_escaped():
    invoice = document(
        buyer=buyer(name="<script>alert(1)</script> & Sons"), lines=(line(1, name="Nut <b>M8</b> & washer"),)
    )
    html = render_invoice_html(invoice, "en", translate=str)
    assert "<script>" not in html
    (page,) = texts(print_invoice(invoice))
    assert "Nut <b>M8</b> & washer" in page


def test_logo_takes_the_place_of_the_seal():
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect id="own" width="10" height="10"/></svg>'
    assert 'id="own"' in render_invoice_html(document(), "en", translate=str, brand=Brand(logo=logo.encode()))
    assert 'id="own"' not in render_invoice_html(document(), "en", translate=str)


@pytest.mark.parametrize("logo", ['<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>', "<svg><path></svg>", "no svg"])
def test_harmful_or_broken_logo_is_refused(logo):
    with pytest.raises(XmlError):
        render_invoice_html(document(), "en", translate=str, brand=Brand(logo=logo.encode()))


def test_pdf_loads_nothing_from_outside(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *args, **kwargs: asked.append(args))
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    for url in (secret.as_uri(), "http://host.invalid/a.png", "data:image/png;base64,AAAA"):
        with pytest.raises(ValueError, match="nothing from outside"):
            html_to_pdf(f'<html><head><title>t</title></head><body><p><img src="{url}"/></p></body></html>')
    assert asked == []


def _changed(pdf: bytes, change) -> list[str]:
    with pikepdf.open(BytesIO(pdf)) as document_:
        change(document_)
        out = BytesIO()
        document_.save(out)
    return check_pdfa3(out.getvalue())


def _replace_in_xmp(old: bytes, new: bytes):
    def change(pdf):
        pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(old, new))

    return change


def _spec(pdf):
    return pdf.Root.AF[0]


DAMAGES = {
    "output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "ICC": lambda pdf: pdf.Root.OutputIntents[0].__delitem__("/DestOutputProfile"),
    "no XMP": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "not say PDF/A-3b": _replace_in_xmp(b"part>3<", b"part>2<"),
    "fx:ConformanceLevel": _replace_in_xmp(b"Level>EN 16931<", b"Level>BASIC<"),
    "extension schema": _replace_in_xmp(b"namespaceURI>urn:factur-x", b"namespaceURI>urn:other"),
    "does not describe Version": _replace_in_xmp(b"name>Version<", b"name>Verse<"),
    "/AF lists": lambda pdf: pdf.Root.__delitem__("/AF"),
    "2 times": lambda pdf: pdf.Root.AF.append(pdf.Root.AF[0]),
    "/EmbeddedFiles lists": lambda pdf: pdf.Root.Names.__delitem__("/EmbeddedFiles"),
    "relationship": lambda pdf: _spec(pdf).__setitem__("/AFRelationship", pikepdf.Name.Data),
    "is said to be": lambda pdf: _spec(pdf).EF.F.__setitem__("/Subtype", pikepdf.Name("/application/xml")),
    "date of modification": lambda pdf: _spec(pdf).EF.F.Params.__delitem__("/ModDate"),
    "not named by both": lambda pdf: _spec(pdf).__delitem__("/F"),
    "action": lambda pdf: pdf.Root.__setitem__(
        "/OpenAction", pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"))
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_found(damage):
    found = _changed(print_invoice(document(count=1)), DAMAGES[damage])
    assert any(damage in fault for fault in found), found


def test_font_without_its_file_is_found():
    def change(pdf):
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
                del item["/FontFile2"]

    assert any("not embedded" in fault for fault in _changed(print_invoice(document(count=1)), change))


def test_encrypted_and_broken_files_are_found():
    with pikepdf.open(BytesIO(print_invoice(document(count=1)))) as pdf:
        out = BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert check_pdfa3(out.getvalue()) == ["the file is encrypted"]
    assert check_pdfa3(b"no pdf")[0].startswith("the file cannot be read")


@pytest.mark.slow
def test_another_process_gives_the_same_bytes():
    """Neither the hash seed, nor the clock, nor the time zone gets into the file."""
    program = (
        "import hashlib; from app.documents.rendering import print_invoice; from tests.factories.documents import document;"
        "print(hashlib.sha256(print_invoice(document(count=40))).hexdigest())"
    )
    root = Path(__file__).resolve().parents[2]
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(root)},
        ).stdout
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York"))
    }  # fmt: skip
    assert digests == {hashlib.sha256(print_invoice(document(count=40))).hexdigest() + "\n"}


def test_a_record_flows_over_pages_and_carries_its_rows():
    record = RecordDocument(
        "Opening", "T-1", "Nordlicht Handel GmbH", (("Deadline", "20 March"),),
        (
            RecordSection(
                "Lot 1", ("All bids <were> opened & read.",),
                (RecordColumn("Supplier", 3), RecordColumn("Price, EUR", is_number=True)),
                tuple((f"Supplier {n}", f"{n}.00") for n in range(1, 90)),
            ),
            RecordSection("Signatures", is_new_page=True),
        ),
        addressee=("Somebody", "Somewhere 1"), foot=("SHA-256 00",),
    )  # fmt: skip
    printed = print_record(record, language="en")
    pdf = PdfReader(BytesIO(printed))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert len(pdf.pages) == 4
    assert "All bids <were> opened & read." in text
    assert "Supplier 89" in text
    assert text.count("Price, EUR") == 3
