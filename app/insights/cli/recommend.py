"""`kontor recommend`: how good recommendations are."""

from __future__ import annotations

import json
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any

import click

from app.insights.cli.history import Line, measured_on_history, read_history
from app.insights.domain.recommend_evaluation import AHEAD_DAYS, CUTS, Basket, Figures, of_cut

_METHOD = {
    "history": "different account, article and day; only days before the cut are used",
    "basket": f"last basket of each account within {AHEAD_DAYS} days after the cut, half of its articles hidden",
    "next": f"articles an account with 3 order days buys for the first time within {AHEAD_DAYS} days after the cut",
    "popularity": "account days with the article in the 30 days before the cut",
    "cooccurrence": "common baskets with each known article, summed",
}


@click.group()
def recommend() -> None:
    """Recommendations of articles."""


@recommend.command()
@measured_on_history
def evaluate(data: Path, cuts: tuple[Any, ...], as_json: bool) -> None:
    """Measure recommendations against popularity and co-occurrence on order lines of the past. No database is used."""
    found = evaluated(read_history(data), [cut.date() for cut in cuts] or list(CUTS))
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for task in ("basket", "next"):
        for method, figures in found[task].items():
            click.echo(f"{task:<8}{method:<14}" + "  ".join(f"{name} {value:.4f}" for name, value in figures.items()))


def evaluated(lines: list[Line], cuts: list[date]) -> dict[str, Any]:
    """The plain mean over the cuts, which are worked on side by side, and the figures of each."""
    baskets = baskets_of(lines)
    with ProcessPoolExecutor(2) as workers:
        each: list[dict[str, Any]] = list(workers.map(of_cut, repeat(baskets), cuts))
    return {
        "method": {**_METHOD, "cut": [cut.isoformat() for cut in cuts]},
        "basket": _mean([one["basket"] for one in each]),
        "next": _mean([one["next"] for one in each]),
        "cuts": each,
    }


def baskets_of(lines: list[Line]) -> list[Basket]:
    """One basket for each account and day, oldest first."""
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for day, account, article, _pieces in lines:
        found[day, account].append(article)
    return [(day, account, tuple(items)) for (day, account), items in sorted(found.items())]


def _mean(each: list[dict[str, Figures]]) -> dict[str, Figures]:
    return {
        method: {name: round(sum(one[method][name] for one in each) / len(each), 4) for name in figures}
        for method, figures in each[0].items()
    }
