"""The seller's answer to an order, as a whole and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OrderTotals, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef


class Answer(StrEnum):
    """Peppol T76: AB, AP, CA, RE."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"


class LineAnswer(StrEnum):
    """UNTDID 1229: 5, 3 (with a quantity for later: back-ordered), 7, 1; X12 element 668: IA, IC or IQ or IP, BP, IR, IS."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    REJECTED = "rejected"
    ADDED = "added"
    SUBSTITUTED = "substituted"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResponseLine:
    """What becomes of one line: `quantity` that will come, `backordered` later; `promised` the days.

    `ids` and `name` are those of the ordered article, `substitute` those of the one that comes in its place.
    `unit_price` is net for `price_base_quantity` of `price_unit`.
    """

    position: str
    answer: LineAnswer
    order_line: OrderRef | None = None
    ids: ItemIds = ItemIds()
    name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    ordered: Decimal | None = None
    backordered: Decimal | None = None
    unit_price: Decimal | None = None
    price_base_quantity: Decimal | None = None
    price_unit: str = ""
    net: Decimal | None = None
    vat_rate: Decimal | None = None
    vat_category: str = ""
    promised: DeliveryDates = DeliveryDates()
    substitute: ItemIds | None = None
    substitute_name: str = ""
    reason: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResponse:
    """`order` is what is answered. A change of an order is answered by the same document (`is_to_change`)."""

    number: str
    issue_date: date | None
    order: OrderRef
    answer: Answer
    lines: tuple[OrderResponseLine, ...] = ()
    is_to_change: bool = False
    currency: str = ""
    type_code: str = ""
    function: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_to: Party | None = None
    invoicee: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    promised: DeliveryDates = DeliveryDates()
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    totals: OrderTotals = OrderTotals()

    kind: ClassVar[str] = "order-response"
