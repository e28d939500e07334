"""Synonyms the operator keeps, and searches that found nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.catalog.domain.search_text import words_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

KEPT_DAYS = 180
_LONGEST = 100

_ADD = text("""
INSERT INTO search_synonyms (term, meaning, is_two_way, term_stems, meaning_stems)
SELECT g.term, g.meaning, :is_two_way, CASE WHEN strpos(g.term, ' ') > 0 THEN '{}' ELSE search_stems(g.term) END,
       CASE WHEN strpos(g.meaning, ' ') > 0 THEN '{}' ELSE search_stems(g.meaning) END
FROM (SELECT CAST(:term AS text) AS term, CAST(:meaning AS text) AS meaning) g
ON CONFLICT (term, meaning) DO NOTHING RETURNING id""")
_DROP = text("DELETE FROM search_synonyms WHERE id = :id RETURNING term, meaning, is_two_way")
_FORGET = text("DELETE FROM search_misses WHERE text = :text")
_FORGET_OLD = text("DELETE FROM search_misses WHERE last_at < :before")
_NOTE = text("""
INSERT INTO search_misses AS m (company_id, text, first_at, last_at) VALUES (:company, :text, :now, :now)
ON CONFLICT (company_id, text) DO UPDATE SET times = m.times + 1, last_at = excluded.last_at""")


@command
def add_synonym(actor: Actor, term: str, meaning: str, *, is_two_way: bool) -> int:
    """Who searches for the term finds the meaning, too; two-way: and the other way round.

    Searches for the term that found nothing are settled with it. Raises Invalid and, for one that is there, Conflict.
    """
    words = {"term": _plain("term", term), "meaning": _plain("meaning", meaning)}
    if words["term"] == words["meaning"]:
        raise Invalid("meaning", N_("Both are the same to the search."))
    synonym_id: int | None = db.session.scalar(_ADD, {**words, "is_two_way": is_two_way})
    if synonym_id is None:
        raise Conflict(N_("{term} means {meaning} already.", **words))
    audit.record(actor, "synonym", synonym_id, "created", {**words, "is_two_way": is_two_way})
    db.session.execute(_FORGET, {"text": words["term"]})
    return synonym_id


@command
def drop_synonym(actor: Actor, synonym_id: int) -> None:
    """Raises NotFound."""
    row = db.session.execute(_DROP, {"id": synonym_id}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such synonym."))
    audit.record(actor, "synonym", synonym_id, "deleted", dict(row._mapping))  # noqa: SLF001


@command
def note_miss(actor: Actor, typed: str) -> None:
    """Count a search of the actor's account that found nothing; who typed it is not kept, nor what looks like an address."""
    words = " ".join(words_of(typed))[:_LONGEST]
    if words and "@" not in typed:
        db.session.execute(_NOTE, {"company": actor.company_id, "text": words, "now": clock.now()})


@command
def forget_miss(actor: Actor, words: str) -> None:
    """Take a search off the list; it comes back when somebody tries it again."""
    db.session.execute(_FORGET, {"text": words})


@command
def forget_old_misses(actor: Actor) -> None:
    """Drop searches that have not come again for half a year."""
    db.session.execute(_FORGET_OLD, {"before": clock.now() - timedelta(days=KEPT_DAYS)})


def _plain(field: str, given: str) -> str:
    words = " ".join(words_of(given))
    if not words:
        raise Invalid(field, N_("Enter at least one word."))
    if len(words) > _LONGEST:
        raise Invalid(field, N_("At most {length} characters fit here.", length=_LONGEST))
    return words
