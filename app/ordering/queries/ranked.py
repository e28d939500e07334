"""The order of the shop as buyers read it: places, and nothing of what they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import TextClause, text

from app.catalog.domain.finding import Ordering
from app.catalog.queries.search import sold_condition
from app.core.actor import Actor
from app.core.db import db

UNRANKED = 10**15  # the place of articles that are newer than the order
Place = tuple[int, int]

_OWN = "SELECT FROM account_article_ranks x WHERE x.company_id = :rank_company AND x.article_id = a.id"
_PAGE = """
SELECT id, place FROM (
    (SELECT a.id, r.place FROM account_article_ranks r JOIN articles a ON a.id = r.article_id
     WHERE r.company_id = :rank_company AND {sold} {beyond} ORDER BY r.place {way}, r.article_id {way} LIMIT :limit)
    UNION ALL
    (SELECT a.id, r.place FROM article_ranks r JOIN articles a ON a.id = r.article_id
     WHERE {sold} {beyond} AND NOT EXISTS ({own}) ORDER BY r.place {way}, r.article_id {way} LIMIT :limit)
) u ORDER BY place {way}, id {way} LIMIT :limit"""
_NEW = """
SELECT a.id, {last} FROM articles a
WHERE {sold} {beyond} AND NOT EXISTS (SELECT FROM article_ranks r WHERE r.article_id = a.id) AND NOT EXISTS ({own})
ORDER BY a.id {way} LIMIT :limit"""


def is_ranked(actor: Actor) -> bool:
    """Whether the order has been worked out at all; one statement."""
    return bool(db.session.scalar(text("SELECT EXISTS (SELECT FROM article_ranks)")))


_STANDING = text("""
WITH mine AS (
    SELECT coalesce(x.place, r.place) AS place, x.place IS NOT NULL AS is_own
    FROM articles a JOIN article_ranks r ON r.article_id = coalesce(a.variant_of_id, a.id)
    LEFT JOIN account_article_ranks x ON x.article_id = r.article_id AND x.company_id = :company
    WHERE a.id = :id
)
SELECT 1 + (SELECT count(*) FROM account_article_ranks o WHERE o.company_id = :company AND o.place < m.place)
       + (SELECT count(*) FROM article_ranks g WHERE g.place < m.place AND NOT EXISTS (
            SELECT FROM account_article_ranks o WHERE o.company_id = :company AND o.article_id = g.article_id)), m.is_own
FROM mine m""")


def own_place(actor: Actor, article_id: int, company_id: int | None = None) -> tuple[int | None, bool]:
    """Where an article stands for the account, and whether that place is its own; None where it has no place yet.

    The operator names the account. Assortments are not looked at.
    """
    company = company_id if actor.is_operator else actor.company_id
    row = db.session.execute(_STANDING, {"company": company, "id": article_id}).one_or_none()
    return (row[0], row[1]) if row else (None, False)


def by_place(actor: Actor) -> Ordering:
    """The order of the shop for what a search found."""
    join = """LEFT JOIN article_ranks rank_all ON rank_all.article_id = h.id
        LEFT JOIN account_article_ranks rank_own ON rank_own.article_id = h.id AND rank_own.company_id = :rank_company"""
    key = f"coalesce(rank_own.place, rank_all.place, {UNRANKED})"
    return Ordering(join, key, "bigint", {"rank_company": actor.company_id})


def in_order(actor: Actor, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int) -> list[Place]:
    """(place, article id) of a page of everything that is sold, heads for their variants. One statement, at an end two.

    Raises ValueError for a damaged key.
    """
    sold, values = sold_condition(actor)
    sold = f"a.variant_of_id IS NULL AND {sold}"
    is_back = before is not None and after is None
    key = after or before
    values = {**values, "rank_company": actor.company_id, "limit": limit}
    if key:
        values |= {"place": int(key[0]), "id": int(key[1])}
    parts = [_ranked, _new] if not is_back else [_new, _ranked]
    if key and values["place"] == UNRANKED and not is_back:
        parts = [_new]
    elif key and values["place"] != UNRANKED and is_back:
        parts = [_ranked]
    found: list[Place] = []
    for part in parts:
        if len(found) < limit:
            # the key is of one part only; the other is read from its beginning
            has_key = bool(key) and (part is _new) == (values["place"] == UNRANKED)
            rows = db.session.execute(
                part(sold, is_back=is_back, has_key=has_key), values | {"limit": limit - len(found)}
            )
            found += [(place, article_id) for article_id, place in rows]
    return found[::-1] if is_back else found


@cache
def _ranked(sold: str, *, is_back: bool, has_key: bool) -> TextClause:
    way, sign = ("DESC", "<") if is_back else ("ASC", ">")
    beyond = f"AND (r.place, r.article_id) {sign} (CAST(:place AS bigint), CAST(:id AS bigint))" if has_key else ""
    return text(_PAGE.format(sold=sold, beyond=beyond, way=way, own=_OWN))


@cache
def _new(sold: str, *, is_back: bool, has_key: bool) -> TextClause:
    way, sign = ("DESC", "<") if is_back else ("ASC", ">")
    beyond = f"AND a.id {sign} CAST(:id AS bigint)" if has_key else ""
    return text(_NEW.format(sold=sold, beyond=beyond, way=way, own=_OWN, last=UNRANKED))
