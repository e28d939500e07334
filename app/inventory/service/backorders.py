"""Rules how far one may sell beyond what is there, and serving those who wait."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text

from app.accounts.queries.companies import account_id as id_of_account
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.locks import note_lock
from app.core.texts import N_
from app.inventory.domain.promise import Policy, Source
from app.inventory.models.supply import BackorderRule
from app.inventory.queries.supply import supplies
from app.inventory.service.lookups import article_id as id_of_article

_LARGEST = Decimal(10) ** 12
# What waits for goods nobody has ordered yet.
_OPEN = """r.warehouse_id IS NULL AND r.incoming_id IS NULL AND r.supplier_stock_id IS NULL AND r.released_at IS NULL"""
_OWN_WAITING = text(f"""
UPDATE reservations r SET backorder_rule_id = :rule
WHERE {_OPEN} AND r.article_id = :article AND (CAST(:account AS bigint) IS NULL OR r.company_id = :account)
    AND r.backorder_rule_id IS NULL
RETURNING r.quantity""")  # noqa: S608
_WAITING = text(f"""
SELECT r.id, r.company_id, r.order_line_id, r.quantity, r.backorder_rule_id
FROM reservations r WHERE {_OPEN} AND r.article_id = :article ORDER BY r.id FOR UPDATE""")  # noqa: S608
_SERVE = text("UPDATE reservations SET warehouse_id = :warehouse, backorder_rule_id = NULL, expected_on = NULL,"
              " quantity = :quantity WHERE id = :id")  # fmt: skip
_SHRINK = text("UPDATE reservations SET quantity = quantity - :quantity WHERE id = :id")
_SPLIT = text("""
INSERT INTO reservations (company_id, order_line_id, article_id, warehouse_id, quantity, created_at)
SELECT company_id, order_line_id, article_id, :warehouse, :quantity, created_at FROM reservations WHERE id = :id""")
_TAKE = text("UPDATE stock SET reserved = reserved + :quantity, updated_at = now() WHERE id = :id")
_GIVE_ROOM = text("UPDATE backorder_rules SET reserved = reserved - :quantity WHERE id = :id")
_SERVABLE = text(f"""
SELECT DISTINCT r.article_id FROM reservations r
JOIN stock s ON s.article_id = r.article_id AND s.on_hand - s.reserved > 0
WHERE {_OPEN} ORDER BY r.article_id LIMIT :limit""")  # noqa: S608


@command
def set_backorder_rule(
    actor: Actor, *, sku: str = "", account: str = "", mode: str | None, quantity_limit: Decimal | None = None
) -> None:
    """Off, allowed, or up to a limit: of an article, of an account, or of both. None takes the rule away.

    What is on backorder already counts against a new limit. Raises Invalid, NotFound.
    """
    article, company = id_of_article(sku) if sku else None, id_of_account(actor, account) if account else None
    if article is None and company is None:
        raise Invalid("sku", N_("Name an article, an account, or both."))
    _check(mode, quantity_limit, is_of_article=article is not None)
    terms = (
        BackorderRule.article_id.is_not_distinct_from(article),
        BackorderRule.account_id.is_not_distinct_from(company),
    )
    held = db.session.scalar(select(BackorderRule).where(*terms).with_for_update())
    before = (held.mode, held.quantity_limit) if held else (None, None)
    if before == (mode, quantity_limit):
        return
    if mode is None:
        db.session.execute(delete(BackorderRule).where(*terms))
    elif held is not None:
        held.mode, held.quantity_limit = mode, quantity_limit
    else:
        rule = BackorderRule(article_id=article, account_id=company, mode=mode, quantity_limit=quantity_limit)
        db.session.add(rule)
        db.session.flush()
        if article is not None:
            waiting = db.session.scalars(_OWN_WAITING, {"rule": rule.id, "article": article, "account": company})
            rule.reserved = sum(waiting, Decimal(0))
    db.session.flush()
    changes: dict[str, Any] = {"sku": sku, "account": account, "mode": [before[0], mode],
                               "quantity_limit": [before[1], quantity_limit]}  # fmt: skip
    audit.record(actor, "backorder_rule", article or company or 0, "set", changes)


def _check(mode: str | None, quantity_limit: Decimal | None, *, is_of_article: bool) -> None:
    if mode not in (None, Policy.OFF, Policy.ALLOWED, Policy.LIMIT):
        raise Invalid("mode", N_("Choose off, allowed or up to a limit."))
    if (mode == Policy.LIMIT) != (quantity_limit is not None):
        raise Invalid("quantity_limit", N_("A limit belongs to “up to a limit” and to nothing else."))
    if quantity_limit is not None and not 0 <= quantity_limit < _LARGEST:
        raise Invalid("quantity_limit", N_("Zero or more."))
    if mode == Policy.LIMIT and not is_of_article:
        raise Invalid("sku", N_("A limit counts pieces of one article: name it."))


@command
def serve_waiting(actor: Actor, article_id: int, *, on: date | None = None) -> Decimal:
    """Give what lies free to orders that wait for the article, the oldest first; returns how much."""
    note_lock("stock")
    given = Decimal(0)
    for row in db.session.execute(_WAITING, {"article": article_id}).all():
        found, _ = supplies(row.company_id, [article_id], on=on or clock.today(), locks=True)
        missing = row.quantity
        for place in found[article_id].places if article_id in found else ():
            if place.source is not Source.WAREHOUSE or missing <= 0:
                continue
            taken = min(place.free, missing)
            missing -= taken
            given += taken
            db.session.execute(_TAKE, {"id": place.row_id, "quantity": taken})
            values = {"id": row.id, "warehouse": place.warehouse_id, "quantity": taken}
            if missing:
                db.session.execute(_SHRINK, values)
                db.session.execute(_SPLIT, values)
            else:
                db.session.execute(_SERVE, values)
            if row.backorder_rule_id is not None:
                db.session.execute(_GIVE_ROOM, {"id": row.backorder_rule_id, "quantity": taken})
    return given


def servable_articles(actor: Actor, limit: int = 200) -> list[int]:
    """Articles that orders wait for and of which something lies free."""
    return list(db.session.scalars(_SERVABLE, {"limit": limit}))
