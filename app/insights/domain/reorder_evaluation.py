"""How good the ranking of reorders is: two published tasks on the order lines of an online wholesaler.

Only days before a cut are used. A: what of the bought articles is bought again within 30 days of five cuts.
B: the last basket of each account, new articles included.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from app.insights.domain.reorder import MIN_ORDER_DAYS, Purchases

CUTS = (date(2010, 10, 1), date(2011, 3, 1), date(2011, 6, 1), date(2011, 9, 1), date(2011, 10, 15))
AHEAD_DAYS = 30
MIN_LINES = 10  # task B: of an article in the whole file
MIN_BASKETS = 4  # task B: of an account
BEST = 10

Basket = tuple[int, str, tuple[str, ...]]  # day, account, SKUs
Scores = dict[str, float]


def baskets_of(lines: Iterable[tuple[str, str, int]]) -> list[Basket]:
    """Lines (account, sku, day) as one basket for each account and day, oldest first."""
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for account, sku, day in lines:
        found[day, account].add(sku)
    return [(day, account, tuple(sorted(skus))) for (day, account), skus in sorted(found.items())]


def scores(ranking: Sequence[object], relevant: Collection[object]) -> tuple[float, float, float]:
    """P@10, R@10 and nDCG@10 of one ranking; `relevant` is not empty."""
    hits = [place for place, sku in enumerate(ranking[:BEST], start=1) if sku in relevant]
    gain = sum(1 / math.log2(place + 1) for place in hits)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(relevant), BEST) + 1))
    return len(hits) / BEST, len(hits) / len(relevant), gain / ideal


def task_a(baskets: Sequence[Basket], cuts: Sequence[date] = CUTS) -> list[Scores]:
    """Figures of each cut, in the order of the cuts."""
    waiting = iter(baskets)
    history: Purchases[str] = Purchases()
    held: Basket | None = None
    results = []
    for cut in (day.toordinal() for day in cuts):
        while held is not None or (held := next(waiting, None)) is not None:
            day, account, skus = held
            if day >= cut:
                break
            history.add(account, skus, day)
            held = None
        results.append(_cut(history, cut, _future(baskets, cut)))
    return results


def _future(baskets: Sequence[Basket], cut: int) -> dict[str, set[str]]:
    future: defaultdict[str, set[str]] = defaultdict(set)
    for day, account, skus in baskets:
        if cut <= day < cut + AHEAD_DAYS:
            future[account].update(skus)
    return future


def _cut(history: Purchases[str], cut: int, future: Mapping[str, set[str]]) -> Scores:
    figures = []
    for account in sorted(future):
        if history.order_days(account) < MIN_ORDER_DAYS:
            continue
        relevant = future[account] & history.bought(account)
        if relevant:
            ranking = [one.item for one in history.rank(account, cut, BEST)]
            figures.append(scores(ranking, relevant))
    return mean(figures)


def task_b(lines: Sequence[tuple[str, str, int]], line_counts: Mapping[str, int]) -> Scores:
    """Each account's last basket, ranked from the baskets before that day of all accounts, last ones left out."""
    baskets = baskets_of(line for line in lines if line_counts[line[1]] >= MIN_LINES)
    counts = Counter(account for _day, account, _skus in baskets)
    baskets = [basket for basket in baskets if counts[basket[1]] >= MIN_BASKETS]
    last = {account: day for day, account, _skus in baskets}
    history: Purchases[str] = Purchases()
    figures = []
    for day, group in groupby(baskets, key=lambda basket: basket[0]):
        today = list(group)
        for _day, account, skus in today:
            if last[account] == day:
                ranking = [one.item for one in history.rank(account, day, BEST, is_new_welcome=True)]
                figures.append(scores(ranking, skus))
        for _day, account, skus in today:
            if last[account] != day:
                history.add(account, skus, day)
    return mean(figures)


def mean(figures: Sequence[tuple[float, float, float]]) -> Scores:
    """The plain mean, by name."""
    count = len(figures) or 1
    return {name: sum(one[place] for one in figures) / count for place, name in enumerate(("p_10", "r_10", "ndcg_10"))}
