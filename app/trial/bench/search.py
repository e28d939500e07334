"""Search, facets and the order of own prices among 100,000 articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from app.catalog.domain.finding import Query
from app.catalog.queries.search import find
from app.catalog.queries.search_words import understand
from app.core.tenancy import acting_as
from app.ordering.queries.cart import price_day
from app.ordering.queries.shop import Look, shop_page
from app.trial.bench import benches
from app.trial.bench.scale import lists_of_buyer
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_FOUND = """
SELECT count(*) OVER (), a.id, a.sku, a.name, a.brand, a.base_unit
FROM article_search s JOIN articles a ON a.id = s.id
WHERE s.words @@ CAST(%s AS tsquery) AND s.status <> 'discontinued' ORDER BY s.size, s.id LIMIT 50
"""
_FACETS = """
WITH hit AS MATERIALIZED (
    SELECT s.id, s.facets, s.size FROM article_search s WHERE s.words @@ CAST(%s AS tsquery) AND s.status <> 'discontinued'
)
SELECT (SELECT json_agg(x) FROM (SELECT f.attribute_id, f.value, c.n FROM (
            SELECT u.id, count(*) AS n FROM hit h, unnest(h.facets) u (id) GROUP BY u.id) c JOIN facet_values f ON f.id = c.id) x),
       (SELECT json_agg(x) FROM (SELECT a.id, a.sku, a.name FROM hit h JOIN articles a ON a.id = h.id
                                 ORDER BY h.size, h.id LIMIT 50) x)
"""
# The price of every article by the chain's priority, sorted: what the order of own prices is without knowing more.
_SORTED = """
SELECT a.id, a.sku, a.name, p.price
FROM articles a
LEFT JOIN LATERAL (
    SELECT e.price FROM unnest(%s::bigint[]) WITH ORDINALITY o (id, place)
    JOIN price_entries e ON e.price_list_id = o.id
    WHERE e.article_id = a.id AND e.min_quantity <= 1 ORDER BY o.place, e.min_quantity DESC LIMIT 1
) p ON true
WHERE a.status <> 'discontinued' AND (%s = '' OR a.category_id = (SELECT id FROM categories WHERE code = %s))
ORDER BY p.price, a.id LIMIT 50
"""


def _search(
    text: str, meant: str = "", *, with_facets: bool = False
) -> Callable[[BenchStock], AbstractContextManager[tuple[Work, Work]]]:
    """The search's whole answer beside one statement that knows already what was meant."""

    @contextmanager
    def prepare(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        with stock.app.app_context(), acting_as(stock.actor):
            words = meant or text
            query = understand(words).plan(words).query

            def ours() -> None:
                if not find(stock.actor, Query(text), with_facets=with_facets).total:
                    raise RuntimeError(f"nothing found for {text}")

            def floor() -> None:
                stock.bare.execute((_FACETS if with_facets else _FOUND).encode(), (query,)).fetchall()

            yield ours, floor
        stock.bare.rollback()

    return prepare


def _sort(category: str) -> Callable[[BenchStock], AbstractContextManager[tuple[Work, Work]]]:
    """A page in the order of own prices with prices and stock beside the bare order."""

    @contextmanager
    def prepare(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        lists = lists_of_buyer(stock)
        with stock.app.app_context(), acting_as(stock.actor):
            price_day(stock.actor)

            def ours() -> None:
                look = Look(Query(category=category), "price")
                if len(shop_page(stock.actor, look, after=None, before=None, limit=50).rows) != 50:
                    raise RuntimeError("too few articles")

            def floor() -> None:
                stock.bare.execute(_SORTED.encode(), (lists, category, category)).fetchall()

            yield ours, floor
        stock.bare.rollback()

    return prepare


_ONE_STATEMENT = "one bare SQL statement over the same index"
for _name, _title, _prepare, _floor, _runs in (
    ("scale_search_common", "search by a common word", _search("bolt"), _ONE_STATEMENT, 30),
    ("scale_search_rare", "search by two words that few articles have", _search("step drill M39"), _ONE_STATEMENT, 30),
    ("scale_search_typo", "search by a misspelt word", _search("screwdirver", "screwdriver"),
     "one bare SQL statement for the right word", 20),
    ("scale_search_number", "search by a part of a number", _search("0079190"), _ONE_STATEMENT, 30),
    ("scale_facets", "search by a common word with facets", _search("bolt", with_facets=True),
     "one bare SQL statement that counts the same", 20),
    ("scale_sort_category", "the cheapest 50 of a category of 2,000 at own prices", _sort("C00"),
     "one bare SQL statement: all prices, sorted", 20),
    ("scale_sort_own_price", "the cheapest 50 of all articles at own prices", _sort(""),
     "one bare SQL statement: all prices, sorted", 10),
):  # fmt: skip
    benches.add(_name, Bench(_name, _title, _floor, _prepare, _runs, is_large=True))
