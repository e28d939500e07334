"""Who waits for which article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.inventory.models.watches import StockWatch


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One wish of the reader's own list."""

    id: int
    sku: str
    name: str
    unit: str
    quantity: Decimal
    state: str
    created_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """A wish as the notice needs it."""

    id: int
    company_id: int
    user_id: int
    person: str
    company: str
    article_id: int
    sku: str
    name: str
    state: str


_OWN = text("""
SELECT w.id, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, w.quantity, w.state, w.created_at, w.told_at
FROM stock_watches w JOIN articles a ON a.id = w.article_id
WHERE w.company_id = :company AND w.user_id = :user AND w.state <> 'removed'
ORDER BY w.state = 'waiting' DESC, w.id DESC LIMIT :limit""")
_FACTS = text("""
SELECT w.id, w.company_id, w.user_id, u.name, c.name, a.id, a.sku, coalesce(a.names ->> u.locale, a.name), w.state
FROM stock_watches w JOIN users u ON u.id = w.user_id JOIN companies c ON c.id = w.company_id
JOIN articles a ON a.id = w.article_id WHERE w.id = :id""")
# Something lies free somewhere; whether for this account and enough is looked at account by account.
_CANDIDATES = text("""
SELECT w.company_id, array_agg(w.id ORDER BY w.id) FROM stock_watches w
WHERE w.state = 'waiting' AND EXISTS (
    SELECT FROM stock s WHERE s.article_id = w.article_id AND s.on_hand - s.reserved - s.threshold > 0)
GROUP BY w.company_id ORDER BY w.company_id""")


def own_watches(actor: Actor, limit: int = 500) -> list[WatchLine]:
    """What the reader waits for, then what he was told of."""
    values = {"company": actor.company_id, "user": actor.user_id, "locale": actor.locale, "limit": limit}
    return [WatchLine(*row) for row in db.session.execute(_OWN, values)]


def watches_article(actor: Actor, article_id: int) -> bool:
    """Whether the reader waits for an article."""
    statement = select(StockWatch.id).where(
        StockWatch.company_id == actor.company_id, StockWatch.user_id == actor.user_id,
        StockWatch.article_id == article_id, StockWatch.state == "waiting",
    )  # fmt: skip
    return db.session.scalar(statement) is not None


def watch_facts(actor: Actor, watch_id: int) -> WatchFacts:
    """Raises NotFound."""
    row = db.session.execute(_FACTS, {"id": watch_id}).one_or_none()
    if row is None:
        raise NotFound
    return WatchFacts(*row)


def returned_candidates(actor: Actor) -> list[tuple[int, list[int]]]:
    """Accounts with wishes of which something lies free: (company id, wishes)."""
    return [(company_id, list(ids)) for company_id, ids in db.session.execute(_CANDIDATES)]
