"""Cells to values: numbers, dates and switches as people write them in four languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.domain.fields import Shape
from app.exchange.domain.values import Conventions, Misread, day_first, decimal_sign, parser, read_number

POINT, COMMA = Conventions("."), Conventions(",")


@pytest.mark.parametrize(
    ("text", "sign", "expected"),
    [
        ("12", ".", "12"),
        ("-3.50", ".", "-3.50"),
        ("1,234.56", ".", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234", ",", "1234"),
        ("1'234.50", ".", "1234.50"),
        ("\u2212 5", ".", "-5"),
        (",5", ",", "0.5"),
        ("0012", ".", "12"),
        ("1,234,567", ".", "1234567"),
        ("  7 ", ".", "7"),
    ],
)
def test_numbers_as_people_write_them(text, sign, expected):
    assert read_number(text, sign) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("abc", "."),
        ("1,23", "."),  # neither a decimal sign of this file nor thousands
        ("12,3456.7", "."),
        ("1.234.5", "."),
        ("1.2.3", ","),
        ("1e3", "."),
        ("0x10", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("12 pcs", "."),
        ("--1", "."),
        ("\u0661\u0662", "."),  # digits of another script
        ("=1+1", "."),
        ("1" * 13, "."),
        ("0.1234567", "."),
    ],
)
def test_what_is_not_clearly_a_number_is_refused(text, sign):
    with pytest.raises(Misread):
        read_number(text, sign)


def test_a_number_cell_is_taken_as_it_is():
    assert read_number(Decimal("2.50"), ",") == Decimal("2.50")
    with pytest.raises(Misread):
        read_number(Decimal("1e20"), ".")


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4), st.sampled_from([".", ","]))
def test_what_is_written_plainly_is_read_exactly(number, sign):
    assert read_number(format(number, "f").replace(".", sign), sign) == number


@given(st.text(max_size=30), st.sampled_from([".", ","]))
def test_any_text_is_a_number_or_refused(text, sign):
    try:
        assert read_number(text, sign).is_finite()
    except Misread as refusal:
        assert refusal.code


@pytest.mark.parametrize(
    ("samples", "delimiter", "expected"),
    [
        (["1,5", "2"], ",", ","),
        (["1.5"], ";", "."),
        (["1.234,56"], None, ","),
        (["1,234.56"], ";", "."),
        (["1.234.567"], ",", ","),
        (["1,234"], ";", ","),  # could be either: a semicolon file decides
        (["1,234"], ",", "."),
        (["0,125"], ",", ","),  # thousands never start with a zero
        (["", None, "x"], None, "."),
        ([Decimal("1.5")], None, "."),
    ],
)
def test_the_decimal_sign_follows_from_the_samples(samples, delimiter, expected):
    assert decimal_sign(samples, delimiter) == expected


def test_whole_numbers_may_not_be_broken():
    read = parser(Shape.WHOLE, 0, POINT)
    assert read("12") == 12
    assert read("12.0") == 12
    with pytest.raises(Misread, match="whole"):
        read("12.5")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2011-12-09", date(2011, 12, 9)),
        ("2011-12-09T10:00:00", date(2011, 12, 9)),
        ("9.12.2011", date(2011, 12, 9)),
        (date(2011, 12, 9), date(2011, 12, 9)),
        (datetime(2011, 12, 9, 8, 30), date(2011, 12, 9)),
    ],
)
def test_days(cell, expected):
    assert parser(Shape.DAY, 0, POINT)(cell) == expected


@pytest.mark.parametrize("text", ["2011-13-01", "31.02.2011", "yesterday", "2011", "40883", "12:30"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(Misread):
        parser(Shape.DAY, 0, POINT)(text)


def test_dates_with_slashes_need_a_proof_which_part_is_the_day():
    assert day_first(["03/04/2011", "25/04/2011"]) is True
    assert day_first(["03/25/2011"]) is False
    assert day_first(["03/04/2011", 5, None]) is None
    assert parser(Shape.DAY, 0, Conventions(".", True))("03/04/2011") == date(2011, 4, 3)
    assert parser(Shape.DAY, 0, Conventions(".", False))("03/04/2011") == date(2011, 3, 4)
    with pytest.raises(Misread, match="two dates"):
        parser(Shape.DAY, 0, Conventions(".", None))("03/04/2011")


def test_times_without_a_zone_are_meant_in_the_given_one():
    read = parser(Shape.MOMENT, 0, Conventions(".", None, "Europe/Berlin"))
    assert read("2011-07-01T12:00:00") == datetime(2011, 7, 1, 10, tzinfo=UTC)
    assert read("1.7.2011 12:00") == datetime(2011, 7, 1, 10, tzinfo=UTC)
    assert read("2011-07-01T12:00:00+00:00") == datetime(2011, 7, 1, 12, tzinfo=UTC)
    assert read(date(2011, 1, 1)) == datetime(2010, 12, 31, 23, tzinfo=UTC)


def test_switches_in_four_languages():
    read = parser(Shape.SWITCH, 0, POINT)
    assert [read(text) for text in ("yes", "Ja", "да", "так", "1", "X", True)] == [True] * 7
    assert [read(text) for text in ("no", "Nein", "нет", "ні", "0", False)] == [False] * 6
    with pytest.raises(Misread):
        read("maybe")


def test_texts_are_trimmed_and_have_a_length():
    assert parser(Shape.TEXT, 5, POINT)("\u00a0ab ") == "ab"
    assert parser(Shape.TEXT, 0, POINT)(Decimal("22423.0")) == "22423"
    with pytest.raises(Misread, match="5 characters"):
        parser(Shape.TEXT, 5, POINT)("abcdef")
    with pytest.raises(Misread):
        parser(Shape.TEXT, 0, POINT)("a\0b")
