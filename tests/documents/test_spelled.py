"""Sums in Russian and Ukrainian words: gender, number and case in every place where they can go wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.documents.paper.spelled import Gender, Noun, counted, number_in_words, sum_in_words

SUMS = (
    ("0", "RUB", "ru", "Ноль рублей 00 копеек"),
    ("1.01", "RUB", "ru", "Один рубль 01 копейка"),
    ("2.02", "RUB", "ru", "Два рубля 02 копейки"),
    ("11.11", "RUB", "ru", "Одиннадцать рублей 11 копеек"),
    ("1000.21", "RUB", "ru", "Одна тысяча рублей 21 копейка"),
    ("2002.22", "RUB", "ru", "Две тысячи два рубля 22 копейки"),
    ("21121.14", "RUB", "ru", "Двадцать одна тысяча сто двадцать один рубль 14 копеек"),
    ("1000000", "RUB", "ru", "Один миллион рублей 00 копеек"),
    ("2001001.5", "RUB", "ru", "Два миллиона одна тысяча один рубль 50 копеек"),
    ("-5.5", "RUB", "ru", "Минус пять рублей 50 копеек"),
    ("0.995", "RUB", "ru", "Один рубль 00 копеек"),  # half up, as the sum itself is rounded
    ("21", "UAH", "ru", "Двадцать одна гривна 00 копеек"),
    ("22.02", "EUR", "ru", "Двадцать два евро 02 цента"),
    ("3", "JPY", "ru", "Три иены"),
    ("1001.5", "NOK", "ru", "Одна тысяча один NOK 50/100"),
    ("1", "UAH", "uk", "Одна гривня 00 копійок"),
    ("2.02", "UAH", "uk", "Дві гривні 02 копійки"),
    ("1000.21", "UAH", "uk", "Одна тисяча гривень 21 копійка"),
    ("1121.05", "UAH", "uk", "Одна тисяча сто двадцять одна гривня 05 копійок"),
    ("2555.55", "UAH", "uk", "Дві тисячі п’ятсот п’ятдесят п’ять гривень 55 копійок"),
    ("21000", "EUR", "uk", "Двадцять одна тисяча євро 00 центів"),
    ("2000000000", "UAH", "uk", "Два мільярди гривень 00 копійок"),
)


def test_sums():
    for value, currency, language, text in SUMS:
        assert sum_in_words(Decimal(value), currency, language) == text, value


def test_the_part_of_a_currency_in_words_too():
    assert sum_in_words(Decimal("0.21"), "RUB", "ru", is_part_spelled=True) == "Ноль рублей двадцать одна копейка"
    assert sum_in_words(Decimal("1.02"), "UAH", "uk", is_part_spelled=True) == "Одна гривня дві копійки"


def test_gender_is_asked_of_the_last_group_only():
    """Millions stay masculine and thousands feminine whatever is counted."""
    assert number_in_words(32_001_002, "ru", Gender.FEMININE) == "тридцать два миллиона одна тысяча две"
    assert number_in_words(1_000_001, "ru", Gender.NEUTER) == "один миллион одно"
    assert number_in_words(41_021, "uk", Gender.FEMININE) == "сорок одна тисяча двадцять одна"
    names = Noun("наименование", "наименования", "наименований", Gender.NEUTER)
    assert counted(21, names, "ru") == "двадцать одно наименование"
    assert counted(13, names, "ru") == "тринадцать наименований"


def test_no_two_numbers_are_said_alike():
    for language in ("ru", "uk"):
        assert len({number_in_words(number, language) for number in range(2000)}) == 2000


def test_what_cannot_be_said_is_an_error():
    with pytest.raises(ValueError, match="too large"):
        number_in_words(10**15, "ru")
    with pytest.raises(KeyError):
        number_in_words(1, "fr")
