"""Customers contest lines of invoices; accountants accept them by a credit note, or refuse."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from sqlalchemy import func, select

from app.billing.domain.dispute import CONTESTABLE, DISPUTE, DISPUTE_REASONS, gross_of_part
from app.billing.events import DisputeEnded, InvoiceDisputed
from app.billing.models.disputes import InvoiceDispute
from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceLine
from app.billing.models.open_items import OpenItem
from app.billing.policy import Permission
from app.billing.service import open_items
from app.billing.service.credit_notes import Wanted, credit_invoice
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.tenancy import visible
from app.core.texts import N_

NOTE_LENGTH = 2000


@command
def open_dispute(
    actor: Actor, invoice_id: int, position: int, quantity: Decimal, *, reason: str, client_ref: str, note: str = ""
) -> int:
    """Contest so much of a line of an own invoice, in the line's unit; returns the id.

    Raises Invalid for a quantity beyond what is not credited yet, Conflict where the line is contested already.
    """
    state = DISPUTE.target(None, "open", _sides(actor))
    invoice = db.session.scalar(visible(actor, select(Invoice).where(Invoice.id == invoice_id), Invoice))
    if invoice is None:
        raise NotFound
    asked = hashlib.sha256(f"{invoice_id} {position} {quantity.normalize()} {reason} {note}".encode()).hexdigest()
    known = _known(invoice.company_id, client_ref, asked)
    if known is not None:
        return known
    line = db.session.scalar(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.position == position)
    )
    if line is None or invoice.kind not in CONTESTABLE:
        raise NotFound
    if reason not in DISPUTE_REASONS:
        raise Invalid("reason", N_("Choose a reason."))
    left = line.quantity - line.credited_quantity
    if not 0 < quantity <= left:
        raise Invalid(
            "quantity", N_("Enter a quantity from above zero to {most}.", most=max(left, Decimal(0)).normalize() + 0)
        )
    _demand_free(invoice.id, position)
    found = InvoiceDispute(
        company_id=invoice.company_id, client_ref=client_ref, request_hash=asked, state=state, invoice_id=invoice.id,
        invoice_number=invoice.number, position=position, sku=line.sku, name=line.name, unit=line.unit,
        quantity=quantity, currency=invoice.currency,
        amount=gross_of_part(quantity, line.quantity, line.net, line.vat_rate, invoice.currency), reason=reason,
        note=_tidy(note), user_id=actor.user_id, user_name=actor.name, opened_at=clock.now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _record(actor, found, "disputed", quantity=quantity, amount=found.amount, reason=reason)
    publish(InvoiceDisputed(found.id))
    return found.id


def _sides(actor: Actor) -> set[str]:
    if actor.is_operator:
        return {"accounting"} if actor.can(Permission.ISSUE) else set()
    return {"customer"} if actor.can(Permission.DISPUTE) else set()


def _known(company_id: int, client_ref: str, asked: str) -> int | None:
    row = db.session.execute(
        select(InvoiceDispute.id, InvoiceDispute.request_hash).where(
            InvoiceDispute.company_id == company_id, InvoiceDispute.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def _demand_free(invoice_id: int, position: int) -> None:
    held = select(InvoiceDispute.id).where(
        InvoiceDispute.invoice_id == invoice_id, InvoiceDispute.position == position, InvoiceDispute.state == "open"
    )
    if db.session.scalar(held) is not None:
        raise Conflict(N_("Line {line} is contested already.", line=position))


def _tidy(text: str, *, is_needed: bool = False) -> str:
    text = text.strip()
    if is_needed and not text:
        raise Invalid("answer", N_("Write something."))
    if len(text) > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    return text


def _record(actor: Actor, found: InvoiceDispute, action: str, **facts: object) -> None:
    audit.record(
        actor, "invoice", found.invoice_id, action, {"line": found.position, **facts}, company_id=found.company_id
    )


def _locked(actor: Actor, dispute_id: int) -> InvoiceDispute:
    rows = lock_rows(InvoiceDispute, [dispute_id])
    if not rows or not (actor.is_operator or rows[0].company_id == actor.company_id):
        raise NotFound
    return rows[0]


def _end(actor: Actor, found: InvoiceDispute, event: str) -> None:
    found.state = DISPUTE.target(found.state, event, _sides(actor))
    found.ended_at = clock.now()
    db.session.flush()
    publish(DisputeEnded(found.id))


@command
def withdraw(actor: Actor, dispute_id: int) -> None:
    """The customer contests the line no longer."""
    found = _locked(actor, dispute_id)
    _end(actor, found, "withdraw")
    _record(actor, found, "dispute_withdrawn")


@command
def refuse(actor: Actor, dispute_id: int, answer: str) -> None:
    """The amount stays owed; the customer reads why."""
    found = _locked(actor, dispute_id)
    DISPUTE.target(found.state, "refuse", _sides(actor))
    found.answer = _tidy(answer, is_needed=True)
    _end(actor, found, "refuse")
    _record(actor, found, "dispute_refused", answer=found.answer)


@command
def accept(
    actor: Actor, dispute_id: int, quantity: Decimal, *, percent: Decimal = Decimal(100), answer: str = ""
) -> int:
    """Credit so much of the contested line at so many per cent of its price; returns the id of the credit note.

    Less than 100 per cent lowers the price and leaves the quantity as invoiced.
    """
    found = _locked(actor, dispute_id)
    DISPUTE.target(found.state, "accept", _sides(actor))
    if not 0 < quantity <= found.quantity:
        raise Invalid(
            "quantity", N_("Enter a quantity from above zero to {most}.", most=found.quantity.normalize() + 0)
        )
    if not 0 < percent <= 100:
        raise Invalid("percent", N_("Enter a share above 0 and up to 100."))
    found.answer = _tidy(answer)
    line_id = db.session.scalars(
        select(InvoiceLine.id).where(
            InvoiceLine.invoice_id == found.invoice_id, InvoiceLine.position == found.position
        )
    ).one()  # fmt: skip
    wanted = Wanted(quantity, percent, is_value=percent < 100 or found.reason in ("price", "vat"))
    _end(actor, found, "accept")
    facts = {"quantity": quantity, "percent": percent, "answer": found.answer}
    _record(actor, found, "dispute_accepted", **facts)
    found.credit_id = credit_invoice(
        actor, found.invoice_id, {line_id: wanted}, reason=found.answer or found.reason,
        client_ref=f"dispute:{found.id}",
    )  # fmt: skip
    db.session.flush()
    return found.credit_id


@command
def note_amount(actor: Actor, dispute_id: int) -> None:
    """Tell the ledger how much of the invoice is contested in all; never more than it is about."""
    invoice_id = db.session.scalars(select(InvoiceDispute.invoice_id).where(InvoiceDispute.id == dispute_id)).one()
    contested = db.session.scalar(
        select(func.sum(InvoiceDispute.amount)).where(
            InvoiceDispute.invoice_id == invoice_id, InvoiceDispute.state == "open"
        )
    ) or Decimal(0)
    most = db.session.scalar(
        select(func.max(func.abs(OpenItem.amount))).where(
            OpenItem.invoice_id == invoice_id, OpenItem.kind.in_(("invoice", "prepayment"))
        )
    )
    open_items.dispute(actor, invoice_id, contested if most is None else min(contested, most))
