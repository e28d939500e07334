"""What a person may do with a cart that is not his own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.core.texts import N_, Message


class Right(StrEnum):
    """Each includes the ones before it. The owner of a cart, and the operator, hold all."""

    SEE = "see"
    EDIT = "edit"
    ORDER = "order"

    def covers(self, other: Right) -> bool:
        return _RANKS[self] >= _RANKS[other]


_RANKS = {right: rank for rank, right in enumerate(Right)}

RIGHT_NAMES: dict[Right, Message] = {
    Right.SEE: N_("see"),
    Right.EDIT: N_("see and change"),
    Right.ORDER: N_("see, change and order"),
}


@dataclass(frozen=True, slots=True)
class Clash:
    """A line that a colleague has changed while somebody typed `mine`.

    `theirs` None: he took the line out; article and SKU are then given, so that it can be put back.
    """

    line_id: int
    mine: Decimal
    theirs: Decimal | None
    unit: str
    who: str
    at: datetime | None
    article_id: int | None = None
    sku: str = ""
