"""XRechnung, Peppol and the profiles of Factur-X: chosen when an invoice is written, valid under their rules."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.invoice_profiles import PEPPOL, XRECHNUNG
from app.documents.model.line import AllowanceCharge, Attribute, Classification
from app.documents.model.party import Address, Contact, Identifier, Party, Payee
from app.documents.model.payment import PaymentMeans
from app.documents.model.totals import VatCategory
from app.documents.rendering import print_invoice
from tests.factories.documents import credit_note, document

WHOLE = ["facturx-en16931", "facturx-extended", "cii-invoice", "xrechnung-cii", "xrechnung-ubl", "peppol-invoice"]
NARROW = ["facturx-minimum", "facturx-basicwl", "facturx-basic"]
PROFILES = ["minimum", "basicwl", "basic", "en16931", "extended"]


def addressed(original):
    """With all that Peppol and XRechnung ask for."""
    return replace(
        original, buyer_reference="04011000-12345-03",
        seller=replace(original.seller, endpoint=Identifier("sales@kontor.example", "EM"), legal_form="GmbH"),
        buyer=replace(original.buyer, endpoint=Identifier("0106-NL", "0106"), contact=Contact(name="Piet")),
        payee=Payee(name="Factor Bank", identifier=Identifier("F-1")),
    )  # fmt: skip


def rich():
    """An invoice with all that a smaller profile has no place for; line amounts stay as they are."""
    original = addressed(document(count=3))
    first, *others = original.lines
    more = replace(
        first, description="In words", buyer_sku="B-1", country_of_origin="DE", accounting_reference="4711", note="Blue",
        list_price=first.unit_price + 1, classifications=(Classification("31162800", "TSP", "26"),),
        attributes=(Attribute("colour", "red"),),
    )  # fmt: skip
    return replace(
        original, lines=(more, *others), project_reference="P-1", tender_reference="T-1", receipt_reference="R-1",
        sales_order_reference="S-1",
    )  # fmt: skip


@pytest.mark.parametrize("code", WHOLE)
@pytest.mark.parametrize("make", [rich, lambda: addressed(credit_note(count=2))], ids=["invoice", "credit note"])
def test_the_whole_document_is_carried_and_valid(code, make):
    made = make()
    data = formats[code].dumps(made)
    assert formats[code].loads(data) == made
    report = inspect_file([data])
    fatal = {item.rule for item in report.findings if item.severity == "fatal"}
    assert fatal <= {"FX-SCH-A-000556"}  # Factur-X refuses every other guideline
    assert report.verdict == ("not_checked" if report.version in (XRECHNUNG, PEPPOL) else "valid")


@pytest.mark.parametrize("code", NARROW)
@pytest.mark.parametrize("make", [rich, lambda: addressed(credit_note(count=2))], ids=["invoice", "credit note"])
def test_a_smaller_profile_is_valid_and_its_losses_are_named(code, make):
    made = make()
    report = inspect_file([formats[code].dumps(made)])
    assert [(item.path, str(item.message)) for item in report.findings] == []
    assert (report.verdict, report.profile) == ("valid", code.partition("-")[2])
    again = formats[code].loads(formats[code].dumps(made))
    assert (again.number, again.totals.payable, again.currency) == (made.number, made.totals.payable, made.currency)
    assert len(again.lines) == (len(made.lines) if code == "facturx-basic" else 0)
    lost = {item.path for item in convert(formats["ubl-invoice"].dumps(made), code).lost}
    assert any(path.endswith("sku") or path.startswith("lines[1]") for path in lost)


def test_rounding_is_refused_where_the_sums_would_not_agree():
    original = document(count=2)
    rounded = replace(original, totals=replace(original.totals, rounding=Decimal("0.01")))
    for code in ("facturx-basicwl", "facturx-basic"):
        with pytest.raises(FormatError):
            formats[code].dumps(rounded)
    assert formats["facturx-minimum"].dumps(rounded)


@pytest.mark.parametrize("code", ["xrechnung-ubl", "xrechnung-cii", "peppol-invoice"])
def test_what_a_profile_demands_is_named(code):
    with pytest.raises(FormatError) as caught:
        formats[code].dumps(replace(document(), buyer_reference="", order_reference=""))
    assert "buyer_reference (BT-10)" in str(caught.value)
    assert "buyer.endpoint (BT-49)" in str(caught.value)


def test_xrechnung_demands_places_and_a_contact():
    bare = addressed(document())
    seller = Party(name="Kontor", address=Address(country="DE"), endpoint=bare.seller.endpoint)
    with pytest.raises(FormatError) as caught:
        formats["xrechnung-ubl"].dumps(replace(bare, seller=seller, payment_means=()))
    for term in ("BG-16", "BT-37", "BT-38", "BT-41", "BT-42", "BT-43"):
        assert term in str(caught.value)


@pytest.mark.parametrize(
    ("means", "term"),
    [
        (PaymentMeans(code="58"), "payment_means[1].account (BT-84)"),
        (PaymentMeans(code="48"), "payment_means[1].card (BT-87)"),
        (PaymentMeans(code="59", mandate="M", creditor_id="C"), "payment_means[1].debited_account (BT-91)"),
    ],
)
def test_xrechnung_demands_what_a_way_to_pay_needs(means, term):
    bare = addressed(document())
    with pytest.raises(FormatError) as caught:
        formats["xrechnung-cii"].dumps(replace(bare, payment_means=(means,)))
    assert str(caught.value).endswith(f": {term}.")
    with pytest.raises(FormatError) as caught:
        formats["xrechnung-cii"].dumps(replace(bare, seller=replace(bare.seller, vat_id="", tax_number="")))
    assert str(caught.value).endswith(": seller.vat_id (BT-31).")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_pdf_says_which_profile_is_inside(profile):
    report = inspect_file([print_invoice(document(count=2), profile=profile)])
    assert (report.format, report.profile, report.verdict) == ("facturx", profile, "valid")
    assert [str(item.message) for item in report.findings] == []


def test_allowances_stand_in_every_profile_with_lines():
    fee = AllowanceCharge(
        amount=Decimal(0), is_charge=True, reason="Freight", vat_category=VatCategory.STANDARD, vat_rate=Decimal(20)
    )
    made = replace(addressed(document(count=1)), allowances_charges=(fee,))
    assert formats["facturx-basic"].loads(formats["facturx-basic"].dumps(made)).allowances_charges == (fee,)
