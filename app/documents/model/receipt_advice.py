"""What the buyer received, and what was missing, damaged or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.order import OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """Quantities in `unit`; `refused` and `damaged` are not in `accepted`."""

    position: str
    despatch_line: str = ""
    order_line: OrderRef | None = None
    ids: ItemIds = ItemIds()
    name: str = ""
    unit: str = ""
    despatched: Decimal | None = None
    received: Decimal | None = None
    accepted: Decimal | None = None
    short: Decimal | None = None
    over: Decimal | None = None
    damaged: Decimal | None = None
    refused: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAdvice:
    number: str
    issue_date: date | None
    lines: tuple[ReceiptLine, ...]
    despatch_number: str = ""
    orders: tuple[OrderRef, ...] = ()
    type_code: str = ""
    function: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_to: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    received_on: date | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()

    kind: ClassVar[str] = "receipt-advice"
