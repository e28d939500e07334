"""Rounding of computed prices and what other currencies become."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Rounding
from app.pricing.domain.rework import Conversion, Rework
from app.pricing.domain.rounding import Rounder


@pytest.mark.parametrize(
    ("rounder", "price", "result"),
    [
        (Rounder(), "1.23456", "1.2346"),
        (Rounder(digits=6), "1.2345678", "1.234568"),
        (Rounder(step=Decimal("0.05")), "1.22", "1.20"),
        (Rounder(step=Decimal("0.05"), mode=Rounding.UP), "1.21", "1.25"),
        (Rounder(step=Decimal("0.05"), mode=Rounding.DOWN), "1.24", "1.20"),
        (Rounder(step=Decimal(10), mode=Rounding.HALF_EVEN), "25", "20"),
        (Rounder(step=Decimal(10)), "25", "30"),
        (Rounder(ending=Decimal("0.99")), "4.30", "3.99"),
        (Rounder(ending=Decimal("0.99")), "4.60", "4.99"),
        (Rounder(ending=Decimal("0.99"), mode=Rounding.UP), "4.01", "4.99"),
        (Rounder(ending=Decimal("0.99"), mode=Rounding.DOWN), "0.10", "0.99"),
        (Rounder(ending=Decimal("9.90"), mode=Rounding.UP), "12", "19.90"),
        (Rounder(ending=Decimal(0), mode=Rounding.UP), "4.01", "5"),
        (Rounder(), "-3", "0"),
        (Rounder(ending=Decimal("0.99")), "0", "0"),
    ],
)
def test_examples(rounder, price, result):
    assert rounder.round(Decimal(price)) == Decimal(result)


rounders = st.builds(
    Rounder,
    st.integers(0, 6),
    st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.25"), Decimal(10)]),
    st.sampled_from(Rounding),
    st.none() | st.sampled_from([Decimal("0.99"), Decimal("0.95"), Decimal("9.90"), Decimal(0)]),
)
amounts = st.decimals(0, 10_000, places=6)


@given(rounders, amounts, amounts)
def test_what_is_dearer_stays_so_and_nothing_is_negative(rounder, one, other):
    low, high = sorted((one, other))
    assert 0 <= rounder.round(low) <= rounder.round(high)


def test_a_conversion_names_its_rate_and_day():
    rework = Rework(
        Rounder(ending=Decimal("0.99")), Conversion("USD", "EUR", Decimal("0.92"), date(2026, 5, 4), "ECB"), 4
    )
    steps = rework.steps(Decimal("10.20"))
    assert rework.price(Decimal("10.20")) == Decimal("9.1908") == steps[-1].after
    assert [(step.code, step.before, step.after) for step in steps] == [
        ("formula", Decimal("10.20"), Decimal("9.99")), ("conversion", Decimal("9.99"), Decimal("9.1908")),
    ]  # fmt: skip
    assert str(steps[1].message) == "9.99 USD at the rate 0.92 of 2026-05-04"
    assert steps[1].by == "ECB"
