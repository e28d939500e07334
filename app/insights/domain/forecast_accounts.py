"""What one account will order of one article: from its own purchases alone, most of which come now and then.

The rate is what was bought after the first time for each day since then, a day losing half its weight in 180 days. It
fades where the account waits longer than usual. Single purchases far above the usual one are cut to twice that. Who
buys in a steady rhythm is expected on the day of its next beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from app.insights.domain.forecast import Errors, errors_of

LEAST = 2  # purchases before anything is expected
_RHYTHM = 4  # purchases before a rhythm is spoken of
_HIGH = 2.0
_HALF_LIFE = 180.0
_PRIOR_DAYS = 60.0  # added to the time since the first purchase: a few purchases in a short time promise little
_PATIENCE = 20.0  # days over the usual gap after which half as much is expected, beside the gap itself
_TRIES = 3
_SHORT, _LONG = 28, 91

Purchase = tuple[int, float]  # day, quantity in the base unit


@dataclass(frozen=True, slots=True)
class AccountExpectation:
    """Quantities in base units; `next_day` is when the next order is due, None without a rhythm or long overdue."""

    method: str
    next_4: float
    next_13: float
    next_day: int | None
    errors: Errors


def expectation(purchases: Sequence[Purchase], today: int) -> AccountExpectation | None:
    """From purchases before `today`, oldest first, one a day; None with too few."""
    if len(purchases) < LEAST:
        return None
    method, soon, later, next_day = _expected(purchases, today)
    errors = Errors()
    for back in range(1, _TRIES + 1):
        then = today - back * _SHORT
        known = [one for one in purchases if one[0] < then]
        if len(known) < LEAST:
            break
        sold = _bought(purchases, then, then + _SHORT)
        errors += errors_of(_expected(known, then)[1], sold, _bought(purchases, then - _SHORT, then))
    return AccountExpectation(method, soon, later, next_day, errors)


def _bought(purchases: Sequence[Purchase], start: int, end: int) -> float:
    return sum(quantity for day, quantity in purchases if start <= day < end)


def _expected(purchases: Sequence[Purchase], today: int) -> tuple[str, float, float, int | None]:
    usual = median(quantity for _day, quantity in purchases)
    most = _HIGH * usual
    weight = sum(min(quantity, most) * 0.5 ** ((today - day) / _HALF_LIFE) for day, quantity in purchases[1:])
    span = today - purchases[0][0] + _PRIOR_DAYS
    exposure = _HALF_LIFE / math.log(2) * (1 - 0.5 ** (span / _HALF_LIFE))
    last = purchases[-1][0]
    mean_gap = (last - purchases[0][0]) / (len(purchases) - 1)
    daily = weight / exposure * 0.5 ** (max(0.0, today - last - mean_gap) / (mean_gap + _PATIENCE))
    gap = _rhythm(purchases)
    if gap is None or today > last + 2 * gap:
        return "average", daily * _SHORT, daily * _LONG, None
    return "rhythm", daily * _SHORT, daily * _LONG, max(last + gap, today)


def _rhythm(purchases: Sequence[Purchase]) -> int | None:
    """The usual gap in days, where the middle half of the gaps is within half and double of it."""
    if len(purchases) < _RHYTHM:
        return None
    gaps = sorted(after - before for (before, _one), (after, _two) in pairwise(purchases))
    usual = round(median(gaps))
    low, high = gaps[len(gaps) // 4], gaps[-1 - len(gaps) // 4]
    return usual if usual > 0 and low * 2 >= usual and high <= usual * 2 else None
