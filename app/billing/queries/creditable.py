"""An invoice as the page that credits it shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceLine
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line with what is left to credit, in `unit`; net in the currency of the invoice."""

    id: int
    position: int
    sku: str
    name: str
    quantity: Decimal
    left: Decimal
    unit: str
    net: Decimal
    left_net: Decimal


@dataclass(frozen=True, slots=True)
class Creditable:
    id: int
    number: str
    kind: str
    currency: str
    is_untouched: bool  # nothing was credited: it can be cancelled
    lines: tuple[CreditableLine, ...]

    @property
    def is_open(self) -> bool:
        return any(line.left_net for line in self.lines)


@dataclass(frozen=True, slots=True)
class Related:
    """A document that this one corrects, or that corrects it; amounts with VAT."""

    number: str
    kind: str
    reason: str
    gross: Decimal
    currency: str
    is_cancellation: bool


def creditable(actor: Actor, number: str) -> Creditable:
    """An invoice, prepayment or corrective invoice with its lines; NotFound for what is none or is cancelled."""
    asked = select(Invoice.id, Invoice.number, Invoice.kind, Invoice.currency).where(
        Invoice.number == number, Invoice.kind.in_(("invoice", "prepayment", "corrective")),
        Invoice.cancelled_by_id.is_(None),
    )  # fmt: skip
    head = db.session.execute(visible(actor, asked, Invoice)).one_or_none()
    if head is None:
        raise NotFound
    rows = db.session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == head.id).order_by(InvoiceLine.position)
    ).all()
    lines = tuple(
        CreditableLine(
            row.id, row.position, row.sku, row.name, row.quantity,
            row.quantity - row.credited_quantity if row.quantity > 0 else row.quantity + row.credited_quantity, row.unit,
            row.net, row.net - row.credited_net,
        )
        for row in rows
    )  # fmt: skip
    is_untouched = not any(row.credited_net or row.credited_quantity for row in rows)
    return Creditable(head.id, head.number, head.kind, head.currency, is_untouched, lines)


def related(actor: Actor, invoice_id: int) -> list[Related]:
    """What an invoice corrects and what corrects it, oldest first. One statement."""
    mine: Any = select(Invoice.corrects_id).where(Invoice.id == invoice_id).scalar_subquery()
    note: Any = select(Invoice.cancelled_by_id).where(Invoice.id == invoice_id).scalar_subquery()
    asked = (
        select(
            Invoice.number, Invoice.kind, Invoice.reason, Invoice.gross_total, Invoice.currency,
            (Invoice.id == note).label("is_cancellation"),
        )
        .where(or_(Invoice.corrects_id == invoice_id, Invoice.id == mine))
        .order_by(Invoice.id)
    )  # fmt: skip
    return [
        Related(row.number, row.kind, row.reason, row.gross_total, row.currency, bool(row.is_cancellation))
        for row in db.session.execute(visible(actor, asked, Invoice))
    ]
