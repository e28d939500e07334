"""What of orders is invoiced already, counted from the lines of documents that still stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import text

from app.core.db import db

# Cancelled documents do not count: what they claimed may be claimed again. Credited quantities stay invoiced.
_LINES = text("""
SELECT l.order_line_id, sum(l.quantity) AS quantity, sum(l.net) AS net
FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
WHERE l.order_id = ANY(CAST(:orders AS bigint[])) AND l.kind = 'goods' AND i.kind IN ('invoice', 'corrective')
  AND i.cancelled_by_id IS NULL
GROUP BY l.order_line_id""")
_AMOUNTS = text("""
SELECT a.source, sum(a.amount) AS amount
FROM invoice_amounts a JOIN invoices i ON i.id = a.invoice_id
WHERE a.source <> '' AND i.kind = 'invoice' AND i.cancelled_by_id IS NULL AND a.invoice_id IN (
    SELECT l.invoice_id FROM invoice_lines l WHERE l.order_id = ANY(CAST(:orders AS bigint[])))
GROUP BY a.source""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """Quantities (unit of the order line) and nets by order line, amounts by their source."""

    quantities: dict[int, Decimal] = field(default_factory=dict)
    nets: dict[int, Decimal] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)


def claimed(order_ids: Collection[int]) -> Claimed:
    """What was claimed of these orders, for a command that holds them. Two statements."""
    values = {"orders": sorted(order_ids)}
    lines = db.session.execute(_LINES, values).all()
    amounts = db.session.execute(_AMOUNTS, values).all()
    return Claimed(
        {row.order_line_id: row.quantity for row in lines},
        {row.order_line_id: row.net for row in lines},
        {row.source: row.amount for row in amounts},
    )
