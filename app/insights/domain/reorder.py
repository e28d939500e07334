"""Which of the articles an account bought before it will order again soon, best first.

Articles are ranked by a weighted sum of the logarithms of six figures:
* how often the account bought it, older purchases counting less (half after 180 days);
* in how many of its orders it was, older orders counting less (half after eight orders);
* how often the hundred accounts that buy most like it buy the article;
* on how many days accounts bought it in the last 30 and the last 7 days, and how many ever did: what is out of season
  or no longer sold falls behind.
The weights were fitted to purchases before 2010-10-01 of the published data of an online wholesaler (listwise soft-max,
cuts at the first of May to September 2010), so all five cuts of the measurement lie after them.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

Item = TypeVar("Item", bound=Hashable)
HALF_LIFE_DAYS = 180
HALF_LIFE_ORDERS = 8
NEIGHBOURS = 100
MIN_ORDER_DAYS = 3  # accounts with fewer teach nothing about habits
_MONTH, _WEEK = 30, 7


class _Weight(NamedTuple):
    """Factor of a logarithm, and what is added before it is taken."""

    factor: float
    more: float

    def of(self, figure: float) -> float:
        return self.factor * math.log(figure + self.more)


_OFTEN = _Weight(0.516, 0.05)
_ORDERS = _Weight(0.177, 0.05)
_ALIKE = _Weight(0.327, 0.002)
_IN_MONTH = _Weight(0.439, 1)
_IN_WEEK = _Weight(0.102, 0.5)
_EVER = _Weight(-0.457, 1)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Item]):
    """An article and its score; `alike` is how many of the neighbours have bought it."""

    item: Item
    score: float
    alike: int


@dataclass(frozen=True, slots=True)
class Around(Generic[Item]):
    """By article: share of what the neighbours buy, how many of them bought it, on how many days accounts bought it in
    the last month and week.
    """

    shares: Mapping[Item, float]
    alike: Mapping[Item, int]
    month: Mapping[Item, int]
    week: Mapping[Item, int]


class _Account(Generic[Item]):
    """What one account bought. Sums grow with time instead of fading, so that nothing is touched when a day passes."""

    __slots__ = ("days", "norm", "often", "orders", "orders_sum")

    def __init__(self) -> None:
        self.days = 0
        self.norm = 0.0
        self.often: dict[Item, float] = {}
        self.orders: dict[Item, float] = {}
        self.orders_sum = 0.0


class Purchases(Generic[Item]):
    """Who bought what, filled day by day; ranks as of any day after the last one."""

    def __init__(self) -> None:
        self._accounts: dict[Any, _Account[Item]] = {}
        self._buyers: defaultdict[Item, dict[Any, float]] = defaultdict(dict)
        self._month = _Window[Item](_MONTH)
        self._week = _Window[Item](_WEEK)
        self._first: int | None = None

    def add(self, account: Hashable, items: Collection[Item], day: int) -> None:
        """What an account bought on a day, each article once. Days may not go back."""
        if self._first is None:
            self._first = day
        known = self._accounts.setdefault(account, _Account())
        grown = 2.0 ** ((day - self._first) / HALF_LIFE_DAYS)
        place = 2.0 ** (known.days / HALF_LIFE_ORDERS)
        known.days += 1
        known.orders_sum += place
        for item in items:
            before = known.often.get(item, 0.0)
            known.often[item] = self._buyers[item][account] = before + grown
            known.norm += (2 * before + grown) * grown
            known.orders[item] = known.orders.get(item, 0.0) + place
        self._month.add(day, items)
        self._week.add(day, items)

    def order_days(self, account: Hashable) -> int:
        known = self._accounts.get(account)
        return known.days if known else 0

    def bought(self, account: Hashable) -> set[Item]:
        """All articles of an account."""
        return set(self._accounts[account].often)

    def often(self, account: Hashable, day: int) -> dict[Item, float]:
        """How often an account bought each article as of a day, every time losing half its weight in 180 days."""
        faded = 2.0 ** (-(day - (self._first or 0)) / HALF_LIFE_DAYS)
        return {item: grown * faded for item, grown in self._accounts[account].often.items()}

    def around(self, account: Hashable, day: int) -> Around[Item]:
        """What the neighbours of an account buy, and what all buy."""
        self._month.forget(day)
        self._week.forget(day)
        shares, counts = self._shares(account, None)
        return Around(shares, counts, self._month.counts, self._week.counts)

    def buyers(self, item: Item) -> int:
        """How many accounts ever bought an article."""
        return len(self._buyers[item]) if item in self._buyers else 0

    def rank(self, account: Hashable, day: int, most: int, *, is_new_welcome: bool = False) -> list[Ranked[Item]]:
        """The best articles as of a day; of equal ones the smaller item. With `is_new_welcome` also articles the
        account never bought, if a neighbour did.
        """
        own = self._accounts[account]
        self._month.forget(day)
        self._week.forget(day)
        faded = 2.0 ** (-(day - (self._first or 0)) / HALF_LIFE_DAYS)
        newest = 2.0 ** (-(own.days - 1) / HALF_LIFE_ORDERS)
        shares, counts = self._shares(account, None if is_new_welcome else own.often)
        month, week, buyers = self._month.counts, self._week.counts, self._buyers
        found = [
            (
                -_OFTEN.of(own.often.get(item, 0.0) * faded)
                - _ORDERS.of(own.orders.get(item, 0.0) * newest)
                - _ALIKE.of(shares.get(item, 0.0))
                - _IN_MONTH.of(month[item])
                - _IN_WEEK.of(week[item])
                - _EVER.of(len(buyers[item])),
                item,
            )
            for item in (own.often.keys() | shares.keys() if is_new_welcome else own.often)
        ]
        return [Ranked(item, -score, counts[item]) for score, item in heapq.nsmallest(most, found)]

    def _shares(self, account: Hashable, wanted: dict[Item, float] | None) -> tuple[dict[Item, float], Counter[Item]]:
        """How much the neighbours buy of each article (weighted by likeness), and how many of them did."""
        shares: defaultdict[Item, float] = defaultdict(float)
        counts: Counter[Item] = Counter()
        alike = self._alike(account)
        total = sum(likeness for likeness, _other in alike) or 1.0
        for likeness, other in alike:
            theirs = self._accounts[other]
            weight = likeness / theirs.orders_sum / total
            items = theirs.orders.keys() if wanted is None else theirs.orders.keys() & wanted.keys()
            for item in items:
                shares[item] += weight * theirs.orders[item]
            counts.update(items)
        return shares, counts

    def _alike(self, account: Hashable) -> list[tuple[float, Any]]:
        """The accounts that buy most like this one (cosine of what they buy often), with their likeness."""
        own = self._accounts[account]
        product: defaultdict[Any, float] = defaultdict(float)
        for item, often in own.often.items():
            for other, theirs in self._buyers[item].items():
                product[other] += often * theirs
        product.pop(account, None)
        accounts, root = self._accounts, math.sqrt(own.norm)
        return heapq.nlargest(
            NEIGHBOURS,
            (
                (both / (root * math.sqrt(accounts[other].norm)), other)
                for other, both in product.items()
                if accounts[other].days >= MIN_ORDER_DAYS
            ),
        )


class _Window(Generic[Item]):
    """How often each article was bought in the last days."""

    __slots__ = ("_baskets", "_length", "counts")

    def __init__(self, length: int) -> None:
        self.counts: Counter[Item] = Counter()
        self._length = length
        self._baskets: deque[tuple[int, tuple[Item, ...]]] = deque()

    def add(self, day: int, items: Iterable[Item]) -> None:
        basket = tuple(items)
        self._baskets.append((day, basket))
        self.counts.update(basket)

    def forget(self, day: int) -> None:
        while self._baskets and self._baskets[0][0] < day - self._length:
            self.counts.subtract(self._baskets.popleft()[1])
