"""Taking a change back: the reverse change is a new one, told in the history like any other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.facts import FACTS, Portrait, is_pair
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.catalog.queries.portraits import portraits
from app.catalog.service.articles import take_turn, upsert_articles
from app.catalog.service.attachments import restore_attachments
from app.catalog.service.history import told
from app.catalog.service.pictures import restore_pictures
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.texts import N_

# Facts that an import row can only add to, or not empty: they are put back as they were.
_AS_THEY_WERE = ("names", "descriptions", "custom", "hazard", "maximum", "weight_kg", "length_mm", "width_mm", "height_mm",
                 "lead_time_days")  # fmt: skip
_NUMBERS = ("minimum", "step", "maximum", "weight_kg", "length_mm", "width_mm", "height_mm")
_SIZES = ("weight_kg", "length_mm", "width_mm", "height_mm")
_BY_ROW = (
    "name", "description", "brand", "mpn", "gtin", "precision", "minimum", "step", "anchor", "vat_category", "vat_class",
    "stock_policy", "status", "discount_group", "origin_country", "customs_code", "attributes", "variant_of", "axes", "units",
)  # fmt: skip


@command
def undo_change(actor: Actor, sku: str, entry_id: int) -> None:
    """Take one entry of an article's history back. Raises Conflict when a fact of it has changed again since."""
    take_turn()
    article = db.session.execute(
        select(Article.id, Article.sku).where(Article.sku_key == key_of(sku)).with_for_update()
    ).one_or_none()
    if article is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    entry = next((one for one in audit.history(actor, "article", article.id) if one.id == entry_id), None)
    pairs = {name: value for name, value in entry.changes.items() if name in FACTS and is_pair(value)} if entry else {}
    if not pairs:
        raise Conflict(N_("There is nothing to undo here."))
    now = portraits(actor, [article.id])[article.id]
    for name, (_before, after) in pairs.items():
        if now[name] != after:
            raise Conflict(
                N_("“{field}” has been changed again since. Undo the later change first.", field=FACTS[name])
            )
    with told(actor, article.id, action="undone", undo_of=entry_id):
        put_back(actor, article.id, article.sku, {name: before for name, (before, _after) in pairs.items()})


def put_back(actor: Actor, article_id: int, sku: str, facts: Portrait) -> None:
    """Make these facts of an article as a portrait has them; inside a command that tells the change."""
    values: dict[str, Any] = {name: _plain(name, facts[name]) for name in _AS_THEY_WERE if name in facts}
    if "category" in facts:
        values["category_id"] = _category_id(facts["category"])
    if "successor_sku" in facts:
        values |= {"successor_id": _successor_id(facts["successor_sku"]), "successor_key": ""}
    if values:
        db.session.execute(update(Article).where(Article.id == article_id).values(**values))
    row = {name: _for_row(name, facts[name]) for name in _BY_ROW if name in facts}
    result = upsert_articles(actor, [ArticleRow(sku, **row)], is_told=False)[0]
    if result.problem is not None:
        raise Conflict(N_("This cannot be undone: {reason}", reason=result.problem))
    if "pictures" in facts:
        restore_pictures(actor, article_id, facts["pictures"])
    if "attachments" in facts:
        restore_attachments(actor, article_id, facts["attachments"])


def _plain(name: str, value: Any) -> Any:
    return Decimal(value) if name in _NUMBERS and value is not None else value


def _for_row(name: str, value: Any) -> Any:
    if name == "units":
        return tuple(_pack(pack) for pack in value)
    return tuple(value) if name == "axes" else _plain(name, value)


def _pack(values: Mapping[str, Any]) -> PackRow:
    sizes = {name: Decimal(values[name]) for name in _SIZES if values.get(name) is not None}
    return PackRow(**{**values, **sizes})


def _category_id(code: str) -> int | None:
    if not code:
        return None
    found = db.session.scalar(select(Category.id).where(Category.code == code))
    if found is None:
        raise Conflict(N_("There is no category {code} any more.", code=code))
    return found


def _successor_id(sku: str) -> int | None:
    return db.session.scalar(select(Article.id).where(Article.sku == sku)) if sku else None
