"""Reading the order lines of the past that figures are measured on."""

from __future__ import annotations

import csv
import lzma
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import click

from app.core.errors import Invalid

ORDERS = "orders.csv.xz"
_COLUMNS = ("ordered_at", "account", "sku", "qty")
Line = tuple[int, int, int, int]  # day, account, article, pieces


def measured_on_history(command: Any) -> Any:
    """The options of a command that measures something on these files: --data, --cut, --json."""
    data = click.option(
        "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
        help=f"A folder with {ORDERS}: ordered_at, account, sku, qty of each order line.",
    )  # fmt: skip
    cut = click.option(
        "--cut", "cuts", multiple=True, type=click.DateTime(["%Y-%m-%d"]),
        help="First day that is not known; may be given more than once.",
    )  # fmt: skip
    return data(cut(click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")(command)))


def read_history(folder: Path) -> list[Line]:
    """Lines as whole numbers: day, account, article and pieces, oldest first; several of a day are summed.

    Accounts and articles are numbered in the order of their codes.
    """
    path = folder / ORDERS
    if not path.is_file():
        raise Invalid("data", f"There is no {ORDERS} in {folder}.")
    day_of = cache(lambda text: date.fromisoformat(text).toordinal())
    summed: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if not set(header) >= set(_COLUMNS):
            raise Invalid("data", f"{ORDERS} needs the columns {', '.join(_COLUMNS)}.")
        at, account, sku, quantity = (header.index(name) for name in _COLUMNS)
        for row in rows:
            summed[day_of(row[at][:10]), row[account], row[sku]] += int(row[quantity])
    accounts = {code: place for place, code in enumerate(sorted({key[1] for key in summed}))}
    articles = {code: place for place, code in enumerate(sorted({key[2] for key in summed}))}
    return sorted((day, accounts[one], articles[two], pieces) for (day, one, two), pieces in summed.items())
