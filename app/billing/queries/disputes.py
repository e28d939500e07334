"""Contested lines of invoices as pages show them, and the lines that can be contested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.billing.domain.dispute import CONTESTABLE, DISPUTE, DISPUTE_TONES
from app.billing.models.disputes import InvoiceDispute
from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceLine
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import Message


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A contested line; `amount` is gross in `currency`, the quantity in `unit`."""

    id: int
    state: str
    invoice_number: str
    position: int
    sku: str
    name: str
    unit: str
    quantity: Decimal
    currency: str
    amount: Decimal
    reason: str
    note: str
    answer: str
    company_code: str
    company_name: str
    user_name: str
    opened_at: datetime
    ended_at: datetime | None
    credit_number: str | None

    @property
    def word(self) -> Message | str:
        return DISPUTE.word(self.state)

    @property
    def tone(self) -> str:
        return DISPUTE_TONES[self.state]


@dataclass(frozen=True, slots=True)
class ContestableLine:
    """A line of an invoice of which `left` is not credited, in `unit`."""

    position: int
    sku: str
    name: str
    unit: str
    left: Decimal


_CREDIT = aliased(Invoice)
_ROW: Select[*tuple[Any, ...]] = (
    select(
        InvoiceDispute.id, InvoiceDispute.state, InvoiceDispute.invoice_number, InvoiceDispute.position,
        InvoiceDispute.sku, InvoiceDispute.name, InvoiceDispute.unit, InvoiceDispute.quantity, InvoiceDispute.currency,
        InvoiceDispute.amount, InvoiceDispute.reason, InvoiceDispute.note, InvoiceDispute.answer, Company.code,
        Company.name, InvoiceDispute.user_name, InvoiceDispute.opened_at, InvoiceDispute.ended_at, _CREDIT.number,
    )
    .join(Company, Company.id == InvoiceDispute.company_id)
    .outerjoin(_CREDIT, _CREDIT.id == InvoiceDispute.credit_id)
)  # fmt: skip


def disputes_page(
    actor: Actor, *, is_open: bool = True, search: str = "", after: tuple[int] | None = None,
    before: tuple[int] | None = None, limit: int = 51,
) -> list[DisputeRow]:  # fmt: skip
    """Contested lines the actor may see, the newest first; the key is the id. One statement."""
    statement = _ROW
    if is_open:
        statement = statement.where(InvoiceDispute.state == "open")
    if search:
        columns = (InvoiceDispute.invoice_number, InvoiceDispute.sku, Company.name)
        statement = statement.where(or_(*(one.icontains(search, autoescape=True) for one in columns)))
    if after:
        statement = statement.where(InvoiceDispute.id < after[0])
    elif before:
        statement = statement.where(InvoiceDispute.id > before[0])
    is_backwards = before is not None and not after
    order = InvoiceDispute.id if is_backwards else InvoiceDispute.id.desc()
    found = db.session.execute(visible(actor, statement.order_by(order).limit(limit), InvoiceDispute))
    rows = [DisputeRow(*row) for row in found]
    return rows[::-1] if is_backwards else rows


def dispute(actor: Actor, dispute_id: int) -> DisputeRow:
    """One contested line; NotFound for another company's."""
    row = db.session.execute(
        visible(actor, _ROW.where(InvoiceDispute.id == dispute_id), InvoiceDispute)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return DisputeRow(*row)


def contester(actor: Actor, dispute_id: int) -> tuple[int, int | None]:
    """(company, person) that contests a line; NotFound for another company's."""
    statement = select(InvoiceDispute.company_id, InvoiceDispute.user_id).where(InvoiceDispute.id == dispute_id)
    row = db.session.execute(visible(actor, statement, InvoiceDispute)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def disputes_of_invoice(actor: Actor, invoice_id: int) -> list[DisputeRow]:
    """What is or was contested of an invoice, for the panel on its page."""
    statement = _ROW.where(InvoiceDispute.invoice_id == invoice_id).order_by(InvoiceDispute.id)
    return [DisputeRow(*row) for row in db.session.execute(visible(actor, statement, InvoiceDispute))]


def open_disputes(actor: Actor) -> int:
    """How many contested lines wait for an answer."""
    statement = select(func.count(InvoiceDispute.id)).where(InvoiceDispute.state == "open")
    return db.session.scalar(visible(actor, statement, InvoiceDispute)) or 0


def contestable_lines(actor: Actor, invoice_id: int) -> list[ContestableLine]:
    """The lines of an invoice that are not credited in full and not contested at present."""
    taken = select(InvoiceDispute.position).where(
        InvoiceDispute.invoice_id == invoice_id, InvoiceDispute.state == "open"
    )
    left = InvoiceLine.quantity - InvoiceLine.credited_quantity
    statement = (
        select(InvoiceLine.position, InvoiceLine.sku, InvoiceLine.name, InvoiceLine.unit, left)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.invoice_id == invoice_id,
            Invoice.kind.in_(CONTESTABLE),
            left > 0,
            InvoiceLine.position.not_in(taken),
        )
        .order_by(InvoiceLine.position)
    )
    return [ContestableLine(*row) for row in db.session.execute(visible(actor, statement, InvoiceLine))]
