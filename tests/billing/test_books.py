"""The period for 1C and as an audit file: sums as in the journal, equal bytes, valid under the official schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from app.billing.documents.samples import sample_invoice
from app.billing.domain import saft
from app.billing.domain.bookings import USUAL_ACCOUNTS, Booked, Chart, Part, entries
from app.core import clock
from app.core.errors import Invalid
from app.documents.commerceml.billing import as_document
from app.documents.commerceml.writing import write_orders
from app.documents.model.party import Address, Party
from app.documents.model.payment import PaymentMeans
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced
from tests.factories.open_items import payment
from tests.support.work import drain

FIRM = saft.Firm("Kontor GmbH", "HRB 1", "DE123456789", "Kai 1", "Hamburg", "20457", "DE", "EUR")
PERIOD = saft.Period(date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 2))
CHART = Chart(USUAL_ACCOUNTS)
SELLER = Party(name="Kontor GmbH", address=Address(country="DE", city="Hamburg"), vat_id="DE123456789")
INVOICE = sample_invoice(SELLER, PaymentMeans(code="58"), "EUR", date(2026, 3, 9))
NS = {"s": saft.NAMESPACE}


def booked(number: str, amount: str, kind: str = "invoice", **facts) -> Booked:
    gross = Decimal(amount)
    vat = (gross * 19 / 119).quantize(Decimal("0.01"))
    values = {"parts": (Part("S19", abs(gross), abs(vat)),)} | facts
    return Booked(kind, date(2026, 3, 9), date(2026, 4, 9), number, 7, "C-7", "Möller & Söhne", "EUR", gross, **values)


def audit_file(*items: Booked) -> etree._Element:
    return etree.fromstring(saft.write(FIRM, PERIOD, CHART, entries(items, CHART)))


def test_both_sides_of_the_audit_file_agree():
    root = audit_file(
        booked("R1", "119.00"), booked("R2", "11.90"), booked("G1", "-59.50", "credit_note"), booked("P1", "-100.00", "payment", parts=()),
        replace(booked("U1", "50.00"), currency="USD", rate=Decimal("0.9")),
    )  # fmt: skip
    sums = {
        side: sum(Decimal(one.text) for one in root.iterfind(f".//s:{side}/s:Amount", NS))
        for side in ("DebitAmount", "CreditAmount")
    }
    assert sums["DebitAmount"] == sums["CreditAmount"] == Decimal(root.findtext(".//s:TotalDebit", namespaces=NS))
    assert root.findtext(".//s:NumberOfEntries", namespaces=NS) == "5"
    assert root.findtext(".//s:ClosingDebitBalance", namespaces=NS) == "16.40"  # 119 + 11.90 - 59.50 - 100 + 45
    assert root.findtext(".//s:CurrencyAmount", namespaces=NS) == "50.00"
    used = {one.text for one in root.iterfind(".//s:Line/s:AccountID", NS)}
    assert used <= {one.text for one in root.iterfind(".//s:GeneralLedgerAccounts/s:Account/s:AccountID", NS)}
    assert root.findtext(".//s:TaxCodeDetails/s:TaxPercentage", namespaces=NS) == "19"


def test_nothing_is_converted_by_guess():
    with pytest.raises(Invalid, match="U2 is in USD"):
        audit_file(replace(booked("U2", "50.00"), currency="USD"))


def test_the_same_entries_give_the_same_bytes():
    first, second = (saft.write(FIRM, PERIOD, CHART, entries([booked("R1", "119.00")], CHART)) for _ in range(2))
    assert first == second


def told(document: etree._Element, *path: str) -> list[str]:
    """Texts below a document, by local names."""
    return document.xpath("./" + "/".join(f"*[local-name()='{name}']" for name in path) + "/text()")


def test_an_invoice_for_one_c_says_what_it_says():
    (sale,) = etree.fromstring(write_orders([as_document(INVOICE, customer_code="C-7", order_number="SO-1")]))
    assert told(sale, "Номер") == [INVOICE.number]
    assert told(sale, "ХозОперация") == ["Отпуск товара"]
    assert told(sale, "Сумма") == [str(INVOICE.totals.gross)]
    assert told(sale, "Налоги", "Налог", "Сумма") == [str(INVOICE.totals.tax)]
    assert [Decimal(one) for one in told(sale, "Товары", "Товар", "Сумма")] == [line.net for line in INVOICE.lines]
    assert "C-7" in told(sale, "Контрагенты", "Контрагент", "Ид")
    assert told(sale, "ПодчиненныеДокументы", "ПодчиненныйДокумент", "Номер") == ["SO-1"]
    exact = told(sale, "Товары", "Товар", "ЗначенияРеквизитов", "ЗначениеРеквизита", "Значение")
    assert exact == ["0.1275"]  # the others have two decimals or fewer
    for code, operation in (("386", "Счет на оплату"), ("381", "Возврат товара")):
        (other,) = etree.fromstring(write_orders([as_document(replace(INVOICE, type_code=code))]))
        assert told(other, "ХозОперация") == [operation]


@pytest.mark.shared
def test_the_file_is_valid_under_the_official_schema(shared):
    schema = etree.XMLSchema(etree.parse(shared / "schemas" / "commerceml" / "commerceml-2.10.xsd"))
    schema.assertValid(etree.fromstring(write_orders([as_document(INVOICE, customer_code="C-7", order_number="SO-1")])))


def test_files_of_the_page(client, isolated, world, cast, sent):
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"))
        payment(cast.customer, "19.00", issued_on=clock.today("UTC"))
    drain(isolated)
    sign_in(client, cast.people["accountant"])
    today = clock.today("UTC")
    asked = f"start={today - timedelta(days=1)}&end={today + timedelta(days=1)}"
    data = client.get(f"/bookings.1c?{asked}").data
    kinds = [told(one, "ХозОперация")[0] for one in etree.fromstring(data)]
    assert kinds == ["Отпуск товара", "Выплата безналичных денег"]
    assert number.encode() in data and cast.customer.code.encode() in data
    root = etree.fromstring(client.get(f"/bookings.saft?{asked}").data)
    assert number in root.xpath("//s:SourceDocumentID/text()", namespaces=NS)
    for name in ("sales", "customer.bookkeeper"):
        sign_in(client, cast.people[name])
        for form in ("1c", "saft"):
            assert client.get(f"/bookings.{form}?{asked}").status in (403, 404)
