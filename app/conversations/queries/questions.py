"""Frequently asked questions: found by the words somebody writes, in his language, and kept by sales."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text

from app.conversations.models.questions import FaqQuestion, FaqText, FaqUse
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

MOST = 3
_MOST_WORDS = 60
_STEM = 5
# PostgreSQL knows no Ukrainian: there the beginnings of words are compared
_LANGUAGES: Mapping[str, str] = {"en": "english", "ru": "russian"}

_SUGGEST = text("""
SELECT t.question_id, t.question, t.answer
FROM faq_texts t
JOIN faq_questions q ON q.id = t.question_id AND q.is_active
CROSS JOIN unnest(CAST(:words AS text[])) AS w
WHERE t.locale = :locale
  AND (q.subject_kinds = '[]'::jsonb OR q.subject_kinds @> to_jsonb(CAST(:kind AS text)))
  AND to_tsvector(CAST(:language AS regconfig), t.question || ' ' || t.keywords)
      @@ to_tsquery(CAST(:language AS regconfig), w)
GROUP BY t.question_id, t.question, t.answer, q.position
HAVING count(*) >= :needed
ORDER BY count(*) DESC, q.position, t.question_id
LIMIT :most""")


@dataclass(frozen=True, slots=True)
class Suggestion:
    id: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class FaqWords:
    """A question in one language."""

    question: str = ""
    answer: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class FaqRow:
    """A question for those who keep it; how often it was shown before sending, and how often it was enough."""

    id: int
    subject_kinds: tuple[str, ...]
    is_active: bool
    position: int
    words: Mapping[str, FaqWords]
    shown: int
    helped: int

    @property
    def title(self) -> str:
        return next((one.question for one in self.words.values() if one.question), "")


def suggest(actor: Actor, kind: str, written: str) -> list[Suggestion]:
    """At most three questions that share words with what somebody writes, in his language. One statement."""
    found = list(dict.fromkeys(re.findall(r"[^\W_]{3,}", written.lower())))[:_MOST_WORDS]
    if not found:
        return []
    language = _LANGUAGES.get(actor.locale, "simple")
    words = [f"{one[:_STEM]}:*" if language == "simple" else one for one in found]
    values = {
        "words": words, "locale": actor.locale, "kind": kind, "language": language, "most": MOST,
        "needed": 1 if len(words) <= MOST else 2,
    }  # fmt: skip
    return [Suggestion(*row) for row in db.session.execute(_SUGGEST, values)]


def faq_rows(actor: Actor) -> list[FaqRow]:
    """All questions in their order. Three statements."""
    words: dict[int, dict[str, FaqWords]] = {}
    for one in db.session.scalars(select(FaqText).order_by(FaqText.locale)):
        words.setdefault(one.question_id, {})[one.locale] = FaqWords(one.question, one.answer, one.keywords)
    uses: dict[tuple[int, str], int] = {
        (row[0], row[1]): row[2]
        for row in db.session.execute(
            select(FaqUse.question_id, FaqUse.kind, func.count()).group_by(FaqUse.question_id, FaqUse.kind)
        )
    }
    return [
        FaqRow(
            one.id, tuple(one.subject_kinds), one.is_active, one.position, words.get(one.id, {}),
            uses.get((one.id, "shown"), 0), uses.get((one.id, "helped"), 0),
        )
        for one in db.session.scalars(select(FaqQuestion).order_by(FaqQuestion.position, FaqQuestion.id))
    ]  # fmt: skip


def faq_row(actor: Actor, question_id: int) -> FaqRow:
    found = next((one for one in faq_rows(actor) if one.id == question_id), None)
    if found is None:
        raise NotFound
    return found
