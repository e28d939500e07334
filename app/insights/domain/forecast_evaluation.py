"""How good forecasts of the next four weeks are on order lines of the past, beside plain methods.

Only days before a cut are known. Articles: those sold in the 26 weeks before it. Accounts: each article an account bought
at least twice before it and in the last year. naive: as in the four weeks before; seasonal naive: as in the same four
weeks a year before; moving average: as in the last 13 weeks (articles) or 52 weeks (accounts), for each four of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from app.insights.domain.forecast import LONG, SHORT, YEAR, forecasts
from app.insights.domain.forecast_accounts import LEAST, Purchase, expectation

CUTS = (date(2011, 6, 13), date(2011, 7, 25), date(2011, 9, 5), date(2011, 10, 17), date(2011, 11, 7))
ACTIVE = 26
DAYS = SHORT * 7
Sums = dict[str, list[float]]  # method: absolute error, error, sold, scale


def weekly(lines: Iterable[tuple[int, int, int, int]], cut: int) -> dict[int, list[float]]:
    """Demand of each article by whole weeks (day, account, article, pieces), the last one before the cut being full; four
    more weeks follow.
    """
    lines = list(lines)
    weeks = (cut - lines[0][0]) // 7
    first = cut - weeks * 7
    found: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * (weeks + SHORT))
    for day, _account, article, pieces in lines:
        place = (day - first) // 7
        if 0 <= place < weeks + SHORT:
            found[article][place] += pieces
    return dict(found)


def of_articles(demand: Mapping[int, Sequence[float]]) -> Sums:
    """Sums of errors of every method; the last four weeks of each article are what is to be forecast."""
    now = len(next(iter(demand.values()))) - SHORT
    active = [article for article, weeks in demand.items() if any(weeks[max(0, now - ACTIVE) : now])]
    found = forecasts({article: demand[article][:now] for article in active}, now)
    sums: Sums = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for article in active:
        weeks = demand[article]
        sold = sum(weeks[now:])
        scale = _scale([sum(weeks[start : start + SHORT]) for start in range(now % SHORT, now, SHORT)])
        _add(sums, sold, scale, {
            "ours": found[article].next_4,
            "naive": sum(weeks[now - SHORT : now]),
            "seasonal naive": sum(weeks[now - YEAR : now - YEAR + SHORT]) if now >= YEAR else 0.0,
            "moving average": sum(weeks[now - LONG : now]) / LONG * SHORT,
        })  # fmt: skip
    return dict(sums)


def of_accounts(lines: Iterable[tuple[int, int, int, int]], cut: int) -> Sums:
    """Sums of errors of every method over all accounts and articles."""
    bought: defaultdict[tuple[int, int], list[Purchase]] = defaultdict(list)
    for day, account, article, pieces in lines:
        if day < cut + DAYS:
            bought[account, article].append((day, float(pieces)))
    sums: Sums = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for purchases in bought.values():
        known = [one for one in purchases if one[0] < cut]
        if len(known) < LEAST or known[-1][0] < cut - YEAR * 7:
            continue
        ours = expectation(known, cut)
        if ours is not None:
            blocks = [_within(known, cut - back * DAYS, cut - (back - 1) * DAYS) for back in range(LONG, 0, -1)]
            _add(sums, _within(purchases, cut, cut + DAYS), _scale(blocks), {
                "ours": ours.next_4,
                "naive": blocks[-1],
                "seasonal naive": blocks[0],
                "moving average": sum(blocks) / len(blocks),
            })  # fmt: skip
    return dict(sums)


def _within(purchases: Sequence[Purchase], start: int, end: int) -> float:
    return sum(quantity for day, quantity in purchases if start <= day < end)


def _scale(blocks: Sequence[float]) -> float:
    """The mean step from four weeks to the next four, as far as known."""
    steps = [abs(after - before) for before, after in pairwise(blocks)]
    return sum(steps) / len(steps) if steps else 0.0


def _add(sums: Sums, sold: float, scale: float, made: Mapping[str, float]) -> None:
    for method, forecast in made.items():
        kept = sums[method]
        kept[0] += abs(forecast - sold)
        kept[1] += forecast - sold
        kept[2] += sold
        kept[3] += scale


def figures(parts: Iterable[Sums]) -> dict[str, dict[str, float]]:
    """WAPE, MASE and bias of every method over all cuts."""
    whole: Sums = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for part in parts:
        for method, sums in part.items():
            whole[method] = [one + two for one, two in zip(whole[method], sums, strict=True)]
    return {
        method: {
            "wape": round(absolute / (sold or 1.0), 4),
            "mase": round(absolute / (scale or 1.0), 4),
            "bias": round(signed / (sold or 1.0), 4),
        }
        for method, (absolute, signed, sold, scale) in whole.items()
    }
