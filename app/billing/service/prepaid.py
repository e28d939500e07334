"""What of prepayment invoices a later invoice deducts."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import text

from app.billing.documents.claim import Deduction
from app.core.actor import Actor
from app.core.db import db
from app.core.money import round_amount
from app.ordering.service.progress import record_prepay_open

_LEFT = text("""
SELECT p.id, p.number, p.issued_on, p.gross_total, p.vat_total, p.gross_total - coalesce((
    SELECT sum(u.amount) FROM prepayment_uses u JOIN invoices i ON i.id = u.invoice_id
    WHERE u.prepayment_id = p.id AND i.cancelled_by_id IS NULL), 0) AS left_over
FROM invoices p
WHERE p.order_id = ANY(CAST(:orders AS bigint[])) AND p.kind = 'prepayment' AND p.cancelled_by_id IS NULL
  AND p.currency = :currency
ORDER BY p.id""")

_OPEN = text("""
SELECT coalesce(sum(coalesce(i.open_amount, p.gross_total)), 0) FROM invoices p
LEFT JOIN open_items i ON i.invoice_id = p.id AND i.kind = 'prepayment'
WHERE p.order_id = :order AND p.kind = 'prepayment' AND p.cancelled_by_id IS NULL""")


def tell_open(actor: Actor, order_id: int) -> None:
    """Tell the order what of its prepayment invoices is open, with VAT; for a command that has changed it."""
    record_prepay_open(actor, order_id, db.session.scalar(_OPEN, {"order": order_id}) or Decimal(0))


def deductions(order_ids: Collection[int], currency: str, gross: Decimal) -> tuple[Deduction, ...]:
    """The prepayment invoices of these orders as far as `gross` reaches, the oldest first.

    What was not paid of them stays due under their own numbers: the sum that is owed is the same.
    """
    found = []
    for row in db.session.execute(_LEFT, {"orders": sorted(order_ids), "currency": currency}):
        amount = round_amount(min(row.left_over, gross), currency)
        if amount > 0:
            vat = round_amount(row.vat_total * amount / row.gross_total, currency)
            found.append(Deduction(row.id, row.number, row.issued_on, amount, vat))
            gross -= amount
    return tuple(found)
