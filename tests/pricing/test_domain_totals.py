"""EN 16931 arithmetic: what is added, what is rounded, and where."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Rounding, largest_remainder, minor_units
from app.pricing.domain.totals import TaxedCharge, TaxedLine, totals


def line(net, category="S", rate="19"):
    return TaxedLine(Decimal(net), category, None if rate is None else Decimal(rate))


def test_tax_is_rounded_once_per_category_and_rate():
    result = totals([line("0.10"), line("0.10"), line("0.10"), line("9.99", rate="7")], "EUR")
    assert [(group.rate, group.base, group.tax) for group in result.vat] == [
        (7, Decimal("9.99"), Decimal("0.70")),
        (19, Decimal("0.30"), Decimal("0.06")),  # line by line it would be 0.06, too: 3 x 0.02
    ]
    assert (result.line_total, result.net_total, result.vat_total, result.gross_total) == (
        Decimal("10.29"), Decimal("10.29"), Decimal("0.76"), Decimal("11.05"),
    )  # fmt: skip


def test_many_small_lines_are_not_taxed_each_for_itself():
    result = totals([line("0.02")] * 10, "EUR")
    assert result.vat_total == Decimal("0.04")  # ten times 0.00 by the line


def test_allowances_and_charges_of_the_document():
    charges = [TaxedCharge(Decimal("-10.00"), "S", Decimal(19)), TaxedCharge(Decimal("5.50"), "S", Decimal(7))]
    result = totals([line("100.00"), line("50.00", rate="7")], "EUR", charges=charges)
    assert (result.line_total, result.allowances, result.charges) == (150, 10, Decimal("5.50"))
    assert result.net_total == Decimal("145.50")
    assert {group.rate: group.base for group in result.vat} == {Decimal(19): 90, Decimal(7): Decimal("55.50")}


def test_currencies_without_a_minor_unit():
    result = totals([line("105", rate="10"), line("104", rate="10")], "JPY")
    assert (str(result.vat_total), str(result.gross_total)) == ("21", "230")


def test_what_is_free_of_tax_says_why():
    result = totals([line("10", "K", "0"), line("5", "E", "0"), line("1", "O", None), line("2", "Z", "0")], "EUR")
    assert {group.category: (group.tax, group.reason_code) for group in result.vat} == {
        "K": (0, "VATEX-EU-IC"), "E": (0, ""), "O": (0, "VATEX-EU-O"), "Z": (0, ""),
    }  # fmt: skip
    assert [group.category for group in result.vat if group.reason] == ["E", "K", "O"]


def test_nothing_adds_up_to_nothing():
    result = totals([], "EUR")
    assert (str(result.line_total), str(result.gross_total), result.vat) == ("0.00", "0.00", ())


def test_a_credit_note_mirrors_its_invoice():
    lines = [line("0.50", rate="7.25"), line("3.33"), line("12.35")]
    invoice = totals(lines, "EUR")
    credit = totals([TaxedLine(-taxed.net, taxed.vat_category, taxed.vat_rate) for taxed in lines], "EUR")
    assert credit.gross_total == -invoice.gross_total


amounts = st.integers(-10_000_000, 10_000_000).map(lambda n: Decimal(n) / 100)
rates = st.sampled_from([Decimal(0), Decimal(5), Decimal(7), Decimal("8.1"), Decimal(19), Decimal(20)])
taxed = st.builds(TaxedLine, amounts, st.sampled_from(["S", "Z"]), rates)
charged = st.builds(TaxedCharge, amounts, st.just("S"), rates)


@given(st.lists(taxed, max_size=30), st.lists(charged, max_size=5), st.sampled_from(Rounding))
def test_the_sums_of_the_standard_hold(lines, charges, rounding):
    result = totals(lines, "EUR", charges=charges, rounding=rounding)
    assert result.line_total == sum(one.net for one in lines)  # BR-CO-10
    assert result.net_total == result.line_total - result.allowances + result.charges  # BR-CO-13
    assert result.vat_total == sum(group.tax for group in result.vat)  # BR-CO-14
    assert result.gross_total == result.net_total + result.vat_total  # BR-CO-15
    assert sum(group.base for group in result.vat) == result.net_total
    assert len({(group.category, group.rate) for group in result.vat}) == len(result.vat)
    for group in result.vat:
        assert group.tax.as_tuple().exponent == -2
        assert abs(group.tax - group.base * (group.rate or 0) / 100) < Decimal("0.01")
        if rounding is Rounding.HALF_UP:  # BR-CO-17
            exact = group.base * (group.rate or 0) / 100
            assert group.tax == exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@given(
    st.integers(-1_000_000, 1_000_000), st.lists(st.integers(1, 10_000), min_size=1, max_size=20),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)  # fmt: skip
def test_a_split_by_largest_remainder_adds_up(units, weights, currency):
    digits = minor_units(currency)
    total = Decimal(units).scaleb(-digits)
    parts = largest_remainder(total, [Decimal(weight) for weight in weights], digits)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) < Decimal(1).scaleb(-digits)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_lines_does_not_matter(order):
    lines = [line("3.33"), line("1.11", rate="7"), line("2.22", "E", "0")][::order]
    assert totals(lines, "EUR").vat[0].category == "E"
