"""`kontor reorder`: how good the suggestions of what is due to reorder are."""

from __future__ import annotations

import csv
import json
import lzma
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path

import click

from app.core.errors import Invalid
from app.insights.domain.reorder_evaluation import CUTS, Scores, baskets_of, task_a, task_b

ORDERS = "orders.csv.xz"
_COLUMNS = {"ordered_at", "account", "sku"}


@click.group()
def reorder() -> None:
    """Suggestions of what is due to reorder."""


@reorder.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=f"A folder with {ORDERS}: ordered_at, account, sku of each order line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(data: Path, as_json: bool) -> None:
    """Measure the ranking on order lines of the past. No database is used."""
    lines, counts = read_lines(data / ORDERS)
    with ProcessPoolExecutor(1) as other:
        last_baskets = other.submit(task_b, lines, counts)
        cuts = task_a(baskets_of(lines))
        found = {"task_a": _mean(cuts), "task_b": last_baskets.result()}
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for cut, figures in zip(CUTS, cuts, strict=True):
        click.echo(_line(f"30 days from {cut}", figures))
    click.echo(_line("30 days, mean", found["task_a"]))
    click.echo(_line("last basket", found["task_b"]))


def read_lines(path: Path) -> tuple[list[tuple[str, str, int]], Counter[str]]:
    """Different (account, sku, day), and how many lines of the file each SKU has."""
    day_of = cache(lambda text: date.fromisoformat(text).toordinal())
    if not path.is_file():
        raise Invalid("data", f"There is no {ORDERS} in {path.parent}.")
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if not set(header) >= _COLUMNS:
            raise Invalid("data", f"{ORDERS} needs the columns {', '.join(sorted(_COLUMNS))}.")
        at, account, sku = (header.index(name) for name in ("ordered_at", "account", "sku"))
        counts: Counter[str] = Counter()
        lines = set()
        for row in rows:
            counts[row[sku]] += 1
            lines.add((row[account], row[sku], day_of(row[at][:10])))
    return sorted(lines), counts


def _mean(cuts: list[Scores]) -> Scores:
    return {name: sum(one[name] for one in cuts) / len(cuts) for name in cuts[0]}


def _line(label: str, figures: Scores) -> str:
    return f"{label:<24}" + "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
