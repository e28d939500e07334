"""The large ground: prices, listings, search and sorting among 100,000 articles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from flask import Flask

from app.catalog.queries.articles import articles_by_id
from app.core.tenancy import acting_as
from app.ordering.queries.cart import price_day, price_item
from app.pricing.queries.prices import price_lines
from app.trial.bench import benches
from app.trial.bench_stock import BUYER_COMPANY, PASSWORD, BenchStock
from app.trial.measure import Bench, Work
from app.trial.scale import bare

_BARE_PRICES = """
SELECT i.article_id, i.quantity, p.price, round(i.quantity * p.price, 2), p.code, p.min_quantity
FROM unnest(%s::bigint[], %s::numeric[]) WITH ORDINALITY i (article_id, quantity, place)
LEFT JOIN LATERAL (
    SELECT e.price, l.code, e.min_quantity
    FROM unnest(%s::bigint[]) WITH ORDINALITY o (id, place) JOIN price_lists l ON l.id = o.id
    JOIN price_entries e ON e.price_list_id = l.id
    WHERE e.article_id = i.article_id AND e.min_quantity <= i.quantity ORDER BY o.place, e.min_quantity DESC LIMIT 1
) p ON true
ORDER BY i.place
"""


def lists_of_buyer(stock: BenchStock) -> list[int]:
    """What the buyer's chain asks, in order."""
    found: list[int] = [row[0] for row in stock.bare.execute(bare.LISTS.encode()).fetchall()]  # type: ignore[misc]
    return found


@contextmanager
def _price(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    """1,000 lines spread over the range, each with its reasons put into words."""
    lists = lists_of_buyer(stock)
    ids = [row[0] for row in stock.bare.execute("SELECT id FROM articles ORDER BY sku_key LIMIT 1000").fetchall()]
    quantities = [Decimal(1 + place % 150) for place in range(len(ids))]
    with stock.app.app_context(), acting_as(stock.actor):
        day = price_day(stock.actor)
        articles = articles_by_id(stock.actor, ids)  # type: ignore[arg-type]
        items = [
            price_item(articles[key], quantity, articles[key].base_unit)  # type: ignore[index]
            for key, quantity in zip(ids, quantities, strict=True)
        ]

        def ours() -> None:
            for line in price_lines(stock.actor, items, company_id=BUYER_COMPANY, on=day):
                if not line.steps:
                    raise RuntimeError("a price without a reason")

        def floor() -> None:
            stock.bare.execute(_BARE_PRICES, (ids, quantities, lists)).fetchall()

        yield ours, floor
    stock.bare.rollback()


@contextmanager
def _page(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    """The first page of a category of 2,000 articles."""
    lists = lists_of_buyer(stock)
    client = stock.app.test_client()
    client.post("/sign-in", data={"email": "buyer@example.test", "password": PASSWORD})
    app = Flask("bare")

    @app.get("/")
    def page() -> str:
        rows = stock.bare.execute(bare.LISTING.encode(), ("C00", lists)).fetchall()
        return app.jinja_env.from_string(bare.TEMPLATE).render(rows=rows)

    floor = app.test_client()

    def ours() -> None:
        answer = client.get("/shop?category=C00")
        if answer.status_code != 200:
            raise RuntimeError(f"the shop answered {answer.status_code}")

    yield ours, lambda: floor.get("/")
    stock.bare.rollback()


benches.add(
    "scale_price_1000",
    Bench("scale_price_1000", "price 1,000 lines with reasons, 4 million entries", "one bare SQL statement", _price, 30,
          is_large=True),
)  # fmt: skip
benches.add(
    "scale_page_50",
    Bench("scale_page_50", "listing of 50 out of 2,000 with own price and stock", "a bare Flask route", _page, 40,
          is_large=True),
)  # fmt: skip
