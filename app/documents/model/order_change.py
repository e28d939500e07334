"""A change or the cancellation of an order by its buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from app.documents.model.order import Order
from app.documents.model.reference import OrderRef


class ChangeKind(StrEnum):
    """Function codes: 4 or 04 change, 5 or 05 replacement, 1 or 01 cancellation."""

    CHANGE = "change"
    REPLACEMENT = "replacement"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """`order` is what is changed, `content` the document itself with its own number and day.

    Of `content.lines` each `action` says what is done with the line (UNTDID 1229: 1 added, 2 deleted, 3 changed,
    5 unchanged). A cancellation has no lines.
    """

    order: OrderRef
    what: ChangeKind
    content: Order
    sequence: str = ""
    reason: str = ""

    kind: ClassVar[str] = "order-change"

    @property
    def number(self) -> str:
        return self.content.number

    @property
    def issue_date(self) -> date | None:
        return self.content.issue_date
