"""Works out the order of the shop: a place for every article, and places of their own for what accounts buy.

Set-based throughout: some seconds for 100,000 articles and millions of order lines. Each part is a number from 0 to 1:
* sold: place among the sold articles by how many accounts bought it in a year;
* stock: 0 nothing left, 0.5 less than ten of the smallest quantity, 1 more;
* margin: of the usual list price, 0 where a cost is not known or no margin is left;
* promotion: 1 with a promotion of these goods; for all, or for the account;
* bought: by the account, half for how often (five orders are all), half for how lately (within two years).
A head has the best of its variants, because it stands for them in the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden
from app.core.texts import N_
from app.ordering.domain.ranking import Weights
from app.ordering.models.ranks import AccountArticleRank, AccountRankPart, RankRun

MOST_OF_PROMOTION = 200  # articles that a promotion lifts for its accounts: the first ones


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many articles have a place, and how many places are of single accounts."""

    articles: int
    account_rows: int


_GOODS = """
    WITH RECURSIVE below AS (
        SELECT t.promotion_id, t.category_id AS id FROM promotion_targets t WHERE t.category_id IS NOT NULL
        UNION SELECT b.promotion_id, c.id FROM below b JOIN categories c ON c.parent_id = b.id
    ), live AS (
        SELECT p.id, p.is_for_all FROM promotions p
        WHERE p.is_active AND NOT p.needs_coupon AND p.kind <> 'cart'
          AND (p.starts_at IS NULL OR p.starts_at <= :now) AND (p.ends_at IS NULL OR p.ends_at > :now)
          AND (p.budget_amount IS NULL OR p.spent_amount < p.budget_amount)
    )
    SELECT DISTINCT v.id AS promotion_id, v.is_for_all, coalesce(a.variant_of_id, a.id) AS article_id
    FROM live v JOIN (
        SELECT t.promotion_id, t.article_id FROM promotion_targets t WHERE t.article_id IS NOT NULL
        UNION SELECT b.promotion_id, a.id FROM below b JOIN articles a ON a.category_id = b.id
        UNION SELECT t.promotion_id, a.id FROM promotion_targets t JOIN articles a ON a.brand = t.brand WHERE t.brand <> ''
    ) g ON g.promotion_id = v.id JOIN articles a ON a.id = g.article_id"""

_PARTS = text(f"""
WITH goods AS MATERIALIZED ({_GOODS}
), sold AS (
    SELECT l.article_id, count(DISTINCT l.company_id) AS accounts FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.state <> 'cancelled' AND l.quantity > 0 AND o.placed_at >= CAST(:now AS timestamptz) - interval '365 days'
    GROUP BY l.article_id
), sold_part AS (
    SELECT article_id, round(rank() OVER (ORDER BY accounts)::numeric / count(*) OVER (), 6) AS part FROM sold
), free AS (
    SELECT article_id, sum(on_hand - reserved - threshold) AS free FROM stock GROUP BY article_id
), cost AS (
    SELECT DISTINCT ON (article_id) article_id, cost, currency FROM article_costs
    WHERE valid_from IS NULL OR valid_from <= CAST(:now AS date) ORDER BY article_id, valid_from DESC NULLS LAST
), usual AS (
    SELECT e.article_id, p.currency, max(e.price / e.base_quantity) AS price
    FROM chains c JOIN chain_lists l ON l.chain_id = c.id JOIN price_lists p ON p.id = l.price_list_id
    JOIN price_entries e ON e.price_list_id = p.id JOIN articles a ON a.id = e.article_id AND a.base_unit = e.unit
    WHERE c.is_default AND p.is_active AND NOT p.is_gross AND e.min_quantity = 0
      AND (e.valid_from IS NULL OR e.valid_from <= CAST(:now AS date))
      AND (e.valid_to IS NULL OR e.valid_to > CAST(:now AS date))
    GROUP BY e.article_id, p.currency
), single AS (
    SELECT coalesce(a.variant_of_id, a.id) AS id, coalesce(s.part, 0) AS sold,
           CASE WHEN coalesce(f.free, 0) <= 0 THEN 0 WHEN f.free < 10 * greatest(a.minimum, a.step, 1) THEN 0.5 ELSE 1 END AS stock,
           CASE WHEN u.price > 0 THEN round(greatest((u.price - k.cost) / u.price, 0), 6) END AS margin
    FROM articles a LEFT JOIN sold_part s ON s.article_id = a.id LEFT JOIN free f ON f.article_id = a.id
    LEFT JOIN cost k ON k.article_id = a.id LEFT JOIN usual u ON u.article_id = a.id AND u.currency = k.currency
    WHERE a.status <> 'discontinued'
), part AS (
    SELECT id, max(sold) AS sold, max(stock) AS stock, max(margin) AS margin FROM single GROUP BY id
), rated AS (
    SELECT p.*, CASE WHEN p.id IN (SELECT article_id FROM goods WHERE is_for_all) THEN 1 ELSE 0 END AS promotion FROM part p
), written AS (
    INSERT INTO article_rank_parts AS r (article_id, sold, stock, margin, promotion, score)
    SELECT id, sold, stock, margin, promotion,
           round(sold * :sold + stock * :stock + coalesce(margin, 0) * :margin + promotion * :promotion, 6) FROM rated
    ON CONFLICT (article_id) DO UPDATE
    SET sold = excluded.sold, stock = excluded.stock, margin = excluded.margin, promotion = excluded.promotion,
        score = excluded.score
    WHERE (r.sold, r.stock, r.margin, r.promotion, r.score)
        IS DISTINCT FROM (excluded.sold, excluded.stock, excluded.margin, excluded.promotion, excluded.score)
), gone AS (
    DELETE FROM article_rank_parts WHERE article_id NOT IN (SELECT id FROM rated)
)
SELECT count(*) FROM rated""")  # noqa: S608 -- constants of this file

