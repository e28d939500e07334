"""Rows of several currencies as the blocks of a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.insights.domain.report_rows import Block, Column, Row, sums

CURRENCY = "currency"


def blocks(rows: Iterable[Row], columns: Sequence[Column], limit: int | None = None) -> list[Block]:
    """One block for each currency, in the order they come; without the key `currency` one block without amounts.

    `limit` shows the first rows of each; totals and count are of all.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.get(CURRENCY) or ""), []).append(row)
    return [
        Block(currency, held[:limit] if limit else held, sums(held, columns) or None, len(held))
        for currency, held in found.items()
    ]


def named(keys: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Tuples as rows under these names."""
    return [dict(zip(keys, row, strict=True)) for row in rows]
