"""Orders, deliveries and invoices held against each other: a table of cases, then properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quantity import Factor
from app.exchange.domain.match import Charges, Match, Result, State, Tolerances, match
from app.exchange.domain.match_assignment import Delivered, Invoiced, Ordered

D = Decimal
NONE = Tolerances()
WIDE = Tolerances(price_percent=D(2), price_amount=D(5), quantity_percent=D(10), total_amount=D(20))


def ordered(quantity: str = "10", price: str | None = "2.50", position: str = "1", **more) -> Ordered:
    values = {"sku": f"A-{position}", "name": "Screws", "unit": "H87", **more}
    return Ordered(position, D(quantity), unit_price=None if price is None else D(price), **values)


def came(quantity: str, document: str = "D1", line: str = "1", **more) -> Delivered:
    return Delivered(document, D(quantity), order_line=line, **more)


def claim(quantity: str, price: str = "2.50", document: str = "I1", line: str = "1", **more) -> Invoiced:
    net = (D(quantity) * D(price)).quantize(D("0.01"))
    return Invoiced(document, D(quantity), more.pop("unit", "H87"), net, D(price), order_line=line, **more)


def back(quantity: str, price: str = "2.50", document: str = "C1", line: str = "1") -> Invoiced:
    return claim(quantity, price, document, line, is_credit=True)


def one(delivered, invoiced, tolerances=NONE, line=None, currency="EUR") -> Match:
    return match([line or ordered()], delivered, invoiced, tolerances, currency=currency)


CASES = [
    # what came, what is asked for, tolerances, results of the line, state, difference
    ([came("10")], [claim("10")], NONE, ["agrees"], "agrees", "0"),
    ([], [claim("10")], NONE, ["agrees"], "agrees", "0"),
    ([came("4", "D1"), came("6", "D2")], [claim("10")], NONE, ["agrees"], "agrees", "0"),
    ([came("10")], [claim("4", document="I1"), claim("6", document="I2")], NONE, ["agrees"], "agrees", "0"),
    ([came("10")], [], NONE, ["missing"], "waits", "0"),
    ([], [], NONE, ["missing"], "waits", "0"),
    ([came("4")], [claim("4")], NONE, ["partly"], "waits", "0"),
    ([came("10")], [claim("4")], NONE, ["partly"], "waits", "0"),
    ([came("4")], [claim("10")], NONE, ["quantity"], "differs", "15.00"),
    ([came("12")], [claim("12")], NONE, ["quantity"], "differs", "5.00"),
    ([came("12")], [claim("10")], NONE, ["quantity"], "differs", "0.00"),
    ([came("0")], [claim("10")], NONE, ["not_delivered"], "differs", "25.00"),
    ([came("10")], [claim("10", "2.55")], NONE, ["price"], "differs", "0.50"),
    ([came("10")], [claim("10", "2.45")], NONE, ["price"], "differs", "-0.50"),
    ([came("10")], [claim("10", "2.55")], WIDE, ["within"], "within", "0.50"),
    ([came("10")], [claim("10", "2.56")], WIDE, ["price"], "differs", "0.60"),
    ([came("11")], [claim("11")], WIDE, ["within"], "within", "2.50"),
    ([came("12")], [claim("12")], WIDE, ["quantity"], "differs", "5.00"),
    ([came("9")], [claim("9")], WIDE, ["within"], "within", "0.00"),
    ([came("9")], [claim("9", "3")], WIDE, ["price"], "differs", "4.50"),
    ([came("10")], [claim("10"), claim("10", document="I2")], NONE, ["twice", "quantity"], "differs", "25.00"),
    ([came("10")], [claim("5"), claim("5", document="I2")], NONE, ["agrees"], "agrees", "0"),
    (
        [came("10")],
        [claim("5"), claim("5", document="I2"), claim("5", document="I3")],
        NONE,
        ["twice", "quantity"],
        "differs",
        "12.50",
    ),
    ([came("10")], [claim("6"), claim("6", document="I2")], NONE, ["quantity"], "differs", "5.00"),
    # credit notes: goods given back, the price corrected, an invoice taken back wholly
    ([came("8")], [claim("10"), back("2")], NONE, ["partly"], "waits", "0.00"),
    ([came("10")], [claim("10", "3"), back("10", "0.50")], NONE, ["agrees"], "agrees", "0.00"),
    ([came("10")], [claim("10"), claim("10", document="I2"), back("10")], NONE, ["agrees"], "agrees", "0"),
    ([came("10")], [claim("10"), back("10")], NONE, ["missing"], "waits", "0"),
    ([came("10")], [back("2")], NONE, ["quantity"], "differs", "0"),
    # one unit for another
    ([came("1", unit="XBX")], [claim("10")], NONE, ["agrees"], "agrees", "0"),
    ([came("10", unit="C62")], [claim("1", "25", unit="XBX")], NONE, ["agrees"], "agrees", "0"),
    ([came("10")], [claim("1", "25", unit="XPK")], NONE, ["unit"], "differs", "0"),
]


@pytest.mark.parametrize(("delivered", "invoiced", "tolerances", "results", "state", "difference"), CASES)
def test_cases(delivered, invoiced, tolerances, results, state, difference):
    line = ordered(units={"H87": Factor(1), "XBX": Factor(10)})
    found = one(delivered, invoiced, tolerances, line)
    assert [str(result) for result in found.lines[0].results] == results
    assert (str(found.state), found.lines[0].difference) == (state, D(difference))
    assert found.faults == (1 if state == "differs" else 0)


def test_without_any_delivery_the_delivered_quantity_is_unknown_not_zero():
    found = one([], [claim("10")])
    assert (found.is_delivery_known, found.lines[0].delivered) == (False, None)


def test_what_nobody_ordered_is_told_with_its_amount():
    found = match([ordered()], [], [claim("10"), claim("3", "7", line="9", sku="X-9")], NONE, currency="EUR")
    assert [(line.sku, line.result, line.difference) for line in found.lines] == [
        ("A-1", Result.AGREES, D("0.00")),
        ("X-9", Result.NOT_ORDERED, D("21.00")),
    ]
    assert found.difference == D("21.00")


def test_a_delivery_that_nobody_ordered_is_told_too():
    found = match([ordered()], [came("10"), came("1", line="7", sku="Z")], [claim("10")], NONE, currency="EUR")
    assert (found.lines[1].result, found.lines[1].delivered, found.state) == (Result.NOT_ORDERED, D(1), State.DIFFERS)


@pytest.mark.parametrize(
    ("reference", "numbers", "position"),
    [
        ("2", {}, "2"),
        ("000002", {}, "2"),
        ("", {"sku": "a-2"}, "2"),
        ("", {"gtin": "4006381333931"}, "2"),
        ("", {"buyer_sku": "OURS"}, "2"),
        ("1", {"sku": "A-2"}, "2"),  # the article tells more than a position that contradicts it
        ("1", {"buyer_sku": "unknown here"}, "1"),
    ],
)
def test_lines_find_their_order_line(reference, numbers, position):
    lines = [ordered(), ordered(position="2", gtin="4006381333931", buyer_sku="OURS")]
    found = match(lines, [], [claim("10", line=reference, **numbers)], NONE, currency="EUR")
    assert [line.position for line in found.lines if line.invoiced] == [position]


def test_two_lines_of_one_article_fill_up_in_turn():
    lines = [ordered("10"), ordered("5", position="2", sku="A-1")]
    found = match(lines, [came("15", line="", sku="A-1")], [claim("15", line="", sku="A-1")], NONE, currency="EUR")
    assert [(line.invoiced, line.delivered, line.result) for line in found.lines] == [
        (D(10), D(10), Result.AGREES),
        (D(5), D(5), Result.AGREES),
    ]


def test_rounded_lines_agree():
    line = ordered("3", "0.3333")
    assert one([], [Invoiced("I1", D(3), "H87", D("1.00"), order_line="1")], line=line).state == State.AGREES
    assert one([], [Invoiced("I1", D(3), "H87", D("1.01"), order_line="1")], line=line).state == State.DIFFERS
    yen = ordered("3", "33.4")
    assert one([], [Invoiced("I1", D(3), "H87", D(100), order_line="1")], line=yen, currency="JPY").state == "agrees"


def test_a_line_without_an_agreed_price_is_compared_by_quantity():
    assert one([], [claim("10", "9")], line=ordered(price=None)).state == State.AGREES


def test_small_differences_may_be_too_much_together():
    lines = [ordered("100", position=str(place)) for place in range(1, 6)]
    claims = [claim("100", "2.54", line=str(place)) for place in range(1, 6)]
    limits = Tolerances(price_percent=D(2))
    assert match(lines, [], claims, limits, currency="EUR").state == State.WITHIN
    strict = match(lines, [], claims, Tolerances(price_percent=D(2), total_amount=D(19)), currency="EUR")
    assert (strict.state, strict.is_over, strict.difference, strict.faults) == (State.DIFFERS, True, D("20.00"), 0)


@pytest.mark.parametrize(
    ("total", "asked", "state"),
    [(None, "12", "differs"), ("5", "12", "differs"), ("15", "12", "within"), (None, "0", "agrees")],
)
def test_charges_beside_the_goods(total, asked, state):
    limits = Tolerances(total_amount=None if total is None else D(total))
    found = match([ordered()], [], [claim("10")], limits, currency="EUR", charges=Charges(D(0), D(asked)))
    assert (str(found.state), found.charges) == (state, D(asked))


def test_the_fingerprint_moves_with_the_figures_only():
    first = one([came("10")], [claim("10")])
    assert first.fingerprint == one([came("10.0")], [claim("10.000")]).fingerprint
    assert first.fingerprint != one([came("10")], [claim("9")]).fingerprint


quantities = st.decimals(min_value=0, max_value=10**5, places=3)
prices = st.decimals(min_value="0.01", max_value=10**4, places=2)


@given(quantity=st.decimals(min_value="0.001", max_value=10**5, places=3), price=prices, cuts=st.integers(1, 5))
def test_what_is_delivered_and_asked_for_in_parts_agrees(quantity, price, cuts):
    parts = [(quantity / cuts).quantize(D("0.001")) for _ in range(cuts - 1)]
    parts.append(quantity - sum(parts, D(0)))
    parts = [part for part in parts if part > 0]
    line = ordered(str(sum(parts)), str(price))
    invoices = [
        Invoiced(f"I{n}", part, "H87", (part * price).quantize(D("0.01"), "ROUND_HALF_UP"), price, order_line="1")
        for n, part in enumerate(parts)
    ]
    found = one([came(str(part), f"D{n}") for n, part in enumerate(parts)], invoices, line=line)
    assert found.state == State.AGREES


@given(
    wanted=st.lists(st.tuples(quantities, prices), min_size=1, max_size=4),
    delivered=st.lists(st.tuples(quantities, st.integers(0, 6)), max_size=6),
    asked=st.lists(st.tuples(quantities, prices, st.integers(0, 6), st.booleans()), max_size=6),
    percent=st.none() | st.decimals(min_value=0, max_value=20, places=1),
)
def test_nothing_is_lost_and_wider_limits_never_find_more(wanted, delivered, asked, percent):
    lines = [ordered(str(q), str(p), position=str(n)) for n, (q, p) in enumerate(wanted, 1)]
    goods = [came(str(q), f"D{n}", str(at)) for n, (q, at) in enumerate(delivered)]
    claims = [claim(str(q), str(p), f"I{n}", str(at), is_credit=c) for n, (q, p, at, c) in enumerate(asked)]
    strict = match(lines, goods, claims, NONE, currency="EUR")
    wide = match(lines, goods, claims, Tolerances(percent, None, percent), currency="EUR")
    assert sum((line.delivered or D(0) for line in strict.lines), D(0)) == sum((q for q, _at in delivered), D(0))
    assert wide.faults <= strict.faults
    assert (strict.state == State.AGREES) <= (wide.state == State.AGREES)
    assert strict.fingerprint == match(lines, goods, claims, NONE, currency="EUR").fingerprint
