"""From an order, or what was sent of it, to a numbered, frozen invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from app.accounts.queries.companies import customer_party
from app.billing.documents.claim import Claim, payment_means
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

    None for a cancelled order, and for one whose goods cost nothing (a replacement): its lines count as invoiced. Runs in operator scope. The
    number is gapless per year of the seller's calendar; it is taken last. Raises Conflict while the order may still be
    changed.
    """
    order = _held(order_id)
    before = claimed([order.id])
    rows = lines_of([order.id])
    rest = [
        Part(row.id, row.quantity - before.quantities.get(row.id, _ZERO))
        for row in rows
        if row.quantity > before.quantities.get(row.id, _ZERO)
    ]
    if not rest or order.state == OrderState.CANCELLED:
        return _newest(order.id)
    if order.released_at is None:
        raise Conflict(N_("Order {number} may still be changed.", number=order.number))
    record_invoiced(actor, order.id, clock.now())
    if not any(row.net for row in rows):
        return None
    return _put(actor, claim_of(actor, [order], rest, f"order:{order.id}:{_count(order.id) + 1}"))


@command
def invoice_sent(actor: Actor, groups: Mapping[str, Sequence[int]], issued_on: date | None = None) -> list[int]:
    """Invoices for quantities that were sent: by client reference the ids of what stands on one, which is all of one
    account, currency and billing address.

    A repeat returns the first invoices; where none of it waits any more there is none. The operator's scope.
    """
    ids = [one for group in groups.values() for one in group]
    waiting = {
        row.id: row
        for row in db.session.scalars(select(Billable).where(Billable.id.in_(ids)).order_by(Billable.id))
    }  # fmt: skip
    orders = {order.id: order for order in lock_rows(Order, [row.order_id for row in waiting.values()])}
    for row in waiting.values():
        db.session.refresh(row)
    issued: list[int] = []
    claims: list[tuple[Claim, list[Billable]]] = []
    for client_ref, group in groups.items():
        mine = sorted(
            (waiting[one] for one in group if one in waiting and waiting[one].invoice_id is None),
            key=lambda row: (row.sent_on, row.shipment_id, row.order_id, row.order_line_id),
        )
        known = _known(client_ref)
        if known is not None:
            issued.append(known)
        elif mine:
            claims.append((_claim_sent(actor, orders, mine, client_ref, issued_on, has_deposits=not claims), mine))
    for claim, rows in claims:
        invoice_id = _put(actor, claim, issued_on)
        issued.append(invoice_id)
        done = [row.id for row in rows]
        db.session.execute(update(Billable).where(Billable.id.in_(done)).values(invoice_id=invoice_id))
    return issued


def _known(client_ref: str) -> int | None:
    return db.session.scalar(select(Invoice.id).where(Invoice.client_ref == client_ref))


def _claim_sent(
    actor: Actor, orders: Mapping[int, Order], rows: Sequence[Billable], client_ref: str, issued_on: date | None, *,
    has_deposits: bool,
) -> Claim:  # fmt: skip
    """The claim for what was sent, counted on the lines of its orders."""
    mine = [orders[key] for key in sorted({row.order_id for row in rows})]
    parts = [Part(row.order_line_id, row.quantity, row.shipment_id, row.shipment_number, row.sent_on) for row in rows]
    claim = claim_of(actor, mine, parts, client_ref, issued_on=issued_on, has_deposits=has_deposits)
    for order in mine:
        taken: dict[int, Decimal] = {}
        for row in rows:
            if row.order_id == order.id:
                taken[row.order_line_id] = taken.get(row.order_line_id, _ZERO) + row.quantity
        record_line_invoiced(actor, order.id, taken)
    return claim


def _put(actor: Actor, claim: Claim, issued_on: date | None = None) -> int:
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
