"""Which quantities that were sent can stand on one invoice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.db import db

# One currency, one billing address, one country of delivery (which decides about the VAT), one time to pay.
_GROUPS = text("""
SELECT b.company_id, o.currency, o.payment_days, o.bill_to, coalesce(nullif(o.ship_to, '{}') ->> 'country',
    o.bill_to ->> 'country', '') AS country, array_agg(b.id ORDER BY b.id) AS ids
FROM billables b JOIN orders o ON o.id = b.order_id
WHERE b.id = ANY(CAST(:ids AS bigint[])) AND b.invoice_id IS NULL
GROUP BY b.company_id, o.currency, o.payment_days, o.bill_to, 5
ORDER BY b.company_id, min(b.id)""")


@dataclass(frozen=True, slots=True)
class Group:
    """The quantities of one invoice."""

    company_id: int
    currency: str
    billable_ids: list[int]


def grouped(billable_ids: Collection[int]) -> list[Group]:
    """Quantities that wait, by the invoices they will be on; for a command. One statement."""
    rows: Any = db.session.execute(_GROUPS, {"ids": sorted(billable_ids)})
    return [Group(row.company_id, row.currency, list(row.ids)) for row in rows]