_PLACES = text("""
WITH placed AS (
    SELECT article_id, 10000 * row_number() OVER (ORDER BY score DESC, article_id) AS place FROM article_rank_parts
), gone AS (
    DELETE FROM article_ranks WHERE article_id NOT IN (SELECT article_id FROM article_rank_parts)
)
INSERT INTO article_ranks AS r (article_id, place) SELECT article_id, place FROM placed
ON CONFLICT (article_id) DO UPDATE SET place = excluded.place WHERE r.place <> excluded.place""")

_ACCOUNTS = text(f"""
WITH goods AS MATERIALIZED ({_GOODS}
), lifted AS (
    SELECT g.promotion_id, g.article_id FROM (
        SELECT g.*, row_number() OVER (PARTITION BY g.promotion_id ORDER BY r.score DESC, g.article_id) AS n
        FROM goods g JOIN article_rank_parts r ON r.article_id = g.article_id WHERE NOT g.is_for_all
    ) g WHERE g.n <= :most
), meant AS (
    SELECT w.promotion_id, w.company_id FROM promotion_audience w WHERE w.company_id IS NOT NULL
    UNION SELECT w.promotion_id, c.id FROM promotion_audience w JOIN companies c ON c.group_id = w.group_id
    UNION SELECT w.promotion_id, m.company_id FROM promotion_audience w JOIN company_segments m ON m.segment_id = w.segment_id
), bought AS (
    SELECT l.company_id, coalesce(a.variant_of_id, a.id) AS article_id, count(DISTINCT o.id) AS orders,
           max(o.placed_at) AS last
    FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN articles a ON a.id = l.article_id
    WHERE o.state <> 'cancelled' AND l.quantity > 0 AND o.placed_at >= CAST(:now AS timestamptz) - interval '730 days'
    GROUP BY 1, 2
), own AS (
    SELECT company_id, article_id, max(bought) AS bought, max(promotion) AS promotion FROM (
        SELECT company_id, article_id,
               round(0.5 * least(orders, 5) / 5
                     + 0.5 * greatest(0, 1 - extract(epoch FROM CAST(:now AS timestamptz) - last) / 63072000), 6) AS bought,
               0 AS promotion FROM bought
        UNION ALL SELECT m.company_id, f.article_id, 0, 1 FROM lifted f JOIN meant m ON m.promotion_id = f.promotion_id
    ) each GROUP BY company_id, article_id
), rated AS (
    SELECT w.company_id, w.article_id, w.bought, w.promotion,
           r.score + round(w.bought * :bought + w.promotion * (1 - r.promotion) * :promotion, 6) AS score
    FROM own w JOIN article_rank_parts r ON r.article_id = w.article_id
)
INSERT INTO account_rank_parts (company_id, article_id, bought, promotion, score)
SELECT company_id, article_id, bought, promotion, score FROM rated""")  # noqa: S608 -- constants of this file

# Among the places of all, 10,000 apart: just before the first article that counts no more, the best first.
_ACCOUNT_PLACES = text("""
INSERT INTO account_article_ranks (company_id, article_id, place)
SELECT company_id, article_id, CASE WHEN is_raised
    THEN place - 10000 + least(row_number() OVER (PARTITION BY company_id, place, is_raised ORDER BY score DESC, article_id), 9999)
    ELSE place END
FROM (
    SELECT p.company_id, p.article_id, p.score, p.score > own.score AS is_raised,
           CASE WHEN p.score > own.score THEN coalesce((
               SELECT g.place FROM article_rank_parts r JOIN article_ranks g ON g.article_id = r.article_id
               WHERE r.score <= p.score ORDER BY r.score DESC, r.article_id LIMIT 1), f.place) ELSE f.place END AS place
    FROM account_rank_parts p JOIN article_rank_parts own ON own.article_id = p.article_id
    JOIN article_ranks f ON f.article_id = p.article_id
) raised""")


@command
def rank_articles(actor: Actor, weights: Weights) -> Ranked:
    """Work the whole order out anew with these weights; from the next request on lists stand in it. Safe to repeat."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    run = {"weights": weights.as_json(), "articles": 0, "account_rows": 0, "ran_at": clock.now()}
    statement = insert(RankRun).values(id=1, **run).on_conflict_do_update(index_elements=["id"], set_=run)
    db.session.execute(statement)  # holds back a second run until this one is done
    now = {"now": clock.now()}
    shared = {name: getattr(weights, name) for name in ("sold", "stock", "margin", "promotion")}
    articles: int = db.session.execute(_PARTS, {**now, **shared}).scalar_one()
    db.session.execute(_PLACES)
    db.session.execute(delete(AccountRankPart))
    db.session.execute(delete(AccountArticleRank))
    own = {"bought": weights.bought, "promotion": weights.promotion, "most": MOST_OF_PROMOTION}
    db.session.execute(_ACCOUNTS, {**now, **own})
    rows = db.session.execute(_ACCOUNT_PLACES).rowcount  # type: ignore[attr-defined]  # of an INSERT
    db.session.execute(
        insert(RankRun)
        .values(id=1, **run)
        .on_conflict_do_update(index_elements=["id"], set_={"articles": articles, "account_rows": rows})
    )
    return Ranked(articles, rows)
