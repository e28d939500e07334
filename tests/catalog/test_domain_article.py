"""How codes are compared, and what a row of an import may say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.catalog.domain.article import Article, key_of
from app.catalog.domain.article_row import ArticleRow, PackRow, is_gtin, problem_of
from app.core.quantity import Factor, QuantityRule
from app.core.units import UNIT_NAMES, unit_name


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("85123a", "85123A"),
        (" 851\u00a023 A\u202f", "85123A"),
        ("\ufeffсв-12\t3", "СВ-123"),
        ("fl-06-93905", "FL-06-93905"),  # signs count: they tell articles apart
        ("\u200b", ""),
    ],
)
def test_keys(code, key):
    assert key_of(code) == key


def test_an_article_knows_its_units():
    article = Article(1, "A", "Screw", "H87", {"XBX": Factor(12)}, QuantityRule())
    assert article.factor("H87") == Factor(1)
    assert article.factor("XBX") == Factor(12)
    assert article.factor("XPX") is None
    assert article.all_units == ("H87", "XBX")


def test_units_have_names_and_unknown_ones_stand_for_themselves():
    assert str(unit_name("XBX")) == "boxes"
    assert str(unit_name("X9Y")) == "X9Y"
    assert all(2 <= len(code) <= 3 for code in UNIT_NAMES)


@pytest.mark.parametrize(("text", "expected"), [
    ("4006381333931", True), ("4006381333932", False), ("96385074", True), ("012345678905", True), ("400638133393", False),
    ("abc", False), ("", False),
])  # fmt: skip
def test_gtin(text, expected):
    assert is_gtin(text) is expected


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, None),
        ({"sku": " \u00a0"}, "sku"),
        ({"sku": "A" * 61}, "sku"),
        ({"name": "  "}, "name"),
        ({"gtin": "4006381333932"}, "gtin"),
        ({"status": "gone"}, "status"),
        ({"vat_category": "X"}, "vat_category"),
        ({"anchor": "middle"}, "anchor"),
        ({"successor_sku": "a 1"}, "successor_sku"),
        ({"base_unit": "piece"}, "base_unit"),
        ({"precision": 7}, "precision"),
        ({"minimum": Decimal(10), "step": Decimal(4)}, "minimum"),
        ({"minimum": Decimal(10), "maximum": Decimal(4)}, "maximum"),
        ({"step": Decimal(-1)}, "step"),
        ({"lead_time_days": -1}, "lead_time_days"),
        ({"units": (PackRow("XBX", 0),)}, "units"),
        ({"units": (PackRow("XBX", 2), PackRow("XBX", 3))}, "units"),
        ({"base_unit": "XBX", "units": (PackRow("XBX", 3),)}, "units"),
        ({"units": (PackRow("XBX", 12), PackRow("XPX", 480))}, None),
    ],
)
def test_problems_of_rows(facts, field):
    found = problem_of(ArticleRow(**({"sku": "A1"} | facts)))
    assert (found and found[0]) == field
