"""The shop at an account's own prices and stock: a list in one pricing call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from app.catalog.domain.article import Article
from app.catalog.domain.finding import Bounds, Found, Key, Narrowing, Ordering, Query, Sort
from app.catalog.domain.order_quantity import smallest
from app.catalog.queries.articles import articles_by_id
from app.catalog.queries.browse import Sort as ListSort
from app.catalog.queries.browse import search, sort_key
from app.catalog.queries.search import find, found_ids, sold_condition
from app.core.actor import Actor
from app.core.errors import NotFound
from app.inventory.domain.promise import Promise
from app.inventory.queries.narrowing import by_stock, in_stock
from app.inventory.queries.promises import promises
from app.ordering.queries.bought import bought_before, by_last_order
from app.ordering.queries.cart import need, price_day, price_item
from app.ordering.queries.ranked import by_place, in_order
from app.pricing.domain.price import PricedLine
from app.pricing.queries.own_price import Matching, Place, by_own_price
from app.pricing.queries.prices import price_lines


@dataclass(slots=True)
class ShopRow:
    """An article in a list: price and promise for the smallest quantity one can order."""

    article: Article
    quantity: Decimal
    price: PricedLine
    promise: Promise


@dataclass(frozen=True, slots=True)
class Look:
    """What a buyer looks for, and in which order; `sort` is one of SORTS.

    `price_range` holds own net prices for one base unit, both ends included; it is only looked at in the order of prices.
    """

    query: Query
    sort: str = "name"
    is_descending: bool = False
    only_in_stock: bool = False
    only_bought: bool = False
    price_range: Bounds = (None, None)

    @property
    def has_price_range(self) -> bool:
        return self.price_range != (None, None)

    @property
    def is_narrowed(self) -> bool:
        return self.query.is_narrowed or self.only_in_stock or self.only_bought or self.has_price_range

    @property
    def is_everything(self) -> bool:
        return not (self.query.text or self.query.category or self.is_narrowed)


@dataclass(frozen=True, slots=True)
class ShopPage:
    """Rows of a list; `found` is None for the list of everything, which is not counted."""

    rows: list[ShopRow]
    found: Found | None
    keys: Mapping[int, Key]


# Orders beside relevance, name, number and price; "place" is the order worked out for the account.
ORDERINGS: Mapping[str, Callable[[Actor], Ordering]] = {
    "stock": lambda _actor: by_stock(),
    "bought": by_last_order,
    "place": by_place,
}


def _moment(key: str) -> str:
    """A key of the last order; raises ValueError."""
    return key if key == "-infinity" else datetime.fromisoformat(key).isoformat()


_NO_PRICE = "-"


def _price(key: str) -> Decimal | None:
    """A key of the order by price; raises ValueError or ArithmeticError."""
    return None if key == _NO_PRICE else Decimal(key)


# How the first part of a page key must read, by sort.
KEY_PARTS: Mapping[str, Callable[[str], object]] = {
    "relevance": int, "stock": Decimal, "bought": _moment, "place": int, "price": lambda key: _price(key) or True,
}  # fmt: skip
SORTS = ("relevance", "name", "sku", "price", *ORDERINGS)


def shop_page(
    actor: Actor, look: Look, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> ShopPage:
    """A page of articles that can be ordered; a constant number of statements. Raises NotFound for a damaged key."""
    try:
        if look.sort == "price":
            return _by_price(actor, look, after=after, before=before, limit=limit)
        if look.sort == "place" and look.is_everything and not look.query.with_variants:
            return _in_order(actor, after=after, before=before, limit=limit)
        if look.sort in ("name", "sku") and look.is_everything:
            return _everything(actor, look, after=after, before=before, limit=limit)
        found = find(
            actor, look.query, "own" if look.sort in ORDERINGS else cast("Sort", look.sort),
            is_descending=look.is_descending, after=after, before=before, limit=limit,
            narrowings=_narrowings(actor, look),
            ordering=ORDERINGS[look.sort](actor) if look.sort in ORDERINGS else None,
        )  # fmt: skip
    except ValueError:
        raise NotFound from None
    return ShopPage(offers(actor, found.articles, price_day(actor)), found, found.keys)


def _everything(
    actor: Actor, look: Look, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> ShopPage:
    """The list of all articles walks along an index: counting what it has would take longer than the page."""
    column: ListSort = "sku" if look.sort == "sku" else "name"
    articles = search(
        actor, "", "", column, after, before=before, is_descending=look.is_descending,
        with_variants=look.query.with_variants, limit=limit,
    )  # fmt: skip
    keys = {article.id: sort_key(article, column) for article in articles}
    return ShopPage(offers(actor, articles, price_day(actor)), None, keys)


def _in_order(actor: Actor, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int) -> ShopPage:
    """The list of all articles in the order worked out for the account, along its index."""
    places = in_order(actor, after=after, before=before, limit=limit)
    articles = articles_by_id(actor, [article_id for _place, article_id in places])
    keys = {article_id: (str(place), article_id) for place, article_id in places}
    return ShopPage(offers(actor, [articles[article_id] for article_id in keys], price_day(actor)), None, keys)


def _by_price(
    actor: Actor, look: Look, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> ShopPage:
    """Articles in the order of the account's own prices, variants each for itself."""
    query, narrowings = replace(look.query, with_variants=True), _narrowings(actor, look)
    found = None
    if look.is_everything:
        matching = Matching(*sold_condition(actor))
    else:
        found = find(actor, query, "relevance", limit=1, narrowings=narrowings)
        ids, values = found_ids(actor, query, found, narrowings=narrowings)
        matching = Matching(f"a.id IN ({ids})", values, ids, found.total)
    day = price_day(actor)
    places = by_own_price(
        actor, matching, company_id=actor.company_id, on=day,
        after=_place(after), before=_place(before), is_descending=look.is_descending, low=look.price_range[0],
        high=look.price_range[1], limit=limit,
    )  # fmt: skip
    articles = articles_by_id(actor, [article_id for _price, article_id in places])
    keys = {article_id: (_NO_PRICE if price is None else str(price), article_id) for price, article_id in places}
    return ShopPage(offers(actor, [articles[article_id] for article_id in keys], day), found, keys)


def _place(key: Sequence[str] | None) -> Place | None:
    return None if key is None else (_price(key[0]), int(key[1]))


def _narrowings(actor: Actor, look: Look) -> list[Narrowing]:
    chosen = [in_stock()] if look.only_in_stock else []
    return [*chosen, bought_before(actor, is_counted=not look.only_bought)]


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
