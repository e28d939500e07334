"""From an order, or what was sent of it, to a numbered, frozen invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from app.accounts.queries.companies import customer_party
from app.billing.documents.claim import payment_means
from app.billing.documents.invoice import electronic, seller_party
from app.billing.models.invoices import Invoice
from app.billing.models.lines import Billable
from app.billing.queries.entities import seller
from app.billing.queries.progress import claimed
from app.billing.service.claiming import Part, claim_of, lines_of
from app.billing.service.deposits import settle_deposits
from app.billing.service.issuing import put
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.documents.model.party import Identifier
from app.documents.model.stored import from_json, to_json
from app.ordering.domain.lifecycle import OrderState
from app.ordering.models.orders import Order
from app.ordering.service.progress import record_invoiced, record_line_invoiced

_ZERO = Decimal(0)


@command
def issue_invoice(actor: Actor, order_id: int) -> int | None:
    """Issue the invoice of an order, or of what is not invoiced of it yet, and return its id; a repeat returns the last.

    None for a cancelled order, and for one that costs nothing: its lines count as invoiced. Runs in operator scope. The
    number is gapless per year of the seller's calendar; it is taken last. Raises Conflict while the order may still be
    changed.
    """
    order = _held(order_id)
    before = claimed([order.id])
    rest = [
        Part(row.id, row.quantity - before.quantities.get(row.id, _ZERO))
        for row in lines_of([order.id])
        if row.quantity > before.quantities.get(row.id, _ZERO)
    ]
    if not rest or order.state == OrderState.CANCELLED:
        return _newest(order.id)
    if order.released_at is None:
        raise Conflict(N_("Order {number} may still be changed.", number=order.number))
    record_invoiced(actor, order.id, clock.now())
    if not order.gross_total:
        return None
    return _issue(actor, [order], rest, f"order:{order.id}:{_count(order.id) + 1}", None)


@command
def invoice_sent(
    actor: Actor, billable_ids: Sequence[int], client_ref: str, issued_on: date | None = None
) -> int | None:
    """One invoice for quantities that were sent, all of one account, currency and billing address.

    A repeat returns the first invoice; None where none of it waits any more. The operator's scope.
    """
    asked = select(Billable.company_id, Billable.order_id).where(Billable.id.in_(sorted(billable_ids)))
    found = db.session.execute(asked).all()
    orders = lock_rows(Order, [row.order_id for row in found])
    if not orders:
        return None
    known = db.session.scalar(
        select(Invoice.id).where(Invoice.company_id == found[0].company_id, Invoice.client_ref == client_ref)
    )
    if known is not None:
        return known
    waiting = db.session.scalars(
        select(Billable)
        .where(Billable.id.in_(sorted(billable_ids)), Billable.invoice_id.is_(None))
        .order_by(Billable.sent_on, Billable.shipment_id, Billable.order_id, Billable.order_line_id)
    ).all()
    parts = [
        Part(row.order_line_id, row.quantity, row.shipment_id, row.shipment_number, row.sent_on) for row in waiting
    ]  # fmt: skip
    if not parts:
        return None
    named = {row.order_id for row in waiting}
    mine = [order for order in orders if order.id in named]
    for order in mine:
        taken: dict[int, Decimal] = {}
        for row in waiting:
            if row.order_id == order.id:
                taken[row.order_line_id] = taken.get(row.order_line_id, _ZERO) + row.quantity
        record_line_invoiced(actor, order.id, taken)
    invoice_id = _issue(actor, mine, parts, client_ref, issued_on)
    db.session.execute(
        update(Billable).where(Billable.id.in_([row.id for row in waiting])).values(invoice_id=invoice_id)
    )
    return invoice_id


def _issue(
    actor: Actor, orders: Sequence[Order], parts: Sequence[Part], client_ref: str, issued_on: date | None
) -> int:
    claim = claim_of(actor, orders, parts, client_ref, issued_on=issued_on)
    invoice = put(actor, claim, issued_on=issued_on)
    if any(one.kind == "deposit" for one in claim.lines):
        settle_deposits(claim.company_id, claim.currency, invoice.id)
    return invoice.id


def _held(order_id: int) -> Order:
    orders = lock_rows(Order, [order_id])
    if not orders:
        raise NotFound
    return orders[0]


def _count(order_id: int) -> int:
    """How many invoices the order had, cancelled ones too."""
    asked = select(func.count(Invoice.id)).where(Invoice.order_id == order_id, Invoice.kind == "invoice")
    return db.session.scalar(asked) or 0


def _newest(order_id: int) -> int | None:
    asked = select(func.max(Invoice.id)).where(
        Invoice.order_id == order_id, Invoice.kind == "invoice", Invoice.cancelled_by_id.is_(None)
    )
    return db.session.scalar(asked)


def rebuilt_document(actor: Actor, invoice: Invoice) -> dict[str, Any]:
    """The document of a held invoice made anew: same number, dates and sums, the legal facts of both sides as of now."""
    document = from_json(invoice.document)
    who, customer = seller(actor, invoice.entity_id), customer_party(actor, invoice.company_id)
    buyer = document.buyer
    is_known = bool(customer.endpoint_id)
    return to_json(
        replace(
            document,
            seller=seller_party(who.party),
            payment_means=()
            if invoice.kind == "credit_note"
            else payment_means(who, document.currency, invoice.number),
            buyer=replace(
                buyer,
                name=customer.legal_name or customer.name or buyer.name,
                vat_id=customer.vat_id or buyer.vat_id,
                gln=customer.gln or buyer.gln,
                identifiers=() if customer.gln else buyer.identifiers,
                endpoint=Identifier(customer.endpoint_id, customer.endpoint_scheme)
                if is_known
                else electronic("", "", customer.invoice_email or customer.email) or buyer.endpoint,
            ),
        )
    )
