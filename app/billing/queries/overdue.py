"""How late accounts are with what they owe on account, for the rule that holds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

# Payments are not matched with invoices: the oldest claim is paid first. What is owed on invoices is what is outstanding
# less the orders that have no invoice yet; going back from the newest invoice, those within that sum are unpaid.
_LATE = text("""
WITH bought AS (
    SELECT e.company_id, e.order_id, -sum(e.amount) AS used
    FROM credit_entries e JOIN credit_accounts a ON a.id = e.credit_account_id
    WHERE a.hold_after_days IS NOT NULL AND a.outstanding < 0 AND e.order_id IS NOT NULL
    GROUP BY e.company_id, e.order_id HAVING sum(e.amount) < 0
), owed AS (
    SELECT a.company_id, -a.outstanding - coalesce((
        SELECT sum(b.used) FROM bought b
        WHERE b.company_id = a.company_id
          AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = b.order_id AND i.kind = 'invoice')), 0) AS amount
    FROM credit_accounts a WHERE a.hold_after_days IS NOT NULL AND a.outstanding < 0
), claims AS (
    SELECT i.company_id, i.due_on,
        sum(b.used) OVER (PARTITION BY i.company_id ORDER BY i.due_on DESC, i.id DESC) - b.used AS newer
    FROM invoices i JOIN bought b ON b.order_id = i.order_id AND b.company_id = i.company_id WHERE i.kind = 'invoice'
)
SELECT c.company_id, :today - min(c.due_on) FROM claims c JOIN owed o ON o.company_id = c.company_id
WHERE c.newer < o.amount GROUP BY c.company_id HAVING min(c.due_on) < :today ORDER BY c.company_id""")


def days_late(actor: Actor, today: date) -> dict[int, int]:
    """Of accounts with a rule for the hold: how many days their oldest unpaid invoice is past its due day."""
    if not actor.is_operator:
        raise NotFound
    return {row[0]: row[1] for row in db.session.execute(_LATE, {"today": today})}
