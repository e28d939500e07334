"""Orders of earlier years as they come from another system: lines, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from app.core.errors import RowProblem


class HistoryLine(NamedTuple):
    """One line of an old order: quantity in the article's base unit, net price for one of them, no VAT.

    `row` is where it came from. `position` is the line's number in its order; when the source gave none
    (`is_numbered` false) it is the line's place, and a stored line of that place is never overwritten.
    """

    row: int
    number: str
    position: int
    placed_at: datetime
    account: str
    sku: str
    quantity: Decimal
    unit_price: Decimal
    currency: str
    is_numbered: bool = True


@dataclass(slots=True)
class HistoryResult:
    """Rows by what happened to them; the column of a problem is a field name of HistoryLine."""

    created: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    new_orders: int = 0
