"""Articles and categories by plain functions. Call them inside `world()` or `ctx`; what they make is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.categories import CategoryRow, upsert_categories
from app.catalog.service.numbers import NumberRow, set_own_numbers
from app.core.actor import Actor
from app.core.tenancy import acting_as


def article(sku: str = "A-1", *, units: Mapping[str, int] | None = None, **facts: Any) -> int:
    """An article sold by the piece unless the facts say otherwise, with packs {unit: pieces}; returns its id."""
    packs = tuple(PackRow(unit, size) for unit, size in (units or {}).items())
    row = ArticleRow(sku, **({"name": f"Article {sku}", "units": packs} | facts))
    with acting_as(Actor.system()):
        result = upsert_articles(Actor.system(), [row])[0]
    assert result.article_id is not None, result.problem
    return result.article_id


def articles(count: int, prefix: str = "A", **facts: Any) -> list[int]:
    """Many alike: A-001, A-002, ..."""
    rows = [ArticleRow(f"{prefix}-{n:03d}", **({"name": f"Article {n:03d}"} | facts)) for n in range(1, count + 1)]
    with acting_as(Actor.system()):
        return [result.article_id or 0 for result in upsert_articles(Actor.system(), rows)]


def category(code: str, name: str = "", parent: str = "", **facts: Any) -> None:
    with acting_as(Actor.system()):
        upsert_categories(Actor.system(), [CategoryRow(code, name or f"Category {code}", parent=parent, **facts)])


def own_number(company_id: int, sku: str, number: str) -> None:
    with acting_as(Actor.system()):
        result = set_own_numbers(Actor.system(), company_id, [NumberRow(number, sku)])[0]
    assert result.problem is None, result.problem
