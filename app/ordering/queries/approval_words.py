"""What carts and orders say of their requests for approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.ordering.domain.approval_request import RequestState, Trouble


@dataclass(frozen=True, slots=True)
class CartWord:
    """The last request of a cart: it waits, or came back with reasons; `lines` are (cart line id, SKU, reason)."""

    number: str
    state: RequestState
    reason: str
    trouble: Trouble | None
    decided_at: datetime | None
    lines: tuple[tuple[int, str, str], ...]


_CART = text("""
SELECT a.number, CASE WHEN a.state = 'waiting' AND a.expires_at <= :now THEN 'expired' ELSE a.state END AS state,
    a.reason, a.trouble, a.decided_at,
    coalesce((SELECT json_agg(json_build_array(l.cart_line_id, l.sku, l.reason) ORDER BY l.position)
        FROM approval_lines l WHERE l.approval_id = a.id AND l.reason <> ''), '[]') AS lines
FROM approvals a WHERE a.company_id = :company AND a.cart_id = :cart ORDER BY a.id DESC LIMIT 1""")


def of_cart(actor: Actor, company_id: int, cart_id: int) -> CartWord | None:
    """None for a cart that was never submitted for approval, or whose buyer took it back himself."""
    row = db.session.execute(_CART, {"company": company_id, "cart": cart_id, "now": clock.now()}).one_or_none()
    if row is None or row.state in (RequestState.WITHDRAWN, RequestState.ORDERED):
        return None
    trouble = Trouble.from_json(row.trouble) if row.trouble else None
    lines = tuple((one[0], one[1], one[2]) for one in row.lines)
    return CartWord(row.number, RequestState(row.state), row.reason, trouble, row.decided_at, lines)


_ORDER = text("""
SELECT a.number, a.decided_at, string_agg(DISTINCT b.name, ', ' ORDER BY b.name)
FROM approvals a JOIN approval_steps t ON t.approval_id = a.id JOIN approval_seats s ON s.step_id = t.id
JOIN users b ON b.id = s.decided_by_id
WHERE a.order_id = :order AND (CAST(:company AS bigint) IS NULL OR a.company_id = :company)
GROUP BY a.id ORDER BY a.id""")


def of_order(actor: Actor, order_id: int) -> list[tuple[str, datetime, str]]:
    """(number, when, who approved) of the requests an order came from."""
    company = None if actor.is_operator else actor.company_id
    rows = db.session.execute(_ORDER, {"order": order_id, "company": company})
    return [(row[0], row[1], row[2]) for row in rows]
