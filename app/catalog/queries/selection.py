"""All articles of an operator's list, as ids: for changing and exporting what is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from app.catalog.domain.bulk import Filter
from app.catalog.domain.search_query import Plan
from app.catalog.queries.search import BRANCH, plan_values, words_sql
from app.catalog.queries.search_words import corrected, understand
from app.core.actor import Actor
from app.core.db import db


@cache
def _statement(columns: str, *, has_words: bool, has_parts: bool, has_category: bool, all_states: bool) -> TextClause:
    before, words = words_sql(has_parts=has_parts) if has_words else ("", "")
    conditions = [
        *([words] if words else []),
        *([f"s.{BRANCH}"] if has_category else []),
        *([] if all_states else ["s.status <> 'discontinued'"]),
    ]
    start = f"WITH {before.rstrip().removesuffix(',')}" if before else ""
    return text(f"{start} SELECT {columns} FROM article_search s WHERE {' AND '.join(conditions) or 'true'}")  # noqa: S608


def _plans(words: str) -> Iterator[Plan]:
    """As typed, then with digits as parts of numbers, then put right: the list of `search.find` goes the same way."""
    vocabulary = understand(words)
    yield vocabulary.plan(words)
    yield vocabulary.plan(words, with_parts=True)
    instead = corrected(words, vocabulary)
    if instead:
        yield understand(instead).plan(instead)


def _asked(actor: Actor, wanted: Filter, plan: Plan | None, columns: str) -> tuple[TextClause, dict[str, Any]]:
    has_words = plan is not None and bool(plan.terms)
    statement = _statement(
        columns, has_words=has_words, has_parts=plan is not None and plan.has_parts, has_category=bool(wanted.category),
        all_states=wanted.with_discontinued,
    )  # fmt: skip
    values: dict[str, Any] = {"category": wanted.category} if wanted.category else {}
    if plan is not None and has_words:
        values |= plan_values(plan) | {"company": actor.company_id}
    return statement, values


def filtered_ids(actor: Actor, wanted: Filter) -> list[int]:
    """Ids of all articles a filter finds."""
    for plan in _plans(wanted.words) if wanted.words.strip() else (None,):
        ids = list(db.session.execute(*_asked(actor, wanted, plan, "s.id")).scalars())
        if ids:
            return ids
    return []


def count_filtered(actor: Actor, wanted: Filter) -> int:
    """How many there are."""
    for plan in _plans(wanted.words) if wanted.words.strip() else (None,):
        found: int = db.session.execute(*_asked(actor, wanted, plan, "count(*)")).scalar_one()
        if found:
            return found
    return 0
