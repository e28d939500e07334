"""Parts of the page of a preview: pages of its lists, row numbers as people write them, corrections for many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import request

from app.ordering.domain.preview import Fix, Preview
from app.web.texts import ngettext

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Section:
    """A page of a long list inside the preview."""

    number: int
    last: int
    first_row: int
    last_row: int
    total: int


def cut(rows: Sequence[T], size: int, name: str) -> tuple[Sequence[T], Section]:
    """The part of a list that is shown; buttons of the same form turn its pages."""
    last = max(1, -(-len(rows) // size))
    asked = request.form.get(f"turn-{name}") or request.form.get(f"page-{name}", "1")
    number = min(max(1, int(asked) if asked.isdecimal() else 1), last)
    start = (number - 1) * size
    shown = rows[start : start + size]
    return shown, Section(number, last, start + 1 if shown else 0, start + len(shown), len(rows))


def ranges(numbers: Sequence[int]) -> str:
    """Row numbers as people write them: 4, 9-12, 40."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}\N{EN DASH}{last}" for first, last in parts)


def fixes(seen: Preview) -> list[tuple[Fix, str]]:
    """Corrections for many rows at once, each with the number of rows it would put right."""
    words = {
        Fix.UP: lambda n: ngettext(
            "Take the next higher quantity in {n} row", "Take the next higher quantity in {n} rows", n
        ),
        Fix.DOWN: lambda n: ngettext(
            "Take the next lower quantity in {n} row", "Take the next lower quantity in {n} rows", n
        ),
        Fix.IN_STOCK: lambda n: ngettext("Take what is in stock in {n} row", "Take what is in stock in {n} rows", n),
        Fix.SUCCESSOR: lambda n: ngettext("Take the successor in {n} row", "Take the successors in {n} rows", n),
        Fix.BASE_UNIT: lambda n: ngettext("Take our unit in {n} row", "Take our units in {n} rows", n),
    }
    return [(fix, words[fix](seen.fixes[fix])) for fix in words if fix in seen.fixes]
