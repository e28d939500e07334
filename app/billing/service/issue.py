"""From a placed order to a numbered, frozen invoice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.accounts.queries.companies import customer_party, operator_party
from app.billing.documents.invoice import Numbered, invoice_document
from app.billing.domain.numbers import INVOICE_SERIES, due_date, invoice_number
from app.billing.events import InvoiceIssued
from app.billing.models.invoices import Invoice
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.outbox import publish
from app.core.texts import N_
from app.documents.model.stored import to_json
from app.ordering.domain.lifecycle import OrderState
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.service.progress import record_invoiced


@command
def issue_invoice(actor: Actor, order_id: int) -> int | None:
    """Issue the invoice of an order and return its id; a repeat returns the first one, a cancelled order has none.

    Runs in operator scope. The number is gapless per year of the operator's calendar; it is taken last. Raises
    Conflict while the order may still be changed.
    """
    orders = lock_rows(Order, [order_id])
    if not orders:
        raise NotFound
    order = orders[0]
    known = db.session.scalar(select(Invoice.id).where(Invoice.order_id == order_id, Invoice.kind == "invoice"))
    if known is not None:
        return known
    if order.state == OrderState.CANCELLED:
        return None
    if order.released_at is None:
        raise Conflict(N_("Order {number} may still be changed.", number=order.number))
    issued_at = clock.now()
    record_invoiced(actor, order.id, issued_at)
    lines = _lines(order_id)
    seller = operator_party(actor)
    language = db.session.scalars(select(Company.locale).where(Company.id == order.company_id)).one()
    issued_on = clock.today(seller.time_zone)
    due_on = due_date(issued_on, order.payment_days)
    number = invoice_number(issued_on.year, next_number(INVOICE_SERIES, issued_on.year))
    document = invoice_document(
        order, lines, seller, Numbered(number, issued_on, due_on), language=language, allowances=_allowances(order_id),
        charges=_charges(order_id),
    )  # fmt: skip
    invoice = Invoice(
        company_id=order.company_id,
        number=number,
        order_id=order.id,
        order_number=order.number,
        po_number=order.po_number,
        customer_name=document.buyer.name,
        issued_at=issued_at,
        issued_on=issued_on,
        due_on=due_on,
        currency=order.currency,
        net_total=document.totals.net,
        vat_total=document.totals.tax or Decimal(0),
        gross_total=document.totals.gross,
        locale=language,
        document=to_json(document),
    )
    db.session.add(invoice)
    db.session.flush()
    for object_type, object_id in (("order", order.id), ("invoice", invoice.id)):
        audit.record(actor, object_type, object_id, "invoice_issued", {"number": number}, company_id=order.company_id)
    publish(InvoiceIssued(invoice.id))
    enqueue("billing.render_invoice", invoice.id)
    return invoice.id


def _lines(order_id: int) -> Sequence[OrderLine]:
    return db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.quantity > 0).order_by(OrderLine.position)
    ).all()  # fmt: skip


def _allowances(order_id: int) -> Sequence[OrderAllowance]:
    return db.session.scalars(
        select(OrderAllowance).where(OrderAllowance.order_id == order_id).order_by(OrderAllowance.position)
    ).all()


def _charges(order_id: int) -> Sequence[OrderCharge]:
    return db.session.scalars(
        select(OrderCharge).where(OrderCharge.order_id == order_id).order_by(OrderCharge.position)
    ).all()


def rebuilt_document(actor: Actor, invoice: Invoice) -> dict[str, Any]:
    """The document of a held invoice made anew: same number, dates and sums, the legal facts of both sides as of now."""
    order = db.session.get_one(Order, invoice.order_id)
    customer = customer_party(actor, invoice.company_id)
    present = {
        "name": customer.name, "legal_name": customer.legal_name, "vat_id": customer.vat_id, "gln": customer.gln,
        "endpoint_scheme": customer.endpoint_scheme, "endpoint_id": customer.endpoint_id,
        "email": customer.invoice_email or customer.email,
    }  # fmt: skip
    document = invoice_document(
        order,
        _lines(order.id),
        operator_party(actor),
        Numbered(invoice.number, invoice.issued_on, invoice.due_on),
        language=invoice.locale,
        buyer={name: value for name, value in present.items() if value},
        allowances=_allowances(order.id),
        charges=_charges(order.id),
    )
    return to_json(document)
