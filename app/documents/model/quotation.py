"""The question for prices and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OrderTotals, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, ScalePrice


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """`target_price` is what the buyer hopes for, net for one `unit`."""

    position: str
    quantity: Decimal | None
    unit: str = ""
    ids: ItemIds = ItemIds()
    name: str = ""
    description: str = ""
    target_price: Decimal | None = None
    delivery: DeliveryDates = DeliveryDates()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForQuotation:
    number: str
    issue_date: date | None
    lines: tuple[RequestLine, ...]
    answer_by: date | None = None
    currency: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_to: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    delivery: DeliveryDates = DeliveryDates()
    delivery_terms: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()

    kind: ClassVar[str] = "request-for-quotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationLine:
    """`prices` are net from their quantities on; `request_line` is the position in the request."""

    position: str
    quantity: Decimal | None
    unit: str = ""
    request_line: str = ""
    ids: ItemIds = ItemIds()
    name: str = ""
    description: str = ""
    prices: tuple[ScalePrice, ...] = ()
    net: Decimal | None = None
    vat_rate: Decimal | None = None
    vat_category: str = ""
    lead_time_days: int | None = None
    delivery: DeliveryDates = DeliveryDates()
    is_alternative: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    number: str
    issue_date: date | None
    lines: tuple[QuotationLine, ...]
    request_number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    currency: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_to: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    payment_terms: str = ""
    delivery_terms: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    totals: OrderTotals = OrderTotals()

    kind: ClassVar[str] = "quotation"
