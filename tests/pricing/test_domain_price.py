"""One line: which break, which unit, how it is rounded, and why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.quantity import Factor
from app.pricing.domain.chain import Break, Strategy
from app.pricing.domain.levels import Tier
from app.pricing.domain.price import PriceItem, net_of, price_line
from app.pricing.domain.vat import Treatment

STANDARD = Treatment("S", Decimal(19))


def item(quantity, unit="H87", factor=1):
    return PriceItem(1, Decimal(quantity), unit, "H87", Factor(factor))


def step(start, price, unit="H87", per=1):
    return Break(unit, Decimal(start), Decimal(price), Decimal(per), "LIST")


def priced(asked, *ladder, currency="EUR"):
    line, _found = price_line(asked, (Tier([ladder], Strategy.MERGE, False),), currency, STANDARD)
    return line


def test_an_entry_of_the_entered_unit_wins():
    line = priced(item(2, "XBX", 12), step(1, "10"), step(1, "100", "XBX"))
    assert (line.unit_price, line.price_unit, line.net) == (100, "XBX", 200)


def test_without_one_the_base_unit_holds_for_the_quantity_in_base_units():
    line = priced(item(2, "XBX", 12), step(1, "10"), step(24, "9.50"), step(100, "9"))
    assert (line.unit_price, line.price_unit, line.priced_quantity, line.net) == (Decimal("9.50"), "H87", 24, 228)
    assert line.next_break is not None
    assert line.next_break.min_quantity == 100


def test_below_the_first_break_of_the_entered_unit_the_base_unit_holds():
    line = priced(item(2, "XBX", 12), step(1, "10"), step(5, "100", "XBX"))
    assert (line.unit_price, line.price_unit) == (10, "H87")


def test_a_price_per_hundred():
    line = priced(item(500), step(1, "84.24", per=100))
    assert (line.unit_price, line.base_quantity, line.net) == (Decimal("84.24"), 100, Decimal("421.20"))


def test_no_price_is_a_problem_and_never_zero():
    line = priced(item(5))
    assert line.unit_price is None
    assert line.net is None
    assert str(line.problem) == "There is no price for this article in EUR."
    assert line.steps == (line.problem,)


def test_a_price_only_from_a_quantity_on_says_so():
    line = priced(item(5), step(10, "3"))
    assert line.net is None
    assert str(line.problem) == "There is a price only from 10 pcs on."


def test_a_price_of_zero_is_a_price():
    line = priced(item(5), step(1, "0"))
    assert (line.unit_price, line.net, line.problem) == (0, 0, None)


def test_the_reasons():
    line = priced(item(12), step(1, "10"), step(10, "9.80"), step(24, "9.10"))
    assert [str(message) for message in line.steps] == [
        "Price list LIST: 9.80 EUR per pc",
        "Price from 10 pcs on",
        "12 pcs more and the price is 9.10 EUR",
    ]


@pytest.mark.parametrize(
    ("quantity", "price", "per", "currency", "net"),
    [
        ("3", "0.335", "1", "EUR", "1.01"),  # 1.005 goes up
        ("1", "0.005", "1", "EUR", "0.01"),
        ("-1", "0.005", "1", "EUR", "-0.01"),  # a credit note mirrors its invoice
        ("7", "0.5", "1", "JPY", "4"),
        ("1", "0.0005", "1", "KWD", "0.001"),
        ("333", "10", "100", "EUR", "33.30"),
        ("0.25", "1.299", "1", "EUR", "0.32"),
        ("1", "1", "3", "EUR", "0.33"),
    ],
)
def test_the_net_is_rounded_half_up_once(quantity, price, per, currency, net):
    result = net_of(Decimal(quantity), Decimal(price), Decimal(per), currency)
    assert str(result) == net


def test_a_pack_is_an_exact_fraction():
    third = PriceItem(1, Decimal(3), "XPK", "KGM", Factor(1, 3))
    assert third.base_quantity == 1
    assert item(5).base_quantity == 5
