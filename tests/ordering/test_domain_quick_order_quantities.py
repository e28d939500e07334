"""Quantities as buyers write them. Each row: text, decimal sign of the file, value (None: refused), reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.quantity_text import parse_quantity
from app.ordering.domain.quick_order import has_digits

NB, NARROW, THIN, FIGURE = "\u00a0", "\u202f", "\u2009", "\u2007"


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12", ".", "12"),
        ("  12 ", ".", "12"),
        (f"{NB}12{NARROW}\u200b\ufeff", ".", "12"),  # outer blanks of every kind, invisible marks too
        ("0012", ".", "12"),  # leading zeros are digits
        ("0", ".", "0"),
        # the decimal sign of the file
        ("12,0", ",", "12"),
        ("12.0", ".", "12"),
        ("2,5", ",", "2.5"),
        ("1.944", ",", "1944"),
        ("1,944", ".", "1944"),
        ("1.234.567", ",", "1234567"),
        ("1.234,50", ",", "1234.5"),
        ("1,234.50", ".", "1234.5"),
        # the other way round when it does not fit
        ("12.0", ",", "12"),
        ("2.5", ",", "2.5"),
        ("12,0", ".", "12"),
        ("1.234,50", ".", "1234.5"),
        ("1,234.50", ",", "1234.5"),
        ("1,234,567", ",", "1234567"),
        ("1.234.567", ".", "1234567"),
        ("1,2345", ".", "1.2345"),
        # three digits behind the file's own decimal sign are decimals
        ("1,944", ",", "1.944"),
        ("1.944", ".", "1.944"),
        # grouped by blanks and apostrophes
        ("1 000", ".", "1000"),
        (f"1{NB}000", ",", "1000"),
        (f"1{NARROW}000{NARROW}000", ",", "1000000"),
        (f"1{THIN}000", ".", "1000"),
        (f"1{FIGURE}000", ".", "1000"),
        (f"1 000{NB}000", ".", "1000000"),  # blanks are one kind of sign
        ("1'000", ".", "1000"),
        ("1\u2019000,5", ",", "1000.5"),
        ("1 000,00", ".", "1000"),
        ("12 345,6", ",", "12345.6"),
        # signs
        ("+12", ".", "12"),
        ("-12", ".", "-12"),
        ("\u221212", ".", "-12"),  # a minus sign is a sign, whatever it looks like in bytes
        ("-1.000,5", ",", "-1000.5"),
        ("-0", ".", "0"),
        # a grouped number does not start with a zero: half a piece, never 500
        ("0,500", ".", "0.500"),
        ("0.500", ",", "0.500"),
        # groups of other than three digits
        ("1,23,456", ".", None),
        ("1 2", ".", None),
        ("1 00", ".", None),
        ("1234 567", ".", None),
        ("1,234,56", ".", None),
        ("12 34", ",", None),
        ("0 500", ".", None),
        ("1  000", ".", None),
        # two kinds of grouping signs could mean two numbers
        ("1 000,000", ".", None),
        ("1 000.000", ",", None),
        ("1'000 000", ".", None),
        ("1,000.000,5", ".", None),
        # decimals need digits on both sides
        ("12.", ".", None),
        (".5", ".", None),
        ("12,", ",", None),
        (",5", ",", None),
        ("1,234,", ".", None),
        ("1.2.3", ".", None),
        # a sign stands once, in front, without a blank
        ("12-", ".", None),
        ("- 12", ".", None),
        ("--12", ".", None),
        ("(12)", ".", None),
        ("\u201312", ".", None),  # a dash is no sign
        ("-", ".", None),
        # exponents, units, formulas, words
        ("1e3", ".", None),
        ("1E+3", ".", None),
        ("12x", ".", None),
        ("12 pcs", ".", None),
        ("12 шт.", ",", None),
        ("12%", ".", None),
        ("=1+1", ".", None),
        ("=12", ".", None),
        ('="12"', ".", None),
        ("'12", ".", None),
        ('"12"', ".", None),
        ("1_000", ".", None),
        ("0x10", ".", None),
        ("12/2", ".", None),
        ("10-12", ".", None),
        ("abc", ".", None),
        ("нет", ",", None),
        ("n/a", ".", None),
        ("inf", ".", None),
        ("NaN", ".", None),
        ("#N/A", ".", None),
        ("12\n6", ".", None),
        ("12\t", ".", "12"),
        # digits are 0 to 9
        ("\u0661\u0662", ".", None),
        ("\uff11\uff12", ".", None),
        ("1\u00b2", ".", None),
        ("\u2155", ".", None),
        # so large that it is a mistake
        ("9" * 30, ".", "9" * 30),
        ("9" * 31, ".", None),
        ("1" + " 000" * 10, ".", None),
        ("0." + "0" * 100 + "1", ".", None),
    ],
)
def test_text(text, decimal, value):
    assert parse_quantity(text, decimal) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        # a number cell counts as it is, whatever the file's decimal sign
        (Decimal(12), Decimal(12)),
        (Decimal("12.0"), Decimal(12)),
        (Decimal("2.5"), Decimal("2.5")),
        (Decimal("1.878"), Decimal("1.878")),
        (Decimal("12.000000001"), Decimal("12.000000001")),
        (Decimal(-4), Decimal(-4)),
        (Decimal("1E+3"), Decimal(1000)),
        (Decimal("1E+30"), None),
        # neither text nor number
        (True, None),
        (False, None),
        (date(1900, 1, 12), None),
        (None, None),
    ],
)
def test_cells(cell, value):
    for decimal in ",.":
        assert parse_quantity(cell, decimal) == value


def grouped(digits: str, sign: str) -> str:
    head = len(digits) % 3 or 3
    return sign.join([digits[:head], *(digits[i : i + 3] for i in range(head, len(digits), 3))])


@given(
    st.integers(0, 10**15),
    st.integers(0, 4),
    st.integers(0, 9999),
    st.sampled_from(["", "blank", "apostrophe", "thousands"]),
    st.sampled_from(",."),
    st.sampled_from(["", "-", "+", "\u2212"]),
    st.data(),
)
def test_every_written_form_of_a_number_is_read_back(whole, places, fraction, grouping, decimal, sign, data):
    """In the file's own convention; the other one only where the text cannot be taken for it."""
    marks = {
        "": "",
        "blank": data.draw(st.sampled_from([" ", NB, NARROW, THIN])),
        "apostrophe": data.draw(st.sampled_from(["'", "\u2019"])),
        "thousands": "." if decimal == "," else ",",
    }
    digits = f"{fraction:04d}"[:places]
    text = sign + grouped(str(whole), marks[grouping]) + (decimal + digits if digits else "")
    expected = (
        Decimal(f"{whole}.{digits or 0}").copy_negate()
        if sign in {"-", "\u2212"}
        else Decimal(f"{whole}.{digits or 0}")
    )
    assert parse_quantity(f" {text}{NB}", decimal) == expected


