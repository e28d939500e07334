"""Corrective invoices (384): a line was invoiced in the wrong quantity or at the wrong price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.billing.documents.claim import ClaimLine
from app.billing.documents.invoice import plain
from app.billing.domain.numbers import Kind
from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceLine
from app.billing.service.credit_notes import held_invoice, note_claim
from app.billing.service.issuing import known, put
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import round_amount, round_to
from app.core.texts import N_
from app.documents.model.line import Line
from app.documents.model.stored import from_json
from app.ordering.models.orders import Order
from app.ordering.service.progress import record_line_invoiced

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the line should have said: quantity in the unit of the order line, net price for the base quantity."""

    quantity: Decimal
    unit_price: Decimal


@command
def correct_invoice(
    actor: Actor, invoice_id: int, lines: Mapping[int, Correction], *, reason: str, client_ref: str
) -> int:
    """Issue the difference: each line is taken back as it was and claimed as it should have been; returns the id.

    What is right now stands on the corrective invoice and can be credited there. Raises Conflict for lines that were
    credited in part, and for quantities beyond the order.
    """
    invoice = held_invoice(invoice_id)
    before = known(invoice.company_id, client_ref)
    if before is not None:
        return before.id
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    if invoice.cancelled_by_id is not None or invoice.kind == "prepayment":
        raise Conflict(N_("{number} cannot be corrected.", number=invoice.number))
    asked = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.id.in_(list(lines)))
    rows = db.session.scalars(asked.order_by(InvoiceLine.position)).all()
    if len(rows) != len(lines) or not rows:
        raise NotFound
    lock_rows(Order, {row.order_id for row in rows if row.order_id is not None})
    document = from_json(invoice.document)
    made: list[ClaimLine] = []
    for row in rows:
        (line,) = (one for one in document.lines if one.position == str(row.position))
        made += _pair(invoice, row, line, lines[row.id], len(made))
        row.credited_quantity, row.credited_net = abs(row.quantity), row.net
        if row.order_id is not None and row.order_line_id is not None:
            difference = lines[row.id].quantity - row.quantity
            record_line_invoiced(actor, row.order_id, {row.order_line_id: difference})
    claim = note_claim(actor, invoice, document, Kind.CORRECTIVE, reason=reason, client_ref=client_ref)
    days = (invoice.due_on - invoice.issued_on).days
    return put(actor, replace(claim, lines=tuple(made), payment_days=days)).id


def _pair(invoice: Invoice, row: InvoiceLine, line: Line, right: Correction, place: int) -> list[ClaimLine]:
    """The line taken back, and (unless nothing should have been invoiced) as it is right. Prices are never negative."""
    if row.kind != "goods" or row.credited_quantity or row.credited_net:
        raise Conflict(N_("Line {position} is credited already.", position=row.position))
    if (
        right.quantity < 0
        or right.unit_price < 0
        or (right.quantity, right.unit_price) == (row.quantity, line.unit_price)
    ):
        raise Invalid("lines", N_("Line {position}: say what is right.", position=row.position))
    about: dict[str, Any] = {
        "unit": row.unit, "order_id": row.order_id, "order_line_id": row.order_line_id, "shipment_id": row.shipment_id,
    }  # fmt: skip
    back = replace(line, position=str(place + 1), quantity=-line.quantity, net=-line.net)
    if line.allowances_charges:
        back = replace(
            back, allowances_charges=tuple(replace(one, amount=-one.amount) for one in line.allowances_charges)
        )
    pair = [ClaimLine(line=back, quantity=-row.quantity, credits_line_id=row.id, **about)]
    if right.quantity:
        priced = round_to(line.quantity * right.quantity / row.quantity, 6)
        net = round_amount(priced * right.unit_price / (line.price_base_quantity or Decimal(1)), invoice.currency)
        new = replace(
            line, position=str(place + 2), quantity=plain(priced), unit_price=plain(right.unit_price), net=net,
            allowances_charges=(),
        )  # fmt: skip
        pair.append(ClaimLine(line=new, quantity=right.quantity, **about))
    return pair
