"""One article by hand: what changed is kept as history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import SIZES, ArticleRow, problem_of
from app.catalog.domain.facts import Portrait
from app.catalog.models.articles import Article
from app.catalog.queries.portraits import portraits
from app.catalog.service.articles import take_turn, upsert_articles
from app.catalog.service.history import tell_changes
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

# What a form may empty; an import leaves it.
_EMPTIED = ("category", "maximum", "weight_kg", "lead_time_days", "successor_sku", *SIZES)


@command
def create_article(actor: Actor, row: ArticleRow) -> int:
    """A new article. Raises Invalid, or Conflict when the number is taken."""
    if db.session.scalar(select(Article.id).where(Article.sku_key == key_of(row.sku))) is not None:
        raise Conflict(N_("There is an article {sku} already.", sku=row.sku))
    article_id = _store(actor, row)
    audit.record(actor, "article", article_id, "created")
    return article_id


@command
def edit_article(actor: Actor, row: ArticleRow, *, seen: datetime) -> bool:
    """Make an article as the row says; `seen` is when it had changed last as the editor saw it.

    Returns whether anything changed. Raises Conflict when somebody else was faster, NotFound and Invalid. The base
    unit stays: stock, prices and orders are counted in it.
    """
    held = _held(row.sku, seen)
    if row.base_unit not in (None, held.base_unit):
        raise Invalid("base_unit", N_("The base unit stays: stock, prices and orders are counted in it."))
    before = portraits(actor, [held.id])
    _empty(held.id, row, before[held.id])
    _store(actor, row)
    return bool(tell_changes(actor, before, portraits(actor, [held.id])))


@command
def amend_article(actor: Actor, row: ArticleRow, *, seen: datetime) -> bool:
    """Change only what the row gives; `seen`, the answer and what is raised as `edit_article` has them."""
    held = _held(row.sku, seen)
    before = portraits(actor, [held.id])
    _store(actor, row)
    return bool(tell_changes(actor, before, portraits(actor, [held.id])))


def _held(sku: str, seen: datetime) -> Any:
    take_turn()
    held = db.session.execute(
        select(Article.id, Article.base_unit, Article.updated_at)
        .where(Article.sku_key == key_of(sku))
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    if held.updated_at != seen:
        raise Conflict(N_("Somebody has changed this article meanwhile. Look at it again."))
    return held


def _empty(article_id: int, row: ArticleRow, before: Portrait) -> None:
    """Take out what the row leaves empty, before the rest is stored as an import would."""
    columns = {"category": "category_id", "successor_sku": "successor_id"}
    values: dict[str, Any] = {
        columns.get(name, name): None for name in _EMPTIED if not getattr(row, name) and before[name] not in (None, "")
    }
    if "successor_id" in values:
        values["successor_key"] = ""
    for texts, given in (("names", row.names), ("descriptions", row.descriptions)):
        kept = {language: words for language, words in before[texts].items() if (given or {}).get(language, words)}
        if kept != before[texts]:
            values[texts] = kept
    if values:
        db.session.execute(update(Article).where(Article.id == article_id).values(**values))


def _store(actor: Actor, row: ArticleRow) -> int:
    found = problem_of(row)
    if found:
        raise Invalid(*found)
    result = upsert_articles(actor, [row], is_told=False)[0]
    if result.problem is not None or result.article_id is None:
        raise Invalid(result.field, result.problem or "")
    return result.article_id
