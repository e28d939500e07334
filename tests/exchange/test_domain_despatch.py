"""Which of the partner's lines a shipment brings: twice named articles, several shipments, packages, foreign orders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from app.accounts.domain.company import Party, PostalAddress
from app.documents.model.order import Order, OrderLine
from app.exchange.mapping.despatch import Asked, partner_advice
from app.exchange.mapping.order_plan import OrderPlan, PlannedLine
from app.fulfilment.documents.despatch import despatch_advice
from app.fulfilment.domain.shipment import ShipmentState
from app.fulfilment.queries.shipments import ShipmentFacts, ShippedLine, ShippedPackage

D = Decimal
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
PLACE = PostalAddress.from_json({"name": "Dock 3", "city": "Kyiv", "country": "UA"})
HOUSE = Party(
    1, "H", "House", "House GmbH", "", "", "", "", "", "", "DE", "en", "Europe/Berlin", "EUR", "", "", "", PLACE
)
BUYER = Party(2, "C", "Cust", "Cust Ltd", "", "", "", "", "", "", "UA", "uk", "Europe/Kyiv", "EUR", "", "", "", PLACE)


def shipped(place: int, order_id: int, line: int, sku: str, quantity: str, package: int | None = None) -> ShippedLine:
    return ShippedLine(
        place, place, order_id, f"SO-{order_id}", f"PO-{order_id}", line, line, line, sku, "", "", f"Article {sku}",
        D(quantity), "H87", D(quantity), D(10), D(quantity), "B-1", None, (), package, "", None, None, "", "",
    )  # fmt: skip


def facts(*lines: ShippedLine) -> ShipmentFacts:
    package = ShippedPackage(1, 1, "340123450000000018", "CT", D("3.5"), None, None, None, "TR-1", "")
    return ShipmentFacts(
        7, 2, "C", "Cust", "LS-2026-000007", ShipmentState.SENT, 1, "MAIN", "Main store", PLACE, None, "Nordpaket", "",
        D("3.5"), NOW, None, NOW, None, lines, (package,), None,
    )  # fmt: skip


def planned(*lines: tuple[str, int, str]) -> Asked:
    """(position, article, quantity) of an order of the partner."""
    asked = tuple(OrderLine(position=place, quantity=D(much), unit="PCE", sku=f"T-{one}") for place, one, much in lines)
    plan = tuple(PlannedLine(place, one, D(much), "H87") for place, one, much in lines)
    return Asked(Order(number="PO-4711", issue_date=TODAY, lines=asked), OrderPlan(plan, None, "PO-4711"))


def told(found: ShipmentFacts, asked: Asked, before: dict[int, Decimal]) -> list[tuple[str, str, Decimal | None]]:
    advice = despatch_advice(found, seller=HOUSE, buyer=BUYER)
    made = partner_advice(advice, found, {1: asked}, before, today=TODAY)
    assert [one.position for one in made.lines] == [str(place + 1) for place in range(len(made.lines))]
    return [(one.order_line.number, one.order_line.line, one.quantity) for one in made.lines if one.order_line]


def test_lines_that_name_an_article_twice_fill_in_turn():
    asked = planned(("10", 5, "4"), ("20", 5, "6"), ("30", 6, "1"))
    line = shipped(1, 1, 5, "NUT", "5")
    assert told(facts(line), asked, {}) == [("PO-4711", "10", D(4)), ("PO-4711", "20", D(1))]
    assert told(facts(line), asked, {5: D(2)}) == [("PO-4711", "10", D(2)), ("PO-4711", "20", D(3))]
    assert told(facts(line), asked, {5: D(5)}) == [("PO-4711", "20", D(5))]
    twice = (shipped(1, 1, 5, "NUT", "3"), shipped(2, 1, 5, "NUT", "3"))
    assert told(facts(*twice), asked, {}) == [
        ("PO-4711", "10", D(3)), ("PO-4711", "10", D(1)), ("PO-4711", "20", D(2)),
    ]  # fmt: skip


def test_what_did_not_come_from_the_partner_keeps_our_numbers():
    found = facts(shipped(1, 2, 9, "PIN", "1"), shipped(2, 1, 6, "CAP", "1"))
    assert told(found, planned(("10", 5, "4")), {}) == [("PO-2", "9", D(1)), ("PO-1", "6", D(1))]


def test_packages_follow_lines_that_were_parted():
    found = facts(shipped(1, 1, 5, "NUT", "5", package=1))
    advice = despatch_advice(found, seller=HOUSE, buyer=BUYER)
    assert advice.despatched_on == date(2026, 11, 23)  # it is morning where the buyer is
    made = partner_advice(advice, found, {1: planned(("10", 5, "4"), ("20", 5, "6"))}, {}, today=TODAY)
    (package,) = made.packages
    assert [(one.position, one.quantity) for one in package.contents] == [("1", 4), ("2", 1)]
    assert (made.tracking, made.gross_weight, [one.number for one in made.orders]) == (("TR-1",), D("3.5"), ["PO-4711"])
    assert {one.batch for one in made.lines} == {"B-1"}
