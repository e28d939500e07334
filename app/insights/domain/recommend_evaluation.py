"""How good recommendations are on order lines of the past, beside two plain methods.

Only days before a cut are known to any method. Tasks:
* basket: of the last basket of each account within 60 days after the cut, half of its articles (at least four, drawn by
  the number of the account) are hidden; all articles known before the cut are candidates for what was hidden.
* next: what an account with three order days before the cut buys within 60 days after it and never bought before.
Plain methods: popularity is how often all accounts bought an article in the 30 days before the cut; co-occurrence adds
up in how many baskets an article was with each of those in the basket (next: with each the account ever bought).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.insights.domain.recommend import Baskets, Pair, missing, signs
from app.insights.domain.recommend_next import next_best
from app.insights.domain.reorder import MIN_ORDER_DAYS, Purchases
from app.insights.domain.reorder_evaluation import BEST, scores

CUTS = (date(2011, 9, 1), date(2011, 10, 1))  # later than all the weights were fitted on
AHEAD_DAYS = 60
POPULAR_DAYS = 30
LEAST_ARTICLES = 4
_POPULAR = 2_000

Basket = tuple[int, int, tuple[int, ...]]  # day, account, articles
Figures = dict[str, float]
Ranker = Callable[[int, Collection[int]], Sequence[int]]  # account and what is known of the basket -> articles


@dataclass(frozen=True, slots=True)
class Task:
    """An account, what a method is told, and what it shall find."""

    account: int
    known: tuple[int, ...]
    relevant: frozenset[int]


class Past:
    """What was bought before a cut, ready for every method."""

    def __init__(self, baskets: Sequence[Basket], cut: int) -> None:
        self.cut = cut
        self.baskets = [basket for basket in baskets if basket[0] < cut]
        self.known = {item for _day, _account, items in self.baskets for item in items}
        self.purchases: Purchases[int] = Purchases()
        for day, account, items in self.baskets:
            self.purchases.add(account, items, day)
        together = Baskets(((day, items) for day, _account, items in self.baskets), cut)
        self.pairs: Mapping[int, list[Pair]] = {item: together.pairs(item) for item in together.items()}
        lately = Counter(item for day, _account, items in self.baskets if day >= cut - POPULAR_DAYS for item in items)
        self.popular = [item for item, _count in sorted(lately.items(), key=lambda one: (-one[1], one[0]))[:_POPULAR]]
        self._with: dict[int, Counter[int]] = {}
        self._holding: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
        for _day, _account, items in self.baskets:
            for item in items:
                self._holding[item].append(items)

    def own(self, account: int) -> dict[int, float]:
        """How often an account bought each article, older times counting less; empty for one that never ordered."""
        if not self.purchases.order_days(account):
            return {}
        return self.purchases.often(account, self.cut)

    def beside(self, item: int) -> Counter[int]:
        """In how many baskets each article was with this one."""
        if item not in self._with:
            counts: Counter[int] = Counter()
            for basket in self._holding[item]:
                counts.update(basket)
            self._with[item] = counts
        return self._with[item]


def basket_tasks(past: Past, baskets: Sequence[Basket], ahead: int = AHEAD_DAYS) -> list[Task]:
    """The last basket of each account after the cut, half of it hidden."""
    last: dict[int, list[int]] = {}
    for day, account, items in baskets:
        if past.cut <= day < past.cut + ahead:
            known = [item for item in items if item in past.known]
            if len(known) >= LEAST_ARTICLES:
                last[account] = known
    tasks = []
    for account, held in sorted(last.items()):
        mixed = sorted(held)
        random.Random(account).shuffle(mixed)  # noqa: S311 -- which half is hidden, the same every time
        half = len(mixed) // 2
        tasks.append(Task(account, tuple(mixed[:half]), frozenset(mixed[half:])))
    return tasks


def next_tasks(past: Past, baskets: Sequence[Basket], ahead: int = AHEAD_DAYS) -> list[Task]:
    """What accounts bought after the cut for the first time; `known` is all they bought before."""
    future: defaultdict[int, set[int]] = defaultdict(set)
    for day, account, items in baskets:
        if past.cut <= day < past.cut + ahead:
            future[account].update(items)
    tasks = []
    for account, later in sorted(future.items()):
        if past.purchases.order_days(account) < MIN_ORDER_DAYS:
            continue
        bought = past.purchases.bought(account)
        new = (later & past.known) - bought
        if new:
            tasks.append(Task(account, tuple(sorted(bought)), frozenset(new)))
    return tasks


def basket_methods(past: Past) -> dict[str, Ranker]:
    """Ours, the two plain ones, and what the account bought most before."""
    return {
        "ours": lambda account, cart: _ours(past, account, cart),
        "popularity": lambda _account, cart: _popular(past, cart),
        "cooccurrence": lambda _account, cart: _beside(past, cart),
        "own history": lambda account, cart: _own(past, account, cart),
    }


def next_methods(past: Past) -> dict[str, Ranker]:
    """Ours and the two plain ones; `known` is what the account ever bought."""
    return {
        "ours": lambda account, _known: _next(past, account),
        "popularity": lambda _account, known: _popular(past, known),
        "cooccurrence": lambda _account, known: _beside(past, known),
    }  # fmt: skip


def _ours(past: Past, account: int, cart: Collection[int]) -> list[int]:
    inside = set(cart)
    own = {item: often for item, often in past.own(account).items() if item not in inside}
    return [item for item, _score in missing(signs(cart, past.pairs), own, BEST)]


def _next(past: Past, account: int) -> list[int]:
    return [one.item for one in next_best(past.purchases, past.pairs, account, past.cut, most=BEST)]


def _popular(past: Past, known: Collection[int]) -> list[int]:
    inside = set(known)
    return [item for item in past.popular if item not in inside][:BEST]


def _beside(past: Past, known: Collection[int]) -> list[int]:
    counts: Counter[int] = Counter()
    for item in known:
        counts.update(past.beside(item))
    inside = set(known)
    best = sorted(((-count, item) for item, count in counts.items() if item not in inside))[:BEST]
    return [item for _count, item in best]


def _own(past: Past, account: int, cart: Collection[int]) -> list[int]:
    inside = set(cart)
    best = sorted((-often, item) for item, often in past.own(account).items() if item not in inside)[:BEST]
    return [item for _often, item in best]


def measured(tasks: Sequence[Task], methods: Mapping[str, Ranker]) -> dict[str, Figures]:
    """Recall and nDCG at 10 of every method, the mean over the tasks."""
    found: dict[str, Figures] = {}
    for name, method in methods.items():
        figures = [scores(method(task.account, task.known), task.relevant) for task in tasks]
        count = len(figures) or 1
        found[name] = {
            "recall@10": sum(one[1] for one in figures) / count,
            "ndcg@10": sum(one[2] for one in figures) / count,
        }
    return found


def of_cut(baskets: Sequence[Basket], cut: date, ahead: int = AHEAD_DAYS) -> dict[str, object]:
    """Both tasks at one cut, with how many accounts were tried."""
    past = Past(baskets, cut.toordinal())
    now, later = basket_tasks(past, baskets, ahead), next_tasks(past, baskets, ahead)
    return {
        "cut": cut.isoformat(),
        "baskets": len(now),
        "accounts": len(later),
        "basket": measured(now, basket_methods(past)),
        "next": measured(later, next_methods(past)),
    }
