"""Which quantities of an article may be ordered, in whatever unit they were entered."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from app.catalog.domain.article import Article
from app.core.errors import Invalid
from app.core.quantity import Anchor, Factor, Fit, QuantityRule
from app.core.texts import N_


def fit(article: Article, quantity: Decimal, unit: str) -> Fit:
    """Check a quantity in the entered unit; the neighbours are in that unit, too.

    Raises Invalid("unit") when the article is not sold in it. Where no quantity of the unit can ever fit
    (packs of 4 under a step of 6 counted from 5), both neighbours are None.
    """
    if unit == article.base_unit:
        return article.rule.fit(quantity)
    factor = article.units.get(unit)
    if factor is None:
        raise Invalid("unit", N_("{sku} is not sold in the unit {unit}.", sku=article.sku, unit=unit))
    rule = rule_in_unit(article.rule, factor, article.unit_precision.get(unit, 0))
    return Fit(quantity, False, None, None) if rule is None else rule.fit(quantity)


def smallest(article: Article) -> Decimal:
    """The smallest quantity in the base unit that can be ordered."""
    return article.rule.fit(Decimal(0)).above or Decimal(1)


@lru_cache(maxsize=4096)
def rule_in_unit(rule: QuantityRule, factor: Factor, precision: int) -> QuantityRule | None:
    """The rule of the base unit, said in a unit of so many digits; None when no quantity of that unit fits it.

    Quantities of the unit are j * grid; they must be start + k * step in base units for whole j and k. With
    a = grid * factor / step and b = start / step that is j * a - b whole: one congruence for j.
    """
    grid = Fraction(1, 10**precision)
    step = Fraction(rule.step) if rule.step else Fraction(1, 10**rule.precision)
    start = Fraction(rule.minimum) if rule.anchor is Anchor.MINIMUM else Fraction(0)
    size = Fraction(factor.numerator, factor.denominator)
    a, b = grid * size / step, start / step
    period = a.denominator
    offset = b * period
    if offset.denominator != 1:
        return None
    residue = int(offset) * pow(a.numerator, -1, period) % period if period > 1 else 0
    least = Fraction(rule.minimum) if rule.minimum > 0 else step
    first = residue + period * ceil((least / size / grid - residue) / period)
    maximum = None
    if rule.maximum is not None:
        last = residue + period * floor((Fraction(rule.maximum) / size / grid - residue) / period)
        if last < first:
            return None
        maximum = _decimal(last * grid)
    return QuantityRule(_decimal(first * grid), _decimal(period * grid), maximum, Anchor.MINIMUM, precision)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