@given(st.integers(1, 10**9), st.integers(1, 9999), st.sampled_from(",."))
def test_the_other_convention_is_understood_where_it_is_the_only_reading(whole, fraction, decimal):
    other = "." if decimal == "," else ","
    places = "" if 100 <= fraction <= 999 and whole < 1000 else f"{other}{fraction}"
    text = grouped(str(whole), decimal) + places
    if text.count(decimal) > 1 or (places and whole >= 1000):
        assert parse_quantity(text, decimal) == Decimal(f"{whole}.{fraction if places else 0}")


@given(st.text(max_size=30) | st.text("0123456789 .,'+-\u00a0", max_size=12), st.sampled_from(",."))
def test_any_text_is_a_number_of_its_own_digits_or_none(text, decimal):
    value = parse_quantity(text, decimal)
    if value is not None:
        written = [c for c in text if c in "0123456789"]
        assert "".join(written).lstrip("0") == "".join(map(str, value.as_tuple().digits)).lstrip("0")


@pytest.mark.parametrize(
    ("quantity", "digits", "fits"),
    [
        ("12", 0, True),
        ("12.000", 0, True),
        ("1E+3", 0, True),
        ("2.5", 0, False),
        ("2.50", 1, True),
        ("2.55", 1, False),
        ("12.000000001", 0, False),
        ("12.000000001", 9, True),
        ("0.001", 2, False),
        ("9" * 30 + ".0", 0, True),
        ("9" * 30 + ".1", 0, False),
    ],
)
def test_digits_after_the_point(quantity, digits, fits):
    assert has_digits(Decimal(quantity), digits) is fits
