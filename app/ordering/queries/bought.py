"""What an account has bought before, old orders included, as a filter and an order of the search."""

from __future__ import annotations

from app.catalog.domain.finding import Narrowing, Ordering
from app.core.actor import Actor


def bought_before(actor: Actor, *, is_counted: bool = False) -> Narrowing:
    """Articles of the account's orders; `is_counted` only counts them."""
    ids = "ARRAY(SELECT DISTINCT l.article_id FROM order_lines l WHERE l.company_id = :bought_by AND l.quantity > 0)"
    return Narrowing("bought", f"s.id = ANY({ids})", {"bought_by": actor.company_id}, is_counted)


def by_last_order(actor: Actor) -> Ordering:
    """By the day of the account's last order."""
    last = """LEFT JOIN (
        SELECT l.article_id, max(o.placed_at) AS placed_at FROM order_lines l JOIN orders o ON o.id = l.order_id
        WHERE l.company_id = :bought_by AND l.quantity > 0 GROUP BY l.article_id
    ) last ON last.article_id = h.id"""
    return Ordering(last, "coalesce(last.placed_at, '-infinity')", "timestamptz", {"bought_by": actor.company_id})
