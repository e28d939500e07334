"""Discounts of quotes: written-down vectors, and sums that always add up to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.pricing.domain.price import net_of
from app.sourcing.domain.quote_amounts import AmountLine, amounts, price_for

D = Decimal


def test_line_discounts_come_before_the_header_discount():
    found = amounts(
        [AmountLine(D(10), D("10.00"), kind="percent", value=D(10)), AmountLine(D(5), D("20.00"), is_locked=True)],
        "EUR", "percent", D(5),
    )  # fmt: skip
    assert [line.before for line in found.lines] == [D("90.00"), D("100.00")]
    assert [line.share for line in found.lines] == [D("4.50"), 0]
    assert (found.line_total, found.discount, found.net_total) == (D("190.00"), D("4.50"), D("185.50"))
    assert found.lines[0].unit_price == D("8.55")


def test_the_last_cent_goes_to_the_largest_remainder():
    lines = [AmountLine(D(1), D(text)) for text in ("33.33", "33.33", "33.34")]
    found = amounts(lines, "EUR", "amount", D("10.00"))
    assert [line.share for line in found.lines] == [D("3.33"), D("3.33"), D("3.34")]
    assert found.net_total == D("90.00")


@pytest.mark.parametrize(
    ("line", "unit_price", "base", "net"),
    [
        (AmountLine(D(10), D("10.00")), D("10.00"), 1, D("100.00")),
        (AmountLine(D(3), D("10.00"), kind="amount", value=D("5.00")), D("8.33"), 1, None),
        (AmountLine(D(7), D("3.33"), kind="percent", value=D(10)), D("2.997"), 1, D("20.98")),
        (AmountLine(D(250), D("12.00"), D(100), kind="percent", value=D(50)), D(6), 100, D("15.00")),
        (AmountLine(D(4), None, kind="price", value=D("2.5")), D("2.5"), 1, D("10.00")),
        (AmountLine(D(4), None), None, 1, None),
        (AmountLine(D(4), D(3), is_no_offer=True), None, 1, None),
    ],
)
def test_kinds_of_discount(line, unit_price, base, net):
    found = amounts([line], "EUR").lines[0]
    if line.kind == "amount":
        assert found.net == D("25.00")
        assert net_of(line.quantity, found.unit_price, found.base_quantity, "EUR") == D("25.00")
        return
    assert (found.unit_price, found.base_quantity, found.net) == (unit_price, base, net)


def test_other_offers_of_a_line_are_discounted_alike_but_not_counted():
    found = amounts([AmountLine(D(10), D(10)), AmountLine(D(100), D(9), is_main=False)], "EUR", "percent", D(10))
    assert found.net_total == D("90.00")
    assert found.lines[1].net == D("810.00")
    assert found.lines[1].unit_price == D("8.10")


def test_discounts_cannot_exceed_what_they_are_taken_from():
    with pytest.raises(Invalid, match="Line 3"):
        amounts([AmountLine(D(1), D(5), kind="amount", value=D(6), position=3)], "EUR")
    with pytest.raises(Invalid):
        amounts([AmountLine(D(1), D(5)), AmountLine(D(1), D(5), is_locked=True)], "EUR", "amount", D(6))


def test_a_price_that_needs_more_units():
    assert price_for(D("10.00"), D(3), "EUR") == (D("3.333"), 1)
    price, base = price_for(D("0.01"), D(900_000), "EUR")
    assert base > 1
    assert net_of(D(900_000), price, base, "EUR") == D("0.01")


QUANTITIES = st.decimals("0.001", "99999", places=3)
PRICES = st.decimals("0", "9999", places=4)
LINES = st.lists(
    st.builds(
        AmountLine,
        QUANTITIES,
        PRICES,
        st.sampled_from([D(1), D(100)]),
        st.sampled_from(["", "percent"]),
        st.decimals("0", "100", places=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(LINES, st.sampled_from(["EUR", "JPY", "KWD"]), st.decimals("0", "100", places=2))
def test_sums_add_up_and_prices_give_them_back(lines, currency, percent):
    found = amounts(lines, currency, "percent", percent)
    assert sum(line.share for line in found.lines) == found.discount
    assert sum(line.net for line in found.lines) == found.net_total
    assert found.line_total - found.discount == found.net_total
    for line, one in zip(lines, found.lines, strict=True):
        assert one.net >= 0
        assert line.is_locked is False or one.share == 0
        assert net_of(line.quantity, one.unit_price, one.base_quantity, currency) == one.net
