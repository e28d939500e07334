"""Money that came or went, as the other side's books have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.line import Attribute
from app.documents.model.order import OtherParty
from app.documents.model.party import Party
from app.documents.model.reference import OrderRef


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice:
    """A payment of `amount`, paid back where `is_refund`; `type_code` is the format's word for the way of paying.

    `payer` is the buyer's side, `payee` the seller's, also of money that is paid back. `record_id` is the key of the
    payment in the sender's system.
    """

    number: str
    issue_date: date | None
    amount: Decimal | None
    currency: str = ""
    type_code: str = ""
    is_refund: bool = False
    payer: Party | None = None
    payee: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    orders: tuple[OrderRef, ...] = ()
    record_id: str = ""
    issue_time: time | None = None
    exchange_rate: Decimal | None = None
    notes: tuple[Note, ...] = ()
    properties: tuple[Attribute, ...] = ()

    kind: ClassVar[str] = "payment-notice"
