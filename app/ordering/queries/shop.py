"""The shop at an account's own prices and stock: a list in one pricing call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.catalog.domain.article import Article
from app.catalog.domain.order_quantity import smallest
from app.catalog.queries.browse import Sort, search
from app.core.actor import Actor
from app.core.errors import NotFound
from app.inventory.domain.promise import Promise
from app.inventory.queries.promises import promises
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.domain.price import PricedLine
from app.pricing.queries.prices import price_lines


@dataclass(slots=True)
class ShopRow:
    """An article in a list: price and promise for the smallest quantity one can order."""

    article: Article
    quantity: Decimal
    price: PricedLine
    promise: Promise


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
    return offers(actor, found, price_day(actor))


def offers(actor: Actor, articles: Sequence[Article], day: date) -> list[ShopRow]:
    """Articles at the account's own prices and stock, in their order; a constant number of statements."""
    firsts = [smallest(article) for article in articles]
    items = [price_item(article, first, article.base_unit) for article, first in zip(articles, firsts, strict=True)]
    prices = price_lines(actor, items, company_id=actor.company_id, on=day) if items else []
    needs = [need(article, first) for article, first in zip(articles, firsts, strict=True)]
    promised = promises(actor, needs, day)
    return [
        ShopRow(article, first, price, promised[article.id])
        for article, first, price in zip(articles, firsts, prices, strict=True)
    ]
