"""Orders of EDIFACT and X12 in the neutral form; what the form has no place for is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.edifact.envelope import EdifactFile
from app.documents.edifact.order import read_order as read_edifact
from app.documents.formats import FormatError
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OrderTotals, Reference
from app.documents.model.party import Address, Contact, Identifier
from app.documents.x12.envelope import X12File
from app.documents.x12.order import read_order as read_x12

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
ALL = ["edifact/orders-d96a.edi", "edifact/orders-d01b.edi", "x12/850-4010.edi", "x12/850-5010.edi"]


def readings(data: bytes):
    if data.startswith(b"ISA"):
        file = X12File.of([data])
        return file, [read_x12(one) for one in file.sets()]
    file = EdifactFile.of([data])
    return file, [read_edifact(message) for message in file.messages()]


def reading(name: str, *changes: tuple[bytes, bytes]):
    data = (SAMPLES / name).read_bytes()
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    return readings(data)[1][0]


@pytest.mark.parametrize("name", ALL)
def test_samples_are_whole(name):
    file, (found,) = readings((SAMPLES / name).read_bytes())
    assert file.faults == []
    assert found.faults == ()


def test_orders_d96a():
    found = reading("edifact/orders-d96a.edi")
    order = found.document
    assert (order.number, order.issue_date, order.currency) == ("PO-2025-118", date(2025, 3, 1), "EUR")
    assert (order.type_code, order.function, order.delivery_terms) == ("220", "9", "DAP")
    assert order.delivery == DeliveryDates(requested=date(2025, 3, 10))
    assert [(note.text, note.subject) for note in order.notes] == [("Ring the bell: gate 4", "DEL")]
    assert order.references == (Reference("CT", "C-77", date=date(2025, 1, 2)),)
    buyer = order.buyer
    assert (buyer.name, buyer.gln, buyer.vat_id) == ("Hardware Store North", "4012345000009", "DE136695976")
    assert buyer.address == Address(country="DE", street="Dock Road 5", city="Hamburg", postal_code="20457")
    assert buyer.contact == Contact(name="Ida Holm", email="ida.holm@example.org", phone="4940123456")
    assert (order.seller.gln, order.ship_to.gln) == ("4054321000008", "4012345000016")
    assert order.invoicee.identifiers == (Identifier("88", "92"),)
    assert [(other.role, other.party.identifiers) for other in order.other_parties] == [
        ("CA", (Identifier("DHL", "ZZZ"),))
    ]
    assert order.allowances_charges == (
        AllowanceCharge(amount=Decimal(0), reason="Season discount", reason_code="DI", percent=Decimal(2)),
    )
    first, second = order.lines
    assert (first.position, first.quantity, first.unit) == ("1", Decimal(120), "PCE")
    assert (first.gtin, first.sku, first.buyer_sku, first.name) == ("4012345678901", "B-100", "77001", "Bolt M8 + nut")
    assert (first.unit_price, first.price_base_quantity, first.price_unit) == (Decimal("9.25"), Decimal(1), "PCE")
    assert (first.net, first.vat_rate, first.vat_category) == (Decimal(1110), Decimal(19), "S")
    assert (first.delivery.requested, first.ship_to.gln) == (date(2025, 3, 12), "4012345000023")
    assert first.references == (Reference("ON", "PO-2025-118", "1"),)
    assert (second.quantity, second.list_price, second.unit_price) == (Decimal("1000.5"), Decimal("3.5"), None)
    assert order.totals == OrderTotals(lines=2, net=Decimal(1110))
    assert [(item.path, item.value) for item in found.leftovers] == [
        ("1/18:TOD/1.1", "6"), ("1/25:QTY/1.1", "59"), ("1/25:QTY/1.2", "10"),
    ]  # fmt: skip


def test_orders_d01b():
    order = reading("edifact/orders-d01b.edi").document
    assert (order.number, order.issue_date) == ("PO-9", date(2025, 3, 1))
    assert order.delivery == DeliveryDates(earliest=date(2025, 3, 10), latest=date(2025, 3, 12))
    (line,) = order.lines
    assert (line.position, line.gtin, line.unit_price, line.price_base_quantity) == (
        "10", "4012345678901", Decimal("9.25"), Decimal(100),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["x12/850-4010.edi", "x12/850-5010.edi"])
def test_850(name):
    found = reading(name)
    order = found.document
    assert (order.number, order.issue_date, order.currency) == ("PO-2025-118", date(2025, 3, 1), "USD")
    assert (order.type_code, order.function) == ("SA", "00")
    assert order.references == (Reference("CT", "C-77"),)
    assert order.payment_terms == "2 %, 10 days, net 30 days"
    assert order.delivery.requested == date(2025, 3, 10)
    assert (order.buyer.name, order.buyer.gln) == ("HARDWARE STORE NORTH", "4012345000009")
    assert order.buyer.address == Address(
        country="US", street="5 DOCK ROAD", additional="GATE 4", city="AUSTIN", region="TX", postal_code="78701"
    )
    assert order.buyer.contact == Contact(name="IDA HOLM", phone="5125550100", email="IDA@EXAMPLE.ORG")
    assert order.ship_to.identifiers == (Identifier("0012", "92"),)
    assert order.invoicee.identifiers == (Identifier("1234567890000", "0060"),)
    first, second = order.lines
    assert (first.position, first.quantity, first.unit, first.unit_price) == ("1", Decimal(120), "EA", Decimal("9.25"))
    assert (first.gtin, first.sku, first.buyer_sku, first.name) == ("012345678905", "B-100", "77001", "BOLT M8")
    assert first.delivery.requested == date(2025, 3, 12)
    assert first.allowances_charges == (AllowanceCharge(amount=Decimal("12.50"), reason_code="C310"),)
    assert (second.quantity, second.unit_price) == (Decimal("1000.5"), None)
    assert order.totals == OrderTotals(lines=2, quantity=Decimal("1120.5"), total=Decimal(1110))
    assert {item.path.partition(":")[2] for item in found.leftovers} == {
        "ITD/1.1",
        "ITD/2.1",
        "TD5/2.1",
        "TD5/3.1",
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "rule", "line"),
    [
        ("edifact/orders-d96a.edi", b"QTY+21:120", b"QTY+21:1e3", "NUMBER", 26), ("edifact/orders-d96a.edi", b"137:20250301", b"137:20251301", "DATE", 5),
        ("edifact/orders-d96a.edi", b"CNT+2:2", b"CNT+2:3", "CNT", 41), ("edifact/orders-d96a.edi", b"+PO-2025-118+9", b"++9", "BGM", 4),
        ("edifact/orders-d96a.edi", b"DTM+137", b"DTM+138", "DTM", 4), ("x12/850-4010.edi", b"*1000.5*EA", b"*10.00.5*EA", "NUMBER", 20),
        ("x12/850-4010.edi", b"CTT*2", b"CTT*7", "CTT01", 22), ("x12/850-4010.edi", b"**20250301~", b"**2025-03-01~", "DATE", 4),
    ],
)  # fmt: skip
def test_wrong_values_have_a_place(name, old, new, rule, line):
    faults = reading(name, (old, new)).faults
    assert (rule, line) in [(fault.rule, fault.line) for fault in faults]


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", "1.5"), ("1,5", "1.5"), (".5", "0.5"), ("5-", "-5"), ("-5", "-5"), ("007", "7")]
)
def test_numbers_are_exact(text, number):
    line = reading("edifact/orders-d96a.edi", (b"QTY+21:120", b"QTY+21:" + text.encode())).document.lines[0]
    assert line.quantity == Decimal(number)


@pytest.mark.parametrize("name", ALL)
@given(draw=st.data())
@settings(max_examples=150, deadline=None)
def test_damage_never_raises_anything_else(name, draw):
    damaged = bytearray((SAMPLES / name).read_bytes())
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(106, len(damaged) - 1))
        damaged[at : at + draw.draw(st.integers(0, 6))] = draw.draw(
            st.binary(max_size=3) | st.sampled_from([b"+", b":", b"*", b"'", b"~", b"999"])
        )
    try:
        readings(bytes(damaged))
    except FormatError as error:
        assert str(error)
