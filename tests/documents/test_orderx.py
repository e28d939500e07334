"""Order-X: what is written is read again and valid under the schema and rules of the smallest profile that holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute, Classification
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.totals import VatCategory

DAY = date(2026, 4, 1)
BUYER = Party(
    name="Brandt", address=Address(country="DE", city="Kiel"), gln="4012345000009", endpoint=Identifier("0451", "0204"),
    contact=Contact(name="Ida", email="ida@brandt.example"), vat_id="DE136695976",
)  # fmt: skip
SELLER = Party(name="Nordkontor", address=Address(country="DE"), registration=Identifier("HRB 1", "0002"))
SITE = Party(name="Yard 4", address=Address(country="DE", street="Kai 1"), gln="4012345000009")
TIES = ItemIds(sku="TIE", buyer_sku="B-1", gtin="4006381333931")


def basic() -> Order:
    line = OrderLine(
        position="1", quantity=Decimal(12), unit="H87", sku="TIE", buyer_sku="B-1", gtin="4006381333931", name="Ties",
        unit_price=Decimal("1.204"), price_base_quantity=Decimal(100), net=Decimal("0.14"), notes=(Note("Blue", "AAI"),),
    )  # fmt: skip
    return Order(
        number="PO-1", issue_date=DAY, lines=(line,), currency="EUR", type_code="220", function="9", buyer=BUYER,
        seller=SELLER, ship_to=SITE, delivery=DeliveryDates(requested=date(2026, 5, 5)), delivery_terms="DAP",
        notes=(Note("Soon"),), references=(Reference("PR", "Q-1"), Reference("CT", "C-1")),
        totals=OrderTotals(net=Decimal("0.14"), tax=Decimal("0.03"), total=Decimal("0.17")),
    )  # fmt: skip


def comfort() -> Order:
    discount = AllowanceCharge(amount=Decimal("0.04"), reason="Spring", reason_code="95")
    fee = AllowanceCharge(
        amount=Decimal(5), is_charge=True, reason="Freight", reason_code="FC", vat_category=VatCategory.STANDARD,
        vat_rate=Decimal(19),
    )  # fmt: skip
    (line,) = basic().lines
    rich = replace(
        line, description="Cable ties", list_price=Decimal("1.3"), vat_rate=Decimal(19), vat_category="S", net=Decimal("0.10"),
        delivery=DeliveryDates(earliest=date(2026, 5, 4), latest=date(2026, 5, 8)), allowances_charges=(discount,),
        classifications=(Classification("31162800", "TSP", "26"),), properties=(Attribute("colour", "red"),),
    )  # fmt: skip
    return replace(
        basic(), lines=(rich,), invoicee=BUYER, payment_terms="30 days", delivery_terms="DAP Kiel",
        allowances_charges=(fee,), references=(*basic().references, Reference("AAN", "D-7"), Reference("AEP", "P-1")),
        totals=OrderTotals(net=Decimal("0.10"), tax=Decimal("0.97"), total=Decimal("6.07")),
    )  # fmt: skip


def extended() -> Order:
    (line,) = comfort().lines
    dated = (Reference("PR", "Q-1", date=DAY), *comfort().references[1:])
    return replace(comfort(), lines=(replace(line, ship_to=SITE),), references=dated)


def response() -> OrderResponse:
    def line(position: str, answer: LineAnswer, **values: object) -> OrderResponseLine:
        settings: dict[str, object] = {
            "position": position, "answer": answer, "order_line": OrderRef(number="", line=position), "ids": TIES,
            "name": "Ties", "unit": "H87", "quantity": Decimal(5), "ordered": Decimal(5), "unit_price": Decimal(2),
            "net": Decimal(10), "vat_rate": Decimal(19), "vat_category": "S",
        }  # fmt: skip
        return OrderResponseLine(**{**settings, **values})  # type: ignore[arg-type]

    lines = (
        line("1", LineAnswer.ACCEPTED),
        line("2", LineAnswer.CHANGED, quantity=Decimal(3), net=Decimal(6), reason="Short",
             promised=DeliveryDates(requested=date(2026, 5, 9))),
        line("3", LineAnswer.REJECTED, quantity=None, net=Decimal(0)),
        line("4", LineAnswer.SUBSTITUTED, substitute=ItemIds(sku="TIE-2"), substitute_name="Better ties"),
    )  # fmt: skip
    return OrderResponse(
        number="R-1", issue_date=DAY, order=OrderRef(number="PO-1", sales_number="S-7"), answer=Answer.CHANGED, lines=lines,
        currency="EUR", type_code="231", buyer=BUYER, seller=SELLER, notes=(Note("Thanks"),),
        totals=OrderTotals(net=Decimal(26), tax=Decimal("4.94"), total=Decimal("30.94")),
    )  # fmt: skip


def change(what: ChangeKind = ChangeKind.CHANGE) -> OrderChange:
    (line,) = basic().lines
    content = replace(basic(), number="CH-1", type_code="", function="", lines=(replace(line, action="3"),))
    return OrderChange(order=OrderRef(number="PO-1"), what=what, content=content, reason="Fewer")


CASES = [
    pytest.param("orderx-order", basic(), "basic", id="basic"),
    pytest.param("orderx-order", comfort(), "comfort", id="comfort"),
    pytest.param("orderx-order", extended(), "extended", id="extended"),
    pytest.param("orderx-response", response(), "comfort", id="response"),
    *(pytest.param("orderx-response", replace(response(), answer=answer), "comfort", id=answer) for answer in Answer),
    *(pytest.param("orderx-change", change(what), "basic", id=what) for what in ChangeKind),
]


@pytest.mark.parametrize(("code", "made", "profile"), CASES)
def test_what_is_written_is_read_and_valid(code, made, profile):
    data = formats[code].dumps(made)
    assert formats[code].loads(data) == made
    found = inspect_file([data])
    assert [(one.path, str(one.message)) for one in found.findings] == []
    assert (found.format, found.profile, found.verdict) == ("order-x", profile, "valid")


def test_what_the_schema_demands_is_named():
    (line,) = basic().lines
    with pytest.raises(FormatError) as caught:
        formats["orderx-order"].dumps(replace(basic(), seller=None, lines=(replace(line, unit_price=None),)))
    assert "seller, lines[1].unit_price" in str(caught.value)


def test_amounts_that_are_not_given_are_worked_out():
    (line,) = basic().lines
    made = replace(basic(), lines=(replace(line, net=None),), totals=OrderTotals())
    again = formats["orderx-order"].loads(formats["orderx-order"].dumps(made))
    assert (again.lines[0].net, again.totals.net) == (Decimal("0.14"), Decimal("0.14"))


def test_a_document_of_another_type_is_refused():
    with pytest.raises(FormatError) as caught:
        formats["orderx-order"].loads(formats["orderx-change"].dumps(change()))
    assert caught.value.line > 1
    assert caught.value.path.endswith("ram:TypeCode")


@pytest.mark.parametrize("target", ["ubl-order", "edifact-orders", "x12-850"])
def test_an_order_goes_into_other_formats_and_back(target):
    there = convert(formats["orderx-order"].dumps(basic()), target)
    assert there.source == "orderx-order"
    again = formats["orderx-order"].loads(convert(there.data, "orderx-order").data)
    assert (again.number, again.lines[0].quantity, again.lines[0].unit_price) == ("PO-1", Decimal(12), Decimal("1.204"))


@pytest.mark.parametrize(("code", "made"), [("orderx-order", extended()), ("orderx-response", response())])
def test_every_cut_and_every_lost_line_is_read_or_refused(code, made):
    lines = formats[code].dumps(made).split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            try:
                formats[code].loads(damaged)
            except FormatError as error:
                assert str(error)
