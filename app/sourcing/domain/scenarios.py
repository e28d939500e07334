"""What would it cost to buy: everything at the cheapest, lot by lot, from at most n suppliers, or from those we have?

A scenario only shows; it decides nothing. Amounts are landed, in the tender's currency. An offer whose smallest quantity
is more than what is left of the line is not taken, one for a part of the line is filled up by the next cheapest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import comb, lcm
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_
from app.sourcing.domain.comparison import Cell, LineRow, Mark, Sheet, covers

# Groups of suppliers times lines that are tried one by one; beyond it suppliers are added greedily. Fewer where lines can
# be split or have minima, because each group must then be worked out in full.
_TRIES = 300_000
_TRIES_IN_FULL = 20_000
_Worth = Callable[[Collection[int]], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Take:
    """So many of a line's units from one bid."""

    line_id: int
    bid_id: int
    offer_id: int
    quantity: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Scenario:
    """`open_lines`: lines that stay without supplier, wholly or in part. `is_exact`: nothing cheaper exists."""

    takes: tuple[Take, ...]
    open_lines: tuple[int, ...]
    is_exact: bool = True

    @property
    def total(self) -> Fraction:
        return sum((take.amount for take in self.takes), Fraction(0))

    @property
    def bids(self) -> tuple[int, ...]:
        return tuple(sorted({take.bid_id for take in self.takes}))

    @property
    def by_bid(self) -> dict[int, Fraction]:
        return {bid: sum((t.amount for t in self.takes if t.bid_id == bid), Fraction(0)) for bid in self.bids}


def cheapest(sheet: Sheet, bids: Collection[int] | None = None) -> Scenario:
    """Each line from whoever is cheapest for it."""
    return _scenario(sheet.rows, sheet.columns if bids is None else bids)


def per_lot(sheet: Sheet) -> Scenario:
    """Each lot whole, from the cheapest bid that offers all of it."""
    takes: list[Take] = []
    open_lines: list[int] = []
    for lot, columns in sheet.lots.items():
        rows = [row for row in sheet.rows if row.line.lot_id == lot]
        complete = [(column.landed, bid) for bid, column in columns.items() if column.landed is not None]
        if not complete:
            open_lines += [row.line.id for row in rows]
            continue
        part = _scenario(rows, {min(complete)[1]})
        takes += part.takes
        open_lines += part.open_lines
    return Scenario(tuple(takes), tuple(open_lines))


def at_most(sheet: Sheet, count: int) -> Scenario:
    """From at most so many suppliers: first as many lines as possible, then the lowest sum."""
    if count < 1:
        raise Invalid("count", N_("At least one supplier is needed."))
    bids = sorted(bid for bid in sheet.columns if any(bid in row.cells for row in sheet.rows))
    size = min(count, len(bids))
    if not bids:
        return _scenario(sheet.rows, ())
    table = _costs(sheet, bids)
    worth: _Worth = partial(_in_full, sheet) if table is None else partial(_in_short, table)
    if comb(len(bids), size) * len(sheet.rows) <= (_TRIES_IN_FULL if table is None else _TRIES):
        return _scenario(sheet.rows, min(combinations(bids, size), key=worth))
    chosen: tuple[int, ...] = ()
    for _ in range(size):
        chosen = min(((*chosen, bid) for bid in bids if bid not in chosen), key=worth)
    found = _scenario(sheet.rows, chosen)
    return Scenario(found.takes, found.open_lines, is_exact=False)


def _costs(sheet: Sheet, bids: Sequence[int]) -> list[dict[int, int]] | None:
    """What each line costs from each bid, as whole numbers of one scale; None where lines are split or have minima."""
    if any(cell.marks & {Mark.PART, Mark.BELOW_MINIMUM} for row in sheet.rows for cell in row.cells.values()):
        return None
    exact = [
        {bid: row.cells[bid].landed_unit_price * Fraction(row.line.quantity) for bid in bids if bid in row.cells}
        for row in sheet.rows
    ]
    scale = lcm(*(cost.denominator for costs in exact for cost in costs.values()))
    return [{bid: int(cost * scale) for bid, cost in costs.items()} for costs in exact]


def _in_short(table: Sequence[Mapping[int, int]], group: Collection[int]) -> tuple[Any, ...]:
    open_lines = total = 0
    for costs in table:
        given = [costs[bid] for bid in group if bid in costs]
        if given:
            total += min(given)
        else:
            open_lines += 1
    return open_lines, total, sorted(group)


def _in_full(sheet: Sheet, group: Collection[int]) -> tuple[Any, ...]:
    found = _scenario(sheet.rows, group)
    return len(found.open_lines), found.total, sorted(group)


def keep(sheet: Sheet, incumbents: Collection[int], tolerance_percent: Fraction = Fraction(0)) -> Scenario:
    """A line stays with those who deliver today unless somebody else is cheaper by more than the tolerance."""
    takes: list[Take] = []
    open_lines: list[int] = []
    for row in sheet.rows:
        best = min((cell.landed_unit_price for cell in row.cells.values()), default=Fraction(0))
        bound = best * (1 + tolerance_percent / 100)
        kept = {bid for bid in incumbents if covers(row, bid) and row.cells[bid].landed_unit_price <= bound}
        part = _scenario([row], kept) if kept else _scenario([row], row.cells)
        if part.open_lines:
            part = _scenario([row], row.cells)
        takes += part.takes
        open_lines += part.open_lines
    return Scenario(tuple(takes), tuple(open_lines))


def _scenario(rows: Iterable[LineRow], bids: Collection[int] | Mapping[int, object]) -> Scenario:
    takes: list[Take] = []
    open_lines: list[int] = []
    for row in rows:
        cells = sorted(
            (cell for bid, cell in row.cells.items() if bid in bids),
            key=lambda cell: (cell.landed_unit_price, cell.offer.bid_id),
        )
        left = Fraction(row.line.quantity)
        for cell in cells:
            quantity = _takeable(cell, left)
            if quantity:
                takes.append(
                    Take(row.line.id, cell.offer.bid_id, cell.offer.id, quantity, cell.landed_unit_price * quantity)
                )
                left -= quantity
        if left:
            open_lines.append(row.line.id)
    return Scenario(tuple(takes), tuple(open_lines))


def _takeable(cell: Cell, left: Fraction) -> Fraction:
    offer = cell.offer
    quantity = min(left, offer.most)
    if offer.min_quantity is not None and quantity < Fraction(offer.min_quantity) * offer.content:
        return Fraction(0)
    return quantity
