"""`kontor forecast`: how good forecasts are."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.insights.cli.history import Line, measured_on_history, read_history
from app.insights.domain.forecast_evaluation import CUTS, Sums, figures, of_accounts, of_articles, weekly

_METHOD = {
    "horizon": "the four weeks from each cut on; only days before it are used",
    "articles": "sold in the 26 weeks before the cut; all of their demand",
    "accounts": "each article an account bought twice before the cut, the last time within a year",
    "naive": "as in the four weeks before",
    "seasonal naive": "as in the same four weeks a year before",
    "moving average": "the last 13 weeks (articles) or 52 weeks (accounts), for each four of them",
    "wape": "sum of absolute errors for each piece sold",
    "mase": "sum of absolute errors for each piece of the mean step from four weeks to the next four before the cut",
    "bias": "forecast less sold, for each piece sold",
}


@click.group()
def forecast() -> None:
    """Forecasts of what will be ordered."""


@forecast.command()
@measured_on_history
def evaluate(data: Path, cuts: tuple[Any, ...], as_json: bool) -> None:
    """Measure forecasts against plain methods on order lines of the past. No database is used."""
    found = evaluated(read_history(data), [cut.date() for cut in cuts] or list(CUTS))
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for subject in ("articles", "accounts"):
        for method, values in found[subject].items():
            click.echo(
                f"{subject:<10}{method:<16}" + "  ".join(f"{name} {value:.4f}" for name, value in values.items())
            )


def evaluated(lines: list[Line], cuts: list[date]) -> dict[str, Any]:
    """Figures over all cuts, which are worked on side by side."""
    with ProcessPoolExecutor(2) as workers:
        each = list(workers.map(partial(_cut, lines), cuts))
    return {
        "method": {**_METHOD, "cut": [cut.isoformat() for cut in cuts]},
        "articles": figures(articles for articles, _accounts in each),
        "accounts": figures(accounts for _articles, accounts in each),
    }


def _cut(lines: list[Line], cut: date) -> tuple[Sums, Sums]:
    day = cut.toordinal()
    return of_articles(weekly(lines, day)), of_accounts(lines, day)
