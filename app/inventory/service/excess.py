"""Where less is there than was written down: promises wait again, bins let go of what they cannot hold."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

# The youngest reservations of a shelf that together reach beyond what is on hand, and by how much each.
_GIVE_UP = text("""
WITH over AS (
    SELECT s.id, s.article_id, s.warehouse_id, s.reserved - greatest(s.on_hand, 0) AS excess
    FROM stock s JOIN unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse)
        ON s.article_id = v.article AND s.warehouse_id = v.warehouse
    WHERE s.reserved > greatest(s.on_hand, 0)
), cut AS (
    SELECT c.* FROM (
        SELECT r.*, least(r.quantity, o.excess - (sum(r.quantity) OVER (
            PARTITION BY r.article_id, r.warehouse_id ORDER BY r.id DESC) - r.quantity)) AS gone
        FROM reservations r JOIN over o ON o.article_id = r.article_id AND o.warehouse_id = r.warehouse_id
        WHERE r.released_at IS NULL
    ) c WHERE c.gone > 0
), shrunk AS (
    UPDATE reservations r SET
        quantity = CASE WHEN cut.gone = r.quantity THEN r.quantity ELSE r.quantity - cut.gone END,
        warehouse_id = CASE WHEN cut.gone = r.quantity THEN NULL ELSE r.warehouse_id END
    FROM cut WHERE r.id = cut.id
), waiting AS (
    INSERT INTO reservations (company_id, order_line_id, article_id, quantity, created_at)
    SELECT company_id, order_line_id, article_id, gone, created_at FROM cut WHERE gone < quantity
), freed AS (
    UPDATE stock s SET reserved = s.reserved - g.gone, updated_at = now()
    FROM (SELECT article_id, warehouse_id, sum(gone) AS gone FROM cut GROUP BY 1, 2) g
    WHERE s.article_id = g.article_id AND s.warehouse_id = g.warehouse_id
)
SELECT coalesce(sum(gone), 0) FROM cut""")


def give_up_excess(actor: Actor, places: Collection[tuple[int, int]]) -> Decimal:
    """Let orders wait again for what a shelf (article, warehouse) no longer has; the shelves are locked. Returns how much."""
    if not places:
        return Decimal(0)
    values = {"articles": [place[0] for place in places], "warehouses": [place[1] for place in places]}
    gone: Decimal = db.session.execute(_GIVE_UP, values).scalar_one()
    return gone


# Bins that together hold more than is on hand let go of it, in the pickers' way: what left unnoticed left from there.
_FIT_BINS = text("""
WITH over AS (
    SELECT b.article_id, b.warehouse_id, b.held - greatest(coalesce(s.on_hand, 0), 0) AS excess FROM (
        SELECT x.article_id, x.warehouse_id, sum(x.quantity) AS held
        FROM bin_stock x JOIN unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse)
            ON x.article_id = v.article AND x.warehouse_id = v.warehouse
        GROUP BY 1, 2
    ) b LEFT JOIN stock s ON s.article_id = b.article_id AND s.warehouse_id = b.warehouse_id
    WHERE b.held > greatest(coalesce(s.on_hand, 0), 0)
), cut AS (
    SELECT c.* FROM (
        SELECT x.id, x.bin_id, x.article_id, x.warehouse_id, x.batch,
            least(x.quantity, o.excess - (sum(x.quantity) OVER (
                PARTITION BY x.article_id, x.warehouse_id ORDER BY p.sort_key, p.code, x.batch) - x.quantity)) AS gone
        FROM bin_stock x JOIN over o ON o.article_id = x.article_id AND o.warehouse_id = x.warehouse_id
        JOIN bins p ON p.id = x.bin_id
    ) c WHERE c.gone > 0
), less AS (
    UPDATE bin_stock x SET quantity = x.quantity - cut.gone FROM cut WHERE x.id = cut.id
)
INSERT INTO stock_moves (article_id, warehouse_id, quantity, reason, reference, user_id, batch, bin_id)
SELECT cut.article_id, cut.warehouse_id, v.sign * cut.gone, 'relocation', '', :user, cut.batch,
    CASE v.sign WHEN -1 THEN cut.bin_id END
FROM cut CROSS JOIN (VALUES (-1), (1)) v (sign) ORDER BY cut.id, v.sign""")


def fit_bins(actor: Actor, places: Collection[tuple[int, int]]) -> None:
    """Bins of a shelf (article, warehouse) hold no more than is on hand there; the shelves are locked."""
    if places:
        db.session.execute(_FIT_BINS, {
            "articles": [place[0] for place in places], "warehouses": [place[1] for place in places],
            "user": actor.user_id,
        })  # fmt: skip
