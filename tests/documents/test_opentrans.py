"""openTRANS: each document written and read again, a real looking order, damage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.payment import PaymentMeans
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef, ScalePrice
from app.documents.opentrans.orders import read_order
from tests.factories.documents import buyer, document, seller

ORDER = (Path(__file__).resolve().parents[1] / "samples" / "opentrans" / "order.xml").read_bytes()
DAY = date(2026, 1, 5)
NOTES = (Note("Please ring", "memo"), Note("Our terms\nhold", "terms"))
ON = DeliveryDates(requested=date(2026, 1, 12))
PARTIES = {"buyer": buyer(), "seller": seller(registration=None)}
NUT = ItemIds(sku="A-1", buyer_sku="B-1", gtin="4006381333931", manufacturer_sku="M-1")


def an_order(**values):
    line = OrderLine(
        position="1", quantity=Decimal(2), unit="H87", sku="A-1", buyer_sku="B-1", gtin="4006381333931", manufacturer_sku="M-1",
        name="Nut <&>", description="big", unit_price=Decimal("10.00"), price_base_quantity=Decimal(100), net=Decimal("0.20"),
        vat_rate=Decimal(19), vat_category="S", delivery=ON, notes=NOTES[:1],
    )  # fmt: skip
    known = {
        "number": "O-1", "issue_date": DAY, "currency": "EUR", "ship_to": buyer(name="Store", vat_id=""), "lines": (line,),
        "delivery": DeliveryDates(earliest=DAY, latest=date(2026, 1, 9)), "payment_terms": "30 days",
        "delivery_terms": "FCA Hamburg", "notes": NOTES, "references": (Reference("AAG", "Q-1"), Reference("CT", "C-1")),
        "totals": OrderTotals(lines=1, net=Decimal("0.20")), **PARTIES,
    }  # fmt: skip
    return Order(**(known | values))


def a_response():
    lines = (
        OrderResponseLine(
            position="1", answer=LineAnswer.CHANGED, order_line=OrderRef(number="O-1", line="1"), ids=NUT, name="Nut",
            quantity=Decimal(1), unit="H87", ordered=Decimal(2), backordered=Decimal(1), unit_price=Decimal(10),
            net=Decimal(10), promised=ON, reason="sold out",
        ),
        OrderResponseLine(
            position="2", answer=LineAnswer.REJECTED, order_line=OrderRef(number="O-1", line="2"), ids=ItemIds(sku="X"),
            quantity=Decimal(0), unit="H87",
        ),
    )  # fmt: skip
    return OrderResponse(
        number="S-1", issue_date=DAY, order=OrderRef(number="O-1", date=DAY, sales_number="S-1"), answer=Answer.CHANGED,
        currency="EUR", promised=ON, notes=NOTES[:1], totals=OrderTotals(lines=2), lines=lines, **PARTIES,
    )  # fmt: skip


def a_despatch():
    line = DespatchLine(
        position="1", quantity=Decimal(2), unit="H87", order_line=OrderRef(number="O-1", line="1"), ids=NUT, name="Nut",
        ordered=Decimal(3), outstanding=Decimal(1), is_closed=True, reason="short", batch="B7", serials=("s1", "s2"),
    )  # fmt: skip
    return DespatchAdvice(
        number="D-1", issue_date=DAY, orders=(OrderRef(number="O-1"),), despatched_on=DAY, expected_on=date(2026, 1, 8),
        tracking=("T1", "https://track.example"), notes=NOTES[:1], lines=(line,), ship_to=buyer(name="Store", vat_id=""),
        packages=(Package(id="340", sscc="340", kind="PK", contents=(Packed(position="1", quantity=Decimal(2)),)),), **PARTIES,
    )  # fmt: skip


def a_receipt():
    line = ReceiptLine(
        position="1", despatch_line="1", order_line=OrderRef(number="O-1", line="1"), ids=NUT, name="Nut", unit="H87",
        received=Decimal(2), accepted=Decimal(1), damaged=Decimal(1), reason="wet",
    )  # fmt: skip
    return ReceiptAdvice(
        number="R-1", issue_date=DAY, despatch_number="D-1", orders=(OrderRef(number="O-1"),), received_on=DAY, lines=(line,),
        **PARTIES,
    )  # fmt: skip


def a_request():
    line = RequestLine(
        position="1",
        quantity=Decimal(5),
        unit="H87",
        ids=NUT,
        name="Nut",
        description="d",
        target_price=Decimal("3.5"),
        delivery=ON,
    )
    return RequestForQuotation(
        number="Q-1",
        issue_date=DAY,
        answer_by=date(2026, 2, 1),
        currency="EUR",
        notes=NOTES,
        delivery=ON,
        lines=(line,),
        **PARTIES,
    )


def a_quotation():
    line = QuotationLine(
        position="1", quantity=Decimal(5), unit="H87", request_line="7", ids=NUT, name="Nut", net=Decimal(50),
        prices=(ScalePrice(amount=Decimal(10)), ScalePrice(amount=Decimal(9), from_quantity=Decimal(50))), vat_rate=Decimal(19),
        vat_category="S", lead_time_days=4, is_alternative=True, notes=NOTES[:1],
    )  # fmt: skip
    return Quotation(
        number="A-1", issue_date=DAY, request_number="Q-1", valid_from=DAY, valid_until=date(2026, 2, 9), currency="EUR",
        payment_terms="30 d", delivery_terms="FCA", totals=OrderTotals(lines=1, net=Decimal(50)), lines=(line,), **PARTIES,
    )  # fmt: skip


def an_invoice():
    means = (PaymentMeans(account="DE89370400440532013000", account_name="Kontor", bic="COBADEFFXXX"),)
    return replace(document(count=4), seller=seller(registration=None), payment_means=means)


def a_change():
    return OrderChange(
        order=OrderRef(number="O-1", date=DAY),
        what=ChangeKind.REPLACEMENT,
        content=an_order(),
        sequence="2",
        reason="mistake",
    )


MADE = {
    "order": an_order, "change": a_change, "response": a_response, "despatch": a_despatch, "receipt": a_receipt,
    "request": a_request, "quotation": a_quotation, "invoice": an_invoice,
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_is_written_is_read(name):
    form, original = formats[f"opentrans-{name}"], MADE[name]()
    data = form.dumps(original)
    reading = form.loads(data)
    assert reading.document == original
    assert reading.faults == ()
    assert reading.leftovers == ()
    assert form.dumps(original) == data
    report = inspect_file([data])
    assert (report.format, report.version, report.verdict, report.findings) == ("opentrans", "2.1", "not_checked", [])


def test_an_order_says_what_it_says():
    reading = read_order(ORDER)
    order = reading.document
    assert reading.faults == ()
    assert (order.number, order.issue_date, order.type_code, order.delivery) == ("B-100", DAY, "express", ON)
    assert (order.buyer.name, order.buyer.gln, order.buyer.contact.name) == ("Bau AG", "4012345000009", "Eva Roth")
    assert order.buyer.address.country == "DE"
    assert (order.seller.identifiers[0].value, order.seller.identifiers[0].scheme) == ("312345678", "0060")
    assert (order.ship_to.name, [one.role for one in order.other_parties]) == ("Lager 3", ["central_regulator"])
    assert order.references == (Reference("AAG", "Q-7"), Reference("CT", "RV-1", "3"))
    assert (order.payment_terms, order.delivery_terms) == ("10 d 2 %; 30 d", "FCA Hamburg")
    (line,) = order.lines
    assert (line.quantity, line.unit_price, line.price_base_quantity) == (Decimal(200), Decimal("12.50"), Decimal(100))
    assert (line.net, line.vat_rate, line.vat_category) == (Decimal("22.50"), Decimal(19), "S")
    assert (line.allowances_charges[0].amount, line.allowances_charges[0].percent) == (Decimal("2.50"), Decimal(10))
    assert (line.properties[0].name, line.properties[0].value) == ("Farbe", "blau")
    assert {item.path for item in reading.leftovers} >= {"/ORDER/ORDER_HEADER/ORDER_INFO/HEADER_UDX/UDX.SHOP.ID"}


def test_it_becomes_an_order_of_other_formats():
    for target in ("ubl-order", "edifact-orders"):
        converted = convert(ORDER, target)
        assert converted.source == "opentrans-order"
        assert convert(converted.data, "opentrans-order").source == target


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"<QUANTITY>200</QUANTITY>", b"<QUANTITY>many</QUANTITY>", "NUMBER"),
        (b"<ORDER_DATE>2026-01-05", b"<ORDER_DATE>2026-13-05", "DATE"),
        (b"<ORDER_ID>B-100</ORDER_ID>", b"", "VALUE"),
        (b"<QUANTITY>200</QUANTITY>", b"", "MISSING"),
        (b"<TOTAL_ITEM_NUM>1<", b"<TOTAL_ITEM_NUM>2<", "COUNT"),
    ],
)
def test_what_is_wrong_is_named_with_a_place(old, new, rule):
    assert old in ORDER
    report = inspect_file([ORDER.replace(old, new, 1)])
    found = [item for item in report.findings if item.rule == rule]
    assert found
    assert found[0].line > 0
    assert found[0].path.startswith("/ORDER")


def test_documents_of_another_kind_are_named():
    report = inspect_file([b'<INVOICELIST xmlns="http://www.opentrans.org/XMLSchema/2.1" version="2.1"/>'])
    assert (report.format, report.verdict) == ("opentrans", "not_checked")
    assert "INVOICELIST" in report.unchecked[0]


@pytest.mark.parametrize("name", MADE)
def test_every_cut_is_refused(name):
    data = formats[f"opentrans-{name}"].dumps(MADE[name]())
    for end in range(0, len(data.rstrip()), 61):
        with pytest.raises(FormatError):
            formats[f"opentrans-{name}"].loads(data[:end])


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutations_are_read_or_refused(data):
    name = data.draw(st.sampled_from(list(MADE)))
    form = formats[f"opentrans-{name}"]
    original = form.dumps(MADE[name]())
    start = data.draw(st.integers(0, len(original) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(st.sampled_from([b"", b"1e99", b"-1", b"99999999999999999999", b"<QUANTITY/>", b'"', b"\xff"]))
    changed = original[:start] + put + original[start + length :]
    try:
        form.loads(changed)
    except FormatError as error:
        assert str(error)
    inspect_file([changed])
