"""What a report answers: rows under columns, one block for each currency, with its totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from app.core.texts import Message

Value = str | int | Decimal | date | Message | None
Row = Mapping[str, Value]
ColumnKind = Literal["text", "number", "money", "percent", "day", "month", "quantity"]
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Column:
    """`money` is in the currency of the block, `percent` in percent points, `month` a date. `link` makes a path of the
    portal of a row ("" for none). `is_summed`: the totals hold its sum over all rows, and the contract test adds up.
    """

    code: str
    title: Message
    kind: ColumnKind = "text"
    link: Callable[[Row], str] | None = None
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows whose amounts are in one currency ("" where there are none).

    `count` is how many rows there are in all, when `rows` holds only the first of them; `totals` are of all.
    """

    currency: str
    rows: Sequence[Row]
    totals: Row | None = None
    count: int | None = None

    @property
    def more(self) -> int:
        return max((self.count or 0) - len(self.rows), 0)


@dataclass(frozen=True, slots=True)
class Rows:
    """`columns` replace those of the report where they depend on its parameters; `notes` say what is not in the figures."""

    blocks: Sequence[Block]
    notes: tuple[Message, ...] = ()
    columns: tuple[Column, ...] | None = None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """In percent points with one digit; None of nothing."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_TENTH, rounding=ROUND_HALF_UP) if whole else None


def change(now: Decimal | int, before: Decimal | int) -> Decimal | None:
    """In percent points against before; None where before was nothing."""
    return share(Decimal(now) - Decimal(before), abs(Decimal(before)))


def sums(rows: Sequence[Row], columns: Sequence[Column]) -> dict[str, Value]:
    """The totals of the summed columns."""
    return {
        column.code: sum((Decimal(row.get(column.code) or 0) for row in rows), Decimal(0))  # type: ignore[arg-type]
        for column in columns
        if column.is_summed
    }
