"""Why the search finds an article: which word matched how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.catalog.domain.article import Article
from app.catalog.domain.finding import Found, Query
from app.catalog.domain.search_query import Plan, Term
from app.catalog.domain.search_text import number_of, words_of
from app.catalog.queries.search import find
from app.catalog.queries.search_words import understand
from app.core.actor import Actor
from app.core.db import db

_WORDS = text("""
SELECT id, numbers, ARRAY(SELECT l.lexeme FROM unnest(words) AS l WHERE l.weights IS NOT NULL)
FROM article_search WHERE id = ANY(CAST(:ids AS bigint[]))""")


@dataclass(frozen=True, slots=True)
class Reason:
    """What was typed, how it matched and in what: whole, beginning, stem, compound, number, own number or synonym."""

    typed: str
    how: str
    matched: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A found article with a reason for each word."""

    article: Article
    reasons: tuple[Reason, ...]


def explain(actor: Actor, typed: str, *, company_id: int | None, limit: int = 20) -> tuple[Found, list[Hit]]:
    """The first hits as the account gets them."""
    found = find(actor, Query(typed), limit=limit, company_id=company_id, with_facets=False)
    searched = found.corrected or typed
    plan = understand(searched).plan(searched)
    rows = db.session.execute(_WORDS, {"ids": [article.id for article in found.articles]})
    held = {article_id: (numbers.split(), set(words)) for article_id, numbers, words in rows}
    return found, [Hit(article, tuple(_reasons(plan, article, *held[article.id]))) for article in found.articles]


def _reasons(plan: Plan, article: Article, numbers: Sequence[str], words: set[str]) -> Iterator[Reason]:
    own = number_of(article.customer_number)
    if plan.number and plan.number in own:
        yield Reason(plan.number, "own number", article.customer_number)
        return
    whole = next((number for number in numbers if plan.joined and plan.joined in number), "")
    if whole:
        yield Reason(plan.joined, "number", whole)
        return
    for term in plan.terms:
        yield _reason(term, numbers, words)


def _reason(term: Term, numbers: Sequence[str], words: set[str]) -> Reason:
    typed = term.typed
    if all(word in words for word in typed.split()):
        return Reason(typed, "whole", typed)
    for how, offered in (
        ("beginning", sorted(word for word in words if word.startswith(typed))),
        ("stem", [mate for mate in term.mates if mate in words]),
        ("compound", [ending for ending in term.endings if ending in words]),
        ("number", [number for number in numbers if term.part and term.part in number]),
        ("synonym", [meaning for meaning in term.meanings if _has(words, meaning)]),
    ):
        if offered:
            return Reason(typed, how, offered[0])
    return Reason(typed, "beginning" if " " in typed else "other form", "")


def _has(words: set[str], meaning: str) -> bool:
    return all(any(word.startswith(part[:4]) for word in words) for part in words_of(meaning))
