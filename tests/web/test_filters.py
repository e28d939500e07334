"""Values by language: against hand-written examples, and for all numbers against babel."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.core.money import Money
from app.web import filters, formats
from app.web.forms import parse_decimal

LANGUAGES = ("en", "ru", "uk")
EXAMPLES = [
    # filter, arguments, en, ru
    ("money", (Decimal("1240.5"), "EUR"), "1,240.50 EUR", "1 240,50 EUR"),
    ("money", (Money(Decimal("-0.005"), "EUR"),), "-0.01 EUR", "-0,01 EUR"),
    ("money", (Decimal("1240.5"), "JPY"), "1,241 JPY", "1 241 JPY"),
    ("money", (None, "EUR"), "–", "–"),
    ("amount", (Decimal("123456789.5"), "EUR"), "123,456,789.50", "123 456 789,50"),
    ("price", (Decimal("0.012500"),), "0.0125", "0,0125"),
    ("price", (Decimal(3), "EUR"), "3.00 EUR", "3,00 EUR"),
    ("price", (Decimal("0.0000005"),), "0.000001", "0,000001"),
    ("quantity", (Decimal("1200.000000"), "pcs"), "1,200 pcs", "1 200 pcs"),
    ("quantity", (Decimal("0.750"),), "0.75", "0,75"),
    ("quantity", (Decimal("1E+3"),), "1,000", "1 000"),
    ("quantity", (5,), "5", "5"),
    ("number", (370281,), "370,281", "370 281"),
    ("percent", (Decimal("19.00"),), "19%", "19 %"),
    ("filesize", (532,), "532 B", "532 B"),
    ("filesize", (1_340_000,), "1.3 MB", "1,3 MB"),
    ("filesize", (14_200,), "14 kB", "14 kB"),
]


@pytest.mark.parametrize(("name", "arguments", "english", "russian"), EXAMPLES)
def test_examples(site, name, arguments, english, russian):
    for language, expected in (("en", english), ("ru", russian)):
        with site.test_request_context(headers={"Accept-Language": language}):
            assert getattr(filters, name)(*arguments).replace("\N{NO-BREAK SPACE}", " ") == expected


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), st.sampled_from(LANGUAGES))
def test_quantities_read_as_babel_writes_them(value, language):
    expected = format_decimal(value, format="#,##0.######", locale=language)
    assert formats.quantity(value, language).replace("-0", "0") == expected.replace("-0", "0")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(LANGUAGES))
def test_what_is_shown_can_be_typed_again(value, language):
    assert parse_decimal(formats.quantity(value, language), language) == value


def test_dates_and_moments(site):
    with site.test_request_context(headers={"Accept-Language": "ru"}):
        shown = filters.day(date(2026, 11, 20))
        assert shown == '<time datetime="2026-11-20">20 нояб. 2026\N{NARROW NO-BREAK SPACE}г.</time>'
    with site.test_request_context():
        moment = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
        assert filters.moment(moment) == '<time datetime="2026-11-20T23:30:00+00:00">Nov 20, 2026, 23:30</time>'
        with pytest.raises(TypeError):
            filters.day(moment)


def test_moment_is_told_in_the_time_zone_of_the_reader(site, person):
    person.sign_in(time_zone="Europe/Kyiv")
    with site.test_request_context():
        assert "Nov 21, 2026, 01:30" in filters.moment(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))


def test_distance_stands_beside_the_exact_moment(site):
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with site.test_request_context(), clock.frozen(now):
        shown = filters.ago(now - timedelta(hours=3))
    assert shown.endswith('Nov 20, 2026, 09:00</time> <span class="k-ago">3 hours ago</span>')


READINGS = [
    # typed, language, value (None: refused)
    ("1,250.50", "en", "1250.50"),
    ("1250.5", "en", "1250.5"),
    ("1,250", "en", "1250"),
    ("12,50", "en", None),
    ("1,2,3", "en", None),
    ("1 250,50", "ru", "1250.50"),
    ("1\N{NARROW NO-BREAK SPACE}250,5", "uk", "1250.5"),
    ("12.50", "ru", "12.50"),
    ("1.250,50", "ru", None),
    ("\N{MINUS SIGN}5", "en", "-5"),
    ("1e3", "en", None),
    ("NaN", "en", None),
    ("Infinity", "en", None),
    ("", "en", None),
    ("twelve", "en", None),
    ("١٢", "en", None),
    ("1_000", "en", None),
    ("1 250", "en", "1250"),
    ("12 50", "ru", None),
    ("1 250 5", "ru", None),
    (".5", "en", "0.5"),
    ("5.", "en", "5"),
    (".", "en", None),
    ("1.250", "ru", "1.250"),
    ("1 250 000,5", "ru", "1250000.5"),
    ("1'250.50", "en", "1250.50"),
]


@pytest.mark.parametrize(("typed", "language", "value"), READINGS)
def test_numbers_as_people_write_them(typed, language, value):
    if value is None:
        with pytest.raises((ValueError, ArithmeticError)):
            parse_decimal(typed, language)
    else:
        assert parse_decimal(typed, language) == Decimal(value)
