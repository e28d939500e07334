"""Which articles go together, and what is missing in a basket.

Two articles go together when they are in the same baskets more often than their own frequency explains. A small basket
says more than a big one, a newer more than an old one; few common baskets are believed little (shrinkage).
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

SIZES = (4, 8, 16, 32, 64, 128)  # baskets of up to so many articles weigh alike; bigger ones say nothing
YEAR = 365
SHRINK = 6.0  # common baskets that are half believed
OWN_POWER = 0.7  # of how often the one article is bought
OTHER_POWER = 0.55  # of how often the other is: above one half popular articles lose
KEPT = 40


class Pair(NamedTuple):
    """How strongly `other` goes with an article, in how many baskets both were, and how much more than by chance."""

    other: int
    score: float
    baskets: int
    lift: float


class Baskets:
    """What was bought at once. `today` is the day after the last one."""

    def __init__(self, baskets: Iterable[tuple[int, Collection[int]]], today: int) -> None:
        self._classes: dict[tuple[int, int], list[Collection[int]]] = {}
        self._of: defaultdict[int, dict[tuple[int, int], list[Collection[int]]]] = defaultdict(dict)
        self.times: Counter[int] = Counter()
        self.count = 0
        for day, items in baskets:
            self.count += 1
            self.times.update(items)
            size = next((place for place, most in enumerate(SIZES) if len(items) <= most), None)
            if size is None or len(items) < 2:
                continue
            key = (size, min((today - day) // YEAR, 2))
            for item in items:
                self._of[item].setdefault(key, []).append(items)

    def items(self) -> list[int]:
        """All articles that were ever bought with another one."""
        return sorted(self._of)

    def pairs(self, item: int, most: int = KEPT, least: int = 2) -> list[Pair]:
        """What goes with an article, the strongest first; at least `least` common baskets."""
        weighted: defaultdict[int, float] = defaultdict(float)
        together: Counter[int] = Counter()
        for (size, age), found in self._of[item].items():
            counts: Counter[int] = Counter()
            for basket in found:
                counts.update(basket)
            weight = _weight(size, age)
            for other, count in counts.items():
                weighted[other] += weight * count
            together.update(counts)
        own = self.times[item]
        base = own**OWN_POWER
        scored = (
            (
                weighted[other] * count / (count + SHRINK) / (base * self.times[other] ** OTHER_POWER),
                -other,
                count,
            )
            for other, count in together.items()
            if other != item and count >= least
        )
        return [
            Pair(-other, score, count, count * self.count / (own * self.times[-other]))
            for score, other, count in heapq.nlargest(most, scored)
        ]


def _weight(size: int, age: int) -> float:
    """A basket of four articles newer than a year counts as one."""
    return 0.7**size * 0.7**age


class Sign(NamedTuple):
    """How strongly an article goes with what is in a basket: in all, with the one it goes with best, and which one."""

    total: float = 0.0
    best: float = 0.0
    near: int | None = None


_NO_SIGN = Sign()
_BEST, _SUM, _PLAIN, _OWN = 1.738, 1.353, 4.52, 0.564  # fitted on baskets of March and April 2011
_LEAST = _BEST * math.log(0.02) + _SUM * math.log(0.03) + _OWN * math.log(0.05)


def gap_score(sign: Sign, own: float) -> float:
    """How likely an article is missing; zero where nothing speaks for it.

    `own` is how often the account bought it, each time losing half its weight in 180 days.
    """
    logs = _BEST * math.log(sign.best + 0.02) + _SUM * math.log(sign.total + 0.03) + _OWN * math.log(own + 0.05)
    return logs + _PLAIN * sign.best - _LEAST


def signs(cart: Collection[int], rows: Mapping[int, Sequence[Pair]]) -> dict[int, Sign]:
    """What goes with the articles of a basket, from the pairs of each."""
    inside = set(cart)
    found: dict[int, Sign] = {}
    for item in sorted(inside):
        for pair in rows.get(item, ()):
            if pair.other not in inside:
                known = found.get(pair.other, _NO_SIGN)
                is_best = pair.score > known.best
                found[pair.other] = Sign(
                    known.total + pair.score,
                    pair.score if is_best else known.best,
                    item if is_best else known.near,
                )
    return found


def missing(found: Mapping[int, Sign], own: Mapping[int, float], most: int) -> list[tuple[int, float]]:
    """What is probably missing in a basket, the likeliest first, each with its score: of what goes with its articles
    and what the account buys itself.
    """
    ranked = ((-gap_score(found.get(item, _NO_SIGN), own.get(item, 0.0)), item) for item in found.keys() | own.keys())
    return [(item, -score) for score, item in heapq.nsmallest(most, ranked)]
