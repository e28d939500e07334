"""How late accounts are with what they owe on account, for the rule that holds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

# The oldest claim is paid first. What is owed on invoices is what is outstanding less the orders that have no invoice yet;
# going back from the newest invoice, those within that sum are unpaid. An order on several invoices is shared among them by
# what each claims of it.
_LATE = text("""
WITH bought AS (
    SELECT e.company_id, e.order_id, -sum(e.amount) AS used
    FROM credit_entries e JOIN credit_accounts a ON a.id = e.credit_account_id
    WHERE a.hold_after_days IS NOT NULL AND a.outstanding < 0 AND e.order_id IS NOT NULL
    GROUP BY e.company_id, e.order_id HAVING sum(e.amount) < 0
), parts AS (
    SELECT i.id, i.company_id, i.due_on, coalesce(l.order_id, i.order_id) AS order_id,
        greatest(coalesce(l.net, i.gross_total), 0.01) AS part
    FROM invoices i LEFT JOIN (
        SELECT invoice_id, order_id, sum(net) AS net FROM invoice_lines
        WHERE order_id IS NOT NULL AND company_id IN (SELECT company_id FROM bought) GROUP BY invoice_id, order_id
    ) l ON l.invoice_id = i.id
    WHERE i.kind = 'invoice' AND i.cancelled_by_id IS NULL AND i.company_id IN (SELECT company_id FROM bought)
), owed AS (
    SELECT a.company_id, -a.outstanding - coalesce((
        SELECT sum(b.used) FROM bought b
        WHERE b.company_id = a.company_id
          AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.order_id = b.order_id AND p.company_id = b.company_id)), 0) AS amount
    FROM credit_accounts a WHERE a.hold_after_days IS NOT NULL AND a.outstanding < 0
), shares AS (
    SELECT p.id, p.company_id, p.due_on,
        b.used * p.part / sum(p.part) OVER (PARTITION BY p.company_id, p.order_id) AS used
    FROM parts p JOIN bought b ON b.order_id = p.order_id AND b.company_id = p.company_id
), invoiced AS (
    SELECT id, company_id, due_on, sum(used) AS used FROM shares GROUP BY id, company_id, due_on
), claims AS (
    SELECT company_id, due_on,
        sum(used) OVER (PARTITION BY company_id ORDER BY due_on DESC, id DESC) - used AS newer
    FROM invoiced
)
SELECT c.company_id, :today - min(c.due_on) FROM claims c JOIN owed o ON o.company_id = c.company_id
WHERE c.newer < o.amount GROUP BY c.company_id HAVING min(c.due_on) < :today ORDER BY c.company_id""")


def days_late(actor: Actor, today: date) -> dict[int, int]:
    """Of accounts with a rule for the hold: how many days their oldest unpaid invoice is past its due day."""
    if not actor.is_operator:
        raise NotFound
    return {row[0]: row[1] for row in db.session.execute(_LATE, {"today": today})}
