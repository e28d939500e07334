"""Interest for late payment: simple, on what was open day by day, at the rates that held then.

The base rate changes (in Germany on 1 January and 1 July, section 247 BGB) and what is open changes with each payment:
both cut the time into spans. Only the total is rounded, half up, to the minor unit of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from app.core.money import round_amount

_DAY = timedelta(days=1)
_HUNDRED = Decimal(100)


class Basis(StrEnum):
    """How days are counted: as the calendar has them over 365 or 360, or months of 30 days over 360 (30E/360)."""

    DAYS_365 = "365"
    DAYS_360 = "360"
    MONTHS_360 = "30e360"


@dataclass(frozen=True, slots=True)
class BaseRate:
    """A base rate in percent a year, from a day on; may be below zero."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """What is open changes by an amount on a day (below zero: paid). The day of payment bears no interest any more."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """Days `start` to `end`, both bearing interest, on one amount at one rate (percent a year). `interest` is exact."""

    start: date
    end: date
    days: int
    amount: Decimal
    percent: Decimal
    interest: Decimal


def days_between(start: date, end: date, basis: Basis) -> int:
    """The days that bear interest from `start` to the day before `end`."""
    if basis is not Basis.MONTHS_360:
        return (end - start).days
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)


def spans(
    amount: Decimal,
    start: date,
    end: date,
    *,
    rates: Sequence[BaseRate],
    points: Decimal,
    basis: Basis,
    changes: Iterable[Change] = (),
) -> tuple[Span, ...]:
    """Interest from `start` to `end` (both included) on `amount` open on the day of start, cut where rate or amount change.

    A rate is the base rate of the day plus `points`, never below zero; before the first base rate it is zero plus points.
    """
    steps: dict[date, Decimal] = {}
    for change in changes:
        steps[max(change.day, start)] = steps.get(max(change.day, start), Decimal(0)) + change.amount
    known = sorted(rates, key=lambda rate: rate.valid_from)
    cuts = sorted({start, *steps, *(rate.valid_from for rate in known)})
    cuts = [day for day in cuts if start <= day <= end]
    found, is_open = [], amount
    for place, begin in enumerate(cuts):
        is_open += steps.get(begin, Decimal(0))
        until = cuts[place + 1] if place + 1 < len(cuts) else end + _DAY
        days, percent = days_between(begin, until, basis), rate_on(begin, known, points)
        if is_open > 0 and percent > 0 and days > 0:
            year = 365 if basis is Basis.DAYS_365 else 360
            found.append(
                Span(begin, until - _DAY, days, is_open, percent, is_open * percent * days / (_HUNDRED * year))
            )
    return tuple(found)


def rate_on(day: date, rates: Sequence[BaseRate], points: Decimal) -> Decimal:
    """Percent a year on a day; `rates` by their day."""
    held = [rate.percent for rate in rates if rate.valid_from <= day]
    return max((held[-1] if held else Decimal(0)) + points, Decimal(0))


def total(parts: Iterable[Span], currency: str) -> Decimal:
    """The interest of all spans, rounded once."""
    return round_amount(sum((part.interest for part in parts), Decimal(0)), currency)
