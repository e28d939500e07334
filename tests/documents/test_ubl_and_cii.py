"""What stands where in UBL and CII, and how documents of others are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from app.documents.formats import formats
from app.documents.model.invoice import Invoice
from app.documents.model.party import Identifier, Payee
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from tests.factories.documents import buyer, credit_note, document, seller, with_line

UBL, CII = formats["ubl-invoice"], formats["cii-invoice"]


def value(data: bytes, path: str) -> str:
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return str(etree.fromstring(data).xpath(f"string(/*/{steps})")).strip()


def count(data: bytes, name: str) -> int:
    return int(etree.fromstring(data).xpath(f"count(//*[local-name()='{name}'])"))


def test_peppol_is_said_only_where_both_endpoints_are_known():
    plain = UBL.dumps(document())
    assert value(plain, "CustomizationID") == "urn:cen.eu:en16931:2017"
    assert value(plain, "ProfileID") == ""
    peppol = UBL.dumps(
        document(
            seller=seller(endpoint=Identifier("4012345000009", "0088")),
            buyer=buyer(endpoint=Identifier("NL123456789B01", "9944")),
        )
    )
    assert value(peppol, "CustomizationID").endswith("poacc:billing:3.0")
    assert value(peppol, "ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


def test_cii_names_the_profile_and_writes_currency_on_the_total_tax_only():
    data = CII.dumps(document())
    guideline = "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"
    assert value(data, guideline) == "urn:cen.eu:en16931:2017"
    assert etree.fromstring(data).xpath("count(//@currencyID)") == 1


def test_credit_note_has_its_own_elements_and_refers_to_the_invoice():
    ubl = UBL.dumps(credit_note())
    assert etree.QName(etree.fromstring(ubl)).localname == "CreditNote"
    assert value(ubl, "CreditNoteTypeCode") == "381"
    assert value(ubl, "BillingReference/InvoiceDocumentReference/ID") == "INV-2025-001201"
    assert value(ubl, "PaymentMeans/PaymentDueDate") == "2025-04-13"
    assert count(ubl, "CreditedQuantity") == 3
    assert value(CII.dumps(credit_note()), "ExchangedDocument/TypeCode") == "381"


def test_due_date_of_a_credit_note_without_means_of_payment_is_kept():
    original = credit_note(payment_means=(), payment_terms=PaymentTerms(due_date=date(2025, 4, 1)))
    assert UBL.loads(UBL.dumps(original)) == original


def test_cash_discounts_stand_behind_the_words():
    terms = PaymentTerms(
        text="30 days net",
        discounts=(
            CashDiscount(days=10, percent=Decimal("2.00")),
            CashDiscount(days=5, percent=Decimal("3.00"), base=Decimal("9.50")),
        ),
    )
    note = value(UBL.dumps(document(payment_terms=terms)), "PaymentTerms/Note")
    assert note == "30 days net\n#SKONTO#TAGE=10#PROZENT=2.00#\n#SKONTO#TAGE=5#PROZENT=3.00#BASISBETRAG=9.50#"


@pytest.mark.parametrize("form", [UBL, CII], ids=["ubl", "cii"])
def test_direct_debit_and_payee_come_back(form):
    original = document(
        payee=Payee(name="Factoring AG", identifier=Identifier("4711", "0060"), registration=Identifier("HRB 9")),
        payment_means=(
            PaymentMeans(
                code="59", reference="INV-2025-001234", mandate="M-17", creditor_id="DE98ZZZ09999999999",
                debited_account="NL91ABNA0417164300",
            ),
        ),
    )  # fmt: skip
    assert form.loads(form.dumps(original)) == original


@pytest.mark.parametrize("form", [UBL, CII], ids=["ubl", "cii"])
def test_comments_unknown_elements_and_blanks_do_no_harm(form):
    original = document()
    text = form.dumps(original).decode()
    noisy = text.replace("INV-2025-001234<", "\n    INV-2025-<!-- split -->001234\n  <", 1)
    root_end = noisy.rindex("</")
    noisy = (
        noisy[:root_end] + '<x:Unknown xmlns:x="urn:x"><x:Deep>1</x:Deep></x:Unknown><!-- end -->' + noisy[root_end:]
    )
    assert form.loads(noisy.encode()) == original


@pytest.mark.parametrize("form", [UBL, CII], ids=["ubl", "cii"])
def test_other_prefixes_and_encodings_are_read(form):
    original = document()
    text = form.dumps(original).decode()
    for old, new in (("cbc", "b"), ("cac", "a"), ("ram", "r"), ("rsm", "s"), ("udt", "u")):
        text = (
            text.replace(f"<{old}:", f"<{new}:")
            .replace(f"</{old}:", f"</{new}:")
            .replace(f"xmlns:{old}=", f"xmlns:{new}=")
        )
    data = text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert form.loads(data) == original


def test_headings_of_the_extended_profile_do_not_double_amounts():
    text = CII.dumps(document(count=2)).decode()
    first = text.index("</ram:LineID>")
    heading = (
        text[:first] + "</ram:LineID><ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>" + text[first + 13 :]
    )
    assert [line.position for line in CII.loads(heading.encode()).lines] == ["2"]


def test_amounts_are_written_with_the_digits_they_have():
    original = with_line(document(count=1), 0, unit_price=Decimal("0.000100"), quantity=Decimal("1E+3"))
    data = UBL.dumps(original)
    assert value(data, "InvoiceLine/Price/PriceAmount") == "0.000100"
    assert value(data, "InvoiceLine/InvoicedQuantity") == "1000"


@pytest.mark.parametrize("given", ["1e3", "1_000", "NaN", "Infinity", "1,5", "٣", "0x10", "--1"])
def test_only_plain_decimals_are_numbers(given):
    text = UBL.dumps(document(count=1)).decode()
    broken = text.replace(">8<", f">{given}<", 1)
    assert broken != text
    with pytest.raises(Exception, match="is not a number") as caught:
        UBL.loads(broken.encode())
    assert type(caught.value).__name__ == "FormatError"


def test_invoice_types_of_other_numbers_are_kept():
    corrected = replace(document(), type_code="384")
    for form in (UBL, CII):
        read = form.loads(form.dumps(corrected))
        assert isinstance(read, Invoice)
        assert read.type_code == "384"
