"""One article by hand: what changed is kept as history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import ArticleRow, problem_of
from app.catalog.models.articles import Article, ArticleUnit
from app.catalog.models.categories import Category
from app.catalog.service.articles import take_turn, upsert_articles
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

# What a form may empty; an import leaves it.
_EMPTIED = ("category", "maximum", "weight_kg", "lead_time_days", "successor_sku")
_KEPT = (
    "name", "names", "description", "category", "brand", "mpn", "gtin", "base_unit", "precision", "minimum", "step",
    "maximum", "anchor", "vat_category", "vat_class", "weight_kg", "lead_time_days", "stock_policy", "status",
    "successor_sku", "discount_group", "units",
)  # fmt: skip


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
    take_turn()
    held = db.session.execute(
        select(Article.id, Article.base_unit, Article.updated_at)
        .where(Article.sku_key == key_of(row.sku))
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise NotFound(N_("There is no article {sku}.", sku=row.sku))
    if held.updated_at != seen:
        raise Conflict(N_("Somebody has changed this article meanwhile. Look at it again."))
    if row.base_unit not in (None, held.base_unit):
        raise Invalid("base_unit", N_("The base unit stays: stock, prices and orders are counted in it."))
    before = _facts(held.id)
    _empty(held.id, row, before)
    _store(actor, row)
    after = _facts(held.id)
    changes = {name: [before[name], after[name]] for name in _KEPT if before[name] != after[name]}
    if changes:
        audit.record(actor, "article", held.id, "changed", changes)
    return bool(changes)


def _empty(article_id: int, row: ArticleRow, before: dict[str, Any]) -> None:
    """Take out what the row leaves empty, before the rest is stored as an import would."""
    columns = {"category": "category_id", "successor_sku": "successor_id"}
    values: dict[str, Any] = {
        columns.get(name, name): None for name in _EMPTIED if not getattr(row, name) and before[name] not in (None, "")
    }
    if "successor_id" in values:
        values["successor_key"] = ""
    named = {language: name for language, name in before["names"].items() if (row.names or {}).get(language, name)}
    if named != before["names"]:
        values["names"] = named
    if values:
        db.session.execute(update(Article).where(Article.id == article_id).values(**values))


def _store(actor: Actor, row: ArticleRow) -> int:
    found = problem_of(row)
    if found:
        raise Invalid(*found)
    result = upsert_articles(actor, [row])[0]
    if result.problem is not None or result.article_id is None:
        raise Invalid(result.field, result.problem or "")
    return result.article_id


def _facts(article_id: int) -> dict[str, Any]:
    """An article as the history tells it."""
    successor = select(Article.sku).where(
        Article.id == select(Article.successor_id).where(Article.id == article_id).scalar_subquery()
    )
    columns = [getattr(Article, name) for name in _KEPT if name not in ("category", "successor_sku", "units")]
    row = db.session.execute(
        select(*columns, Category.code.label("category"))
        .outerjoin(Category, Category.id == Article.category_id)
        .where(Article.id == article_id)
    ).one()
    units = db.session.execute(
        select(ArticleUnit.unit, ArticleUnit.numerator, ArticleUnit.denominator, ArticleUnit.gtin)
        .where(ArticleUnit.article_id == article_id)
        .order_by(ArticleUnit.position)
    )
    packs = [
        f"{u.unit} = {u.numerator}{f'/{u.denominator}' if u.denominator > 1 else ''} {u.gtin}".strip() for u in units
    ]
    return {**row._mapping, "successor_sku": db.session.scalar(successor) or "", "units": ", ".join(packs)}  # noqa: SLF001
