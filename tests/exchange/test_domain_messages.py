"""States of messages, and an order of a partner in our terms: no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.accounts.domain.company import PostalAddress
from app.catalog.domain.article import Article
from app.core.errors import Conflict
from app.core.quantity import Factor, QuantityRule
from app.documents.model.order import DeliveryDates, Order, OrderLine
from app.documents.model.party import Address, Party
from app.exchange.domain.message_machine import CAN_REPLAY, IN_WORK, TABLES, MessageState, check_step
from app.exchange.domain.partners import Codes
from app.exchange.mapping.codes import to_ours, to_theirs
from app.exchange.mapping.opening import open_file
from app.exchange.mapping.order_plan import OrderPlan, find_place, plan_order, unit_of

NUT = Article(1, "NUT", "Nut", "H87", {"XBX": Factor(100)}, QuantityRule(step=Decimal(5)))
PIN = Article(2, "PIN", "Pin", "H87", {}, QuantityRule(), status="discontinued")
FOUND = {"NUT": [NUT], "PIN": [PIN], "TWO": [NUT, PIN]}


def order(*lines: OrderLine, **facts: object) -> Order:
    return Order(number="PO-1", issue_date=None, lines=lines, **facts)  # type: ignore[arg-type]


def line(sku: str, quantity: str | None, unit: str = "", **facts: object) -> OrderLine:
    amount = None if quantity is None else Decimal(quantity)
    return OrderLine(position="1", sku=sku, quantity=amount, unit=unit, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("direction", TABLES)
def test_every_state_that_can_be_reached_has_its_row(direction):
    table = TABLES[direction]
    assert {state for following in table.values() for state in following} <= table.keys()
    assert IN_WORK[direction] <= table.keys()


def test_what_was_executed_is_never_executed_again():
    assert TABLES["in"][MessageState.EXECUTED] == {MessageState.ANSWERED}
    assert TABLES["in"][MessageState.ANSWERED] == frozenset()
    assert TABLES["in"][MessageState.DUPLICATE] == frozenset()
    assert not CAN_REPLAY & {MessageState.EXECUTED, MessageState.ANSWERED, MessageState.MAPPED}
    with pytest.raises(Conflict):
        check_step("in", "answered", MessageState.KEPT)


@pytest.mark.parametrize(
    ("asked", "quantity", "unit", "problem"),
    [
        (line("NUT", "10"), "10", "H87", False),
        (line("NUT", "12", "PCE"), "15", "H87", False),
        (line("NUT", "2", "XBX"), "2", "XBX", False),
        (line("NUT", "2", "BX"), "2", "XBX", False),
        (line("NUT", "2", "KGM"), "2", "KGM", True),
        (line("NUT", "0"), "0", "H87", True),
        (line("NUT", None), "0", "H87", True),
        (line("PIN", "1"), "1", "H87", True),
        (line("TWO", "1"), "1", "", True),
        (line("NOWHERE", "1"), "1", "", True),
        (line("", "1"), "1", "", True),
    ],
)
def test_lines_in_our_terms(asked, quantity, unit, problem):
    plan = plan_order(order(asked), FOUND, Codes(), ship_to_id=1, today=date(2026, 1, 1))
    (planned,) = plan.lines
    assert (planned.quantity, planned.unit, planned.problem is not None) == (Decimal(quantity), unit, problem)
    assert (planned.fitted is not None) == (
        asked.quantity is not None and not problem and planned.quantity != asked.quantity
    )
    assert OrderPlan.from_json(plan.as_json()) == plan


def test_a_mapped_article_counts_before_what_the_line_says():
    codes = Codes({("article", "THEIRS-1"): "NUT"})
    plan = plan_order(order(line("PIN", "5", buyer_sku="THEIRS-1")), FOUND, codes, ship_to_id=1, today=date(2026, 1, 1))
    assert plan.lines[0].article_id == NUT.id


def test_a_day_that_is_over_is_told_and_not_wished_for():
    late = order(line("NUT", "5"), delivery=DeliveryDates(requested=date(2025, 12, 1)))
    plan = plan_order(late, FOUND, Codes(), ship_to_id=1, today=date(2026, 1, 1))
    assert (plan.requested_on, len(plan.notes)) == (None, 1)


def test_places_are_found_by_code_number_and_street():
    dock = PostalAddress(7, "Dock 3", "Yard", "Werftstraße 12", "", "24143", "Kiel", "", "DE", gln="4006381333931")
    codes = Codes({("ship_to", "D3"): "Dock 3"})
    by_street = Party(name="?", address=Address(country="DE", street="Werftstr. 12", postal_code="24143"))
    assert find_place(Party(name="D3", address=None), [dock], codes) == 7
    assert find_place(Party(name="?", address=None, gln="4006381333931"), [dock], Codes()) == 7
    assert find_place(by_street, [dock], Codes()) == 7
    assert find_place(Party(name="Dock 4", address=None), [dock], codes) is None


def test_units_without_a_name_are_the_pack_that_was_asked_for():
    assert unit_of(NUT, "") == "H87"
    assert unit_of(NUT, "XYZ") is None


def test_codes_go_both_ways_and_touch_nothing_else():
    codes = Codes({("unit", "STK"): "H87"}, {("unit", "H87"): "STK", ("article", "NUT"): "THEIRS-1"})
    theirs = order(line("NUT", "5", "STK", name="STK"))
    ours = to_ours(theirs, codes)
    assert (ours.lines[0].unit, ours.lines[0].name) == ("H87", "STK")
    again = to_theirs(ours, codes)
    assert (again.lines[0].unit, again.lines[0].buyer_sku) == ("STK", "THEIRS-1")
    assert to_ours(theirs, Codes()) is theirs


@pytest.mark.parametrize("data", [b"", b"x", b"UNA", b"UNB+UNOC", b"ISA*", b"<", b"<a/>", b"%PDF-", b"\xff\xfe<\x00"])
def test_nothing_that_comes_raises(data):
    opened = open_file(data, ["edifact-orders"])
    assert all(part.document is None for part in opened.parts)
