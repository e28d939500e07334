"""What delivery costs, and how charges take the VAT of the goods."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.texts import Message
from app.ordering.domain.charges import Charge, ChargeKind, shared
from app.ordering.domain.delivery_cost import CostRule, Load, Rate, WithoutWeight, free_hint, quote

BY_WEIGHT = ((Decimal(0), Decimal("4.90")), (Decimal(10), Decimal("9.90")), (Decimal(100), Decimal(59)))


def rate(rule=CostRule.FLAT, amount="6.90", **facts) -> Rate:
    return Rate("EUR", rule, Decimal(amount), **facts)


def load(net, kg="0", *unweighed) -> Load:
    return Load(Decimal(net), Decimal(kg), unweighed)


@pytest.mark.parametrize(
    ("given_rate", "one", "cost"),
    [
        (rate(), load(100), "6.90"),
        (rate(free_from=Decimal(500)), load("499.99"), "6.90"),
        (rate(free_from=Decimal(500)), load(500), "0"),
        (rate(CostRule.PERCENT, "2.5"), load("99.99"), "2.50"),
        (rate(CostRule.WEIGHT, steps=BY_WEIGHT), load(100, "9.999"), "4.90"),
        (rate(CostRule.WEIGHT, steps=BY_WEIGHT), load(100, "10"), "9.90"),
        (rate(CostRule.WEIGHT, steps=BY_WEIGHT), load(100, "2500"), "59"),
        (rate(CostRule.VALUE, steps=BY_WEIGHT), load(99, "2500"), "9.90"),
        (rate(CostRule.WEIGHT, steps=BY_WEIGHT, without_weight=WithoutWeight.HIGHEST), load(5, "1", "A"), "59"),
    ],
)
def test_examples(given_rate, one, cost):
    assert given_rate.cost(one, one.net) == Decimal(cost)


def test_articles_without_weight_are_named_not_guessed():
    answer = rate(CostRule.WEIGHT, steps=BY_WEIGHT).cost(load(5, "1", "A-1", "B-2"), Decimal(5))
    assert isinstance(answer, Message)
    assert "A-1, B-2" in str(answer)


@pytest.mark.parametrize(
    ("facts", "country", "postcode", "covers"),
    [
        ({}, "FR", "75001", True),
        ({"countries": ("DE", "AT")}, "AT", "1010", True),
        ({"countries": ("DE",)}, "AT", "1010", False),
        ({"countries": ("DE",), "postcodes": ("20", "21")}, "DE", "20 457", True),
        ({"countries": ("DE",), "postcodes": ("20", "21")}, "DE", "80331", False),
        ({"postcodes": ("SW1",)}, "GB", "sw1a 1aa", True),
    ],
)
def test_zones(facts, country, postcode, covers):
    assert rate(**facts).covers(country, postcode) is covers


HAMBURG, MUNICH, PARIS = ("DE", "20457"), ("DE", "80331"), ("FR", "75001")
ZONES = (rate(amount="5", countries=("DE",), postcodes=("2",)), rate(amount="8", countries=("DE",)))


def test_each_delivery_costs_or_the_order_once_at_the_dearest_place():
    loads = [load(40), load(60)]
    apart = quote(ZONES, [HAMBURG, MUNICH], loads, "EUR", is_per_delivery=True)
    once = quote(ZONES, [HAMBURG, MUNICH], loads, "EUR", is_per_delivery=False)
    assert (apart.costs, apart.total) == ((Decimal(5), Decimal(8)), Decimal(13))
    assert (once.costs, once.total) == ((Decimal(8), Decimal(0)), Decimal(8))


def test_a_place_without_a_rate_is_named():
    found = quote(ZONES, [HAMBURG, PARIS], [load(1), load(1)], "EUR", is_per_delivery=True)
    assert "75001 FR" in str(found.problem)
    assert quote(ZONES, [HAMBURG], [load(1)], "CHF", is_per_delivery=True).problem is not None


def test_free_from_looks_at_the_whole_order_and_says_what_is_missing():
    rates = (rate(free_from=Decimal(500)),)
    found = quote(rates, [HAMBURG, MUNICH], [load("400"), load("51.80")], "EUR", is_per_delivery=True)
    assert (found.total, found.more_to_free) == (Decimal("13.80"), Decimal("48.20"))
    assert str(free_hint(found.more_to_free, "EUR")) == "48.20 EUR more and delivery is free."
    free = quote(rates, [HAMBURG, MUNICH], [load(400), load(100)], "EUR", is_per_delivery=True)
    assert (free.total, free.more_to_free) == (Decimal(0), None)
    assert quote((rate(),), [HAMBURG], [load(1)], "EUR", is_per_delivery=True).more_to_free is None


@given(
    st.decimals("0.01", 1000, places=2),
    st.lists(st.decimals(0, 10000, places=2), min_size=1, max_size=4),
)
def test_a_charge_is_shared_over_the_vat_of_the_goods_to_the_cent(amount, nets):
    bases = {("S", Decimal(place)): net for place, net in enumerate(nets)}
    for total in (amount, -amount):
        rows = shared([Charge(ChargeKind.DELIVERY, "P", "Parcel", total)], bases, "EUR")
        assert sum(row.amount for row in rows) == total
        assert all((row.amount > 0) is (total > 0) for row in rows)
        if any(nets):
            assert all(bases[row.vat_category, row.vat_rate] for row in rows)
