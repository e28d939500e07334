"""How late accounts are with what they owe, for the rule that holds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

# The oldest claim is paid first: what is in the account's favour and not used yet covers the oldest ones. What is contested
# is not late.
_LATE = text("""
WITH ruled AS (SELECT company_id FROM credit_accounts WHERE hold_after_days IS NOT NULL),
favour AS (
    SELECT i.company_id, i.currency, -sum(i.open_amount) AS amount
    FROM open_items i JOIN ruled r ON r.company_id = i.company_id WHERE i.open_amount < 0 GROUP BY i.company_id, i.currency
), claims AS (
    SELECT i.company_id, i.currency, i.due_on,
        sum(i.open_amount - i.dispute_amount) OVER (PARTITION BY i.company_id, i.currency ORDER BY i.due_on, i.id) AS older
    FROM open_items i JOIN ruled r ON r.company_id = i.company_id
    WHERE i.open_amount > i.dispute_amount AND i.kind IN ('invoice', 'prepayment')
)
SELECT c.company_id, :today - min(c.due_on)
FROM claims c LEFT JOIN favour f ON f.company_id = c.company_id AND f.currency = c.currency
WHERE c.older > coalesce(f.amount, 0) GROUP BY c.company_id HAVING min(c.due_on) < :today ORDER BY c.company_id""")


def days_late(actor: Actor, today: date) -> dict[int, int]:
    """Of accounts with a rule for the hold: how many days their oldest unpaid invoice is past its due day."""
    if not actor.is_operator:
        raise NotFound
    return {row[0]: row[1] for row in db.session.execute(_LATE, {"today": today})}
