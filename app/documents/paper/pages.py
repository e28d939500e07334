"""Filling pages: rows first, with their running sum carried from page to page, then the blocks that close a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

Row = TypeVar("Row")
Block = TypeVar("Block")


@dataclass(frozen=True, slots=True)
class Measured(Generic[Row]):
    """Something with its height; `amount` is what it adds to the running sum, `follows` the room it needs below itself
    so that it does not stand alone at the end of a page.
    """

    item: Row
    height: int
    amount: Decimal = Decimal(0)
    follows: int = 0


@dataclass(slots=True)
class Page(Generic[Row, Block]):
    """One page: rows between what came over from the page before and what goes over to the next, then blocks."""

    number: int
    rows: list[Row] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    brought: Decimal | None = None
    carried: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """Heights: for rows and blocks on the first and on later pages, of a ledger's head, and of a carried sum."""

    first: int
    later: int
    head: int
    carry: int


class _Filler(Generic[Row, Block]):
    def __init__(self, room: Room, start: Decimal) -> None:
        self._room = room
        self.pages: list[Page[Row, Block]] = [Page(1)]
        self._left = room.first - room.head
        self._sum = start

    def add_row(self, row: Measured[Row]) -> None:
        if row.height + row.follows > self._left - self._room.carry and self.pages[-1].rows:
            self._turn(is_carried=True)
        self.pages[-1].rows.append(row.item)
        self._left -= row.height
        self._sum += row.amount

    def add_block(self, block: Measured[Block]) -> None:
        page = self.pages[-1]
        if block.height > self._left and (page.rows or page.blocks):
            # Only right behind the rows is there a sum to carry: the first block says the total.
            self._turn(is_carried=not page.blocks)
        self.pages[-1].blocks.append(block.item)
        self._left -= block.height

    def _turn(self, *, is_carried: bool) -> None:
        page: Page[Row, Block] = Page(len(self.pages) + 1)
        self._left = self._room.later
        if is_carried:
            self.pages[-1].carried = page.brought = self._sum
            self._left -= self._room.head + self._room.carry
        self.pages.append(page)


def fill(
    rows: Sequence[Measured[Row]], blocks: Sequence[Measured[Block]], room: Room, start: Decimal = Decimal(0)
) -> list[Page[Row, Block]]:
    """Pages in order, at least one. Something higher than a whole page gets a page of its own.

    The running sum begins at `start`.
    """
    filler: _Filler[Row, Block] = _Filler(room, start)
    for row in rows:
        filler.add_row(row)
    for block in blocks:
        filler.add_block(block)
    return filler.pages
