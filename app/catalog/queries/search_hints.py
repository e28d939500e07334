"""Synonyms, and searches that found nothing, for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db


@dataclass(frozen=True, slots=True)
class SynonymLine:
    """Who searches for the term also finds the meaning."""

    id: int
    term: str
    meaning: str
    is_two_way: bool


@dataclass(frozen=True, slots=True)
class MissLine:
    """A search that found nothing, over all accounts; `account` is the code of the one that tried it last."""

    text: str
    times: int
    accounts: int
    last_at: datetime
    account: str


_SYNONYMS = """
SELECT id, term, meaning, is_two_way FROM search_synonyms
WHERE (:words = '' OR strpos(term, :words) > 0 OR strpos(meaning, :words) > 0)
  AND (CAST(:key AS text) IS NULL OR (term, id) {sign} (:key, :id))
ORDER BY term {order}, id {order} LIMIT :limit"""
_MISSES = """
SELECT m.text, sum(m.times)::int AS times, count(*)::int, max(m.last_at) AS last_at,
       (array_agg(c.code ORDER BY m.last_at DESC))[1]
FROM search_misses m JOIN companies c ON c.id = m.company_id
GROUP BY m.text
HAVING CAST(:key AS timestamptz) IS NULL OR (max(m.last_at), m.text) {sign} (CAST(:key AS timestamptz), :text)
ORDER BY last_at {order}, m.text {order} LIMIT :limit"""
_STATEMENTS = {
    (kind, backwards): text(statement.format(sign=sign, order=order))
    for kind, statement, forth, back in (
        ("synonyms", _SYNONYMS, (">", "ASC"), ("<", "DESC")),
        ("misses", _MISSES, ("<", "DESC"), (">", "ASC")),
    )
    for backwards, (sign, order) in ((False, forth), (True, back))
}


def synonyms(
    actor: Actor,
    words: str = "",
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[SynonymLine]:
    """By term; keys are (term, id)."""
    key, backwards = after or before, before is not None and not after
    values = {"words": words, "key": key[0] if key else None, "id": int(key[1]) if key else 0, "limit": limit}
    rows = [SynonymLine(*row) for row in db.session.execute(_STATEMENTS["synonyms", backwards], values)]
    return rows[::-1] if backwards else rows


def misses(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[MissLine]:
    """The latest first; keys are (last_at, text)."""
    key, backwards = after or before, before is not None and not after
    values = {"key": key[0] if key else None, "text": key[1] if key else "", "limit": limit}
    rows = [MissLine(*row) for row in db.session.execute(_STATEMENTS["misses", backwards], values)]
    return rows[::-1] if backwards else rows
