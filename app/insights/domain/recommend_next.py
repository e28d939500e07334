"""The next best articles of an account: never bought by it, and bought by accounts like it, beside what it buys.

Weighed are the logarithms of: how much the hundred accounts that buy most alike buy the article; how strongly it goes
with what the account buys, what it buys often counting more, and with the one it goes with best; on how many days all
accounts bought it in the last month; how many accounts ever did. Fitted on what accounts bought for the first time in
March and April 2011.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from app.insights.domain.recommend import Pair
from app.insights.domain.reorder import Purchases

_ALIKE, _WITH, _BEST, _MONTH, _EVER = 0.526, 1.146, 1.782, 1.114, -0.752
_NOTHING: tuple[float, int | None] = (0.0, None)


class Next(NamedTuple):
    """A new article, how many of the neighbours bought it, and the own article it goes with best, if any."""

    item: int
    score: float
    alike: int
    near: int | None


def next_best(
    purchases: Purchases[int],
    pairs: Mapping[int, Sequence[Pair]],
    account: int,
    day: int,
    *,
    most: int,
    sold: Collection[int] | None = None,
) -> list[Next]:
    """The best new articles of an account as of a day, of those that are still `sold` (None: of all)."""
    own = purchases.often(account, day)
    around = purchases.around(account, day)
    strength, best = _beside(own, pairs)
    month = around.month
    found = [
        (
            -_ALIKE * math.log(around.shares.get(item, 0.0) + 0.002)
            - _WITH * math.log(strength.get(item, 0.0) + 0.002)
            - _BEST * math.log(best.get(item, _NOTHING)[0] + 0.02)
            - _MONTH * math.log(month.get(item, 0) + 1.0)
            - _EVER * math.log(purchases.buyers(item) + 1.0),
            item,
        )
        for item in around.shares.keys() | strength.keys()
        if item not in own and (sold is None or item in sold)
    ]
    return [
        Next(item, -score, around.alike.get(item, 0), best.get(item, _NOTHING)[1])
        for score, item in heapq.nsmallest(most, found)
    ]


def _beside(
    own: Mapping[int, float], pairs: Mapping[int, Sequence[Pair]]
) -> tuple[dict[int, float], dict[int, tuple[float, int | None]]]:
    """How strongly each article goes with what an account buys: on the whole, and with what of it most."""
    sums: defaultdict[int, float] = defaultdict(float)
    best: dict[int, tuple[float, int | None]] = {}
    whole = 0.0
    for item, often in own.items():
        weight = math.log1p(often)
        whole += weight
        for pair in pairs.get(item, ()):
            part = weight * pair.score
            sums[pair.other] += part
            if pair.other not in best or part > best[pair.other][0]:
                best[pair.other] = part, item
    return {item: strength / (whole or 1.0) for item, strength in sums.items()}, best
