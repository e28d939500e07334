"""Stock and sales as a partner reports them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from app.documents.model.order import OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """A quantity of an article at a place; `status` as the format names it ("145" on hand, "17" in X12 and so on)."""

    position: str
    ids: ItemIds
    quantity: Decimal | None
    unit: str = ""
    name: str = ""
    place: str = ""
    status: str = ""
    counted_at: datetime | None = None
    available_on: date | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    number: str
    issue_date: date | None
    lines: tuple[StockLine, ...]
    seller: Party | None = None
    buyer: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    start: date | None = None
    end: date | None = None
    references: tuple[Reference, ...] = ()

    kind: ClassVar[str] = "stock-report"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesReport:
    """What a partner sold in a period; `StockLine.quantity` is the sold quantity, `place` the point of sale."""

    number: str
    issue_date: date | None
    lines: tuple[StockLine, ...]
    seller: Party | None = None
    buyer: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    start: date | None = None
    end: date | None = None
    currency: str = ""
    references: tuple[Reference, ...] = ()

    kind: ClassVar[str] = "sales-report"
