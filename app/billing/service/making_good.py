"""Credit for goods that came back, or that a claim was granted for, on whichever invoices claimed them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import delete, select, text

from app.billing.models.invoices import Invoice
from app.billing.models.lines import Billable, InvoiceLine
from app.billing.service.credit_notes import Wanted, prepared
from app.billing.service.issuing import put
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.fulfilment.domain.returned import AcceptedLine
from app.fulfilment.queries.claims import granted_lines
from app.fulfilment.queries.returns import accepted_lines

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
# The newest invoice first: what came back is most likely of the last delivery.
_LINES = text("""
SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
WHERE l.order_line_id = ANY(CAST(:lines AS bigint[])) AND l.kind = 'goods' AND l.quantity > 0
  AND i.kind IN ('invoice', 'corrective') AND i.cancelled_by_id IS NULL
ORDER BY i.id DESC, l.id DESC""")


@command
def credit_return(actor: Actor, return_id: int) -> list[int]:
    """Credit notes for a return that was accepted; none where the goods are replaced. A repeat returns the same."""
    return _credit(actor, accepted_lines(actor, return_id), f"return:{return_id}", is_value=False)


@command
def credit_claim(actor: Actor, claim_id: int) -> list[int]:
    """Credit notes for a granted claim without a return; a part of the price leaves the quantity as it is."""
    return _credit(actor, granted_lines(actor, claim_id), f"claim:{claim_id}", is_value=True)


def _credit(actor: Actor, lines: Sequence[AcceptedLine], source: str, *, is_value: bool) -> list[int]:
    known = db.session.scalars(
        select(Invoice.id).where(Invoice.client_ref.like(f"{source}:%")).order_by(Invoice.id)
    ).all()  # fmt: skip
    if known:
        return list(known)
    wanted = [line for line in lines if line.outcome == "credit" and line.percent > 0]
    ids = db.session.scalars(_LINES, {"lines": sorted({line.order_line_id for line in wanted})}).all()
    asked = select(InvoiceLine.invoice_id).where(InvoiceLine.id.in_(ids))
    held = {row.id: row for row in lock_rows(Invoice, db.session.scalars(asked).all())}
    rows = {row.id: row for row in db.session.scalars(select(InvoiceLine).where(InvoiceLine.id.in_(ids)))}
    left = {key: rows[key].quantity - rows[key].credited_quantity for key in ids}
    notes: dict[int, dict[int, Decimal | Wanted]] = {}
    for line in wanted:
        rest = line.quantity
        keeps_quantity = is_value and line.percent < _HUNDRED
        for key in ids:
            row = rows[key]
            part = min(left[key], rest)
            if row.order_line_id == line.order_line_id and part > 0 and key not in notes.get(row.invoice_id, {}):
                notes.setdefault(row.invoice_id, {})[key] = Wanted(part, line.percent, keeps_quantity)
                left[key] -= part
                rest -= part
        if rest > 0 and not keeps_quantity:
            _not_to_invoice(line.order_line_id, rest)
    claims = [
        prepared(actor, held[invoice_id], parts, reason=_reason(wanted, source), client_ref=f"{source}:{invoice_id}")
        for invoice_id, parts in sorted(notes.items())
    ]
    return [put(actor, claim).id for claim in claims]


def _reason(lines: Sequence[AcceptedLine], source: str) -> str:
    return ", ".join(sorted({line.reason for line in lines if line.reason})) or source


def _not_to_invoice(order_line_id: int, quantity: Decimal) -> None:
    """What came back before it was invoiced is never invoiced."""
    waiting = (
        select(Billable)
        .where(Billable.order_line_id == order_line_id, Billable.invoice_id.is_(None))
        .order_by(Billable.id.desc())
        .with_for_update()
    )
    for row in db.session.scalars(waiting).all():
        part = min(row.quantity, quantity)
        quantity -= part
        if part == row.quantity:
            db.session.execute(delete(Billable).where(Billable.id == row.id))
        else:
            row.quantity -= part
