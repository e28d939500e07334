"""The shop at an account's own prices and stock: a list in one pricing call, one article whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.catalog.domain.article import Article
from app.catalog.queries.browse import ArticlePage, Sort, article_page, search
from app.core.actor import Actor
from app.core.errors import NotFound
from app.inventory.domain.promise import ZERO, Promise
from app.inventory.queries.promises import promises
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.domain.chain import Break
from app.pricing.domain.price import PricedLine
from app.pricing.queries.prices import ladders, price_lines


@dataclass(slots=True)
class ShopRow:
    """An article in a list: price and promise for the smallest quantity one can order."""

    article: Article
    quantity: Decimal
    price: PricedLine
    promise: Promise


@dataclass(frozen=True, slots=True)
class ProductPage:
    """An article with everything a buyer decides by. `breaks` are the whole ladder of the account."""

    row: ShopRow
    page: ArticlePage
    breaks: tuple[Break, ...]
    today: date


def shop_rows(
    actor: Actor,
    *,
    text: str,
    category: str,
    sort: Sort,
    is_descending: bool,
    after: Sequence[str] | None,
    before: Sequence[str] | None,
    limit: int,
) -> list[ShopRow]:
    """A page of articles that can be ordered; four statements whatever the number."""
    try:
        found = search(
            actor, text, category, sort, after, before=before, is_descending=is_descending, with_variants=bool(text),
            limit=limit,
        )  # fmt: skip
    except ValueError:
        raise NotFound from None
    return _rows(actor, found, price_day(actor))


def product(actor: Actor, sku: str) -> ProductPage:
    """One article by its number; also one that is no longer sold, because old lists still lead to it."""
    page = article_page(actor, sku)
    day = price_day(actor)
    (row,) = _rows(actor, [page.article], day)
    found = ladders(actor, [page.article.id], company_id=actor.company_id, on=day)
    return ProductPage(row, page, found.get(page.article.id, ()), day)


def _rows(actor: Actor, articles: Sequence[Article], day: date) -> list[ShopRow]:
    firsts = [smallest(article) for article in articles]
    items = [price_item(article, first, article.base_unit) for article, first in zip(articles, firsts, strict=True)]
    prices = price_lines(actor, items, company_id=actor.company_id, on=day) if items else []
    needs = [need(article, first) for article, first in zip(articles, firsts, strict=True)]
    promised = promises(actor, needs, day)
    return [
        ShopRow(article, first, price, promised[article.id])
        for article, first, price in zip(articles, firsts, prices, strict=True)
    ]


def smallest(article: Article) -> Decimal:
    """The smallest quantity in the base unit that can be ordered."""
    return article.rule.fit(ZERO).above or Decimal(1)
