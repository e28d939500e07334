"""Bulk ordering beside its floors: a file of 189 rows over HTTP, 100 lines with 15 breaks each, one row of a pad of 1,000."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.ordering.queries.cart import price_day
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import price_lines
from app.trial.bench import benches
from app.trial.bench.orders import BARE_PRICES
from app.trial.bench_stock import BUYER_COMPANY, PASSWORD, BenchStock
from app.trial.measure import Bench, Work

_FIRST, _ROWS, _LINES, _BREAKS = 15_001, 189, 100, 15
# Fifteen breaks in the list of the account for the articles of the file; taken away again after measuring.
_FILL = f"""
INSERT INTO price_entries (price_list_id, article_id, unit, min_quantity, price)
SELECT 3, n, 'H87', b * 7 + 1000, round((n % 977 + 50) / 10.0 * (0.9 - b / 100.0), 4)
FROM generate_series({_FIRST}, {_FIRST + _ROWS - 1}) n, generate_series(1, {_BREAKS}) b"""  # noqa: S608 -- constants
_EMPTY = f"DELETE FROM price_entries WHERE price_list_id = 3 AND min_quantity >= 1000 AND article_id >= {_FIRST}"  # noqa: S608
_ARTICLES = "SELECT sku_key, id, name FROM articles WHERE sku_key = ANY(%s)"
_STOCK = "SELECT article_id, on_hand - reserved FROM stock WHERE article_id = ANY(%s)"


@contextmanager
def _with_breaks(stock: BenchStock) -> Iterator[None]:
    stock.bare.execute(_FILL.encode())
    stock.bare.commit()
    try:
        yield
    finally:
        stock.bare.rollback()
        stock.bare.execute(_EMPTY.encode())
        stock.bare.commit()


def _signed_in(stock: BenchStock) -> FlaskClient:
    client = stock.app.test_client()
    client.post("/sign-in", data={"email": "buyer@example.test", "password": PASSWORD})
    return client


def _bare_lines(stock: BenchStock, wanted: list[tuple[str, Decimal]]) -> list[Any]:
    """Articles, prices and stock by bare SQL."""
    found = stock.bare.execute(_ARTICLES, ([sku for sku, _ in wanted],)).fetchall()
    known: dict[Any, Any] = {row[0]: row[1] for row in found}
    lines = [(known[sku], quantity) for sku, quantity in wanted if sku in known]
    prices = stock.bare.execute(BARE_PRICES, [list(column) for column in zip(*lines, strict=True)]).fetchall()
    stock.bare.execute(_STOCK, ([article_id for article_id, _ in lines],)).fetchall()
    return prices


@contextmanager
def _upload(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    text = "Item code,Qty\n" + "".join(f"A-{_FIRST + n:06d},{n % 40 + 1}\n" for n in range(_ROWS))
    client = _signed_in(stock)

    def ours() -> None:
        answer = client.post("/quick-order", data={"file": (io.BytesIO(text.encode()), "order.csv")})
        if answer.status_code != 200 or b"Put 189 good lines" not in answer.data:
            raise RuntimeError(f"the upload answered {answer.status_code}")

    def floor() -> None:
        rows = list(csv.reader(io.StringIO(text)))[1:]
        _bare_lines(stock, [(sku, Decimal(quantity)) for sku, quantity in rows])

    with _with_breaks(stock):
        yield ours, floor


@contextmanager
def _price(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    wanted = [(_FIRST + n, Decimal(1000 + n % 110)) for n in range(_LINES)]
    items = [PriceItem(article_id, quantity, "H87", "H87", Factor(1)) for article_id, quantity in wanted]
    columns = [list(column) for column in zip(*wanted, strict=True)]
    with _with_breaks(stock), stock.app.app_context(), acting_as(stock.actor):
        day = price_day(stock.actor)
        yield (
            lambda: price_lines(stock.actor, items, company_id=BUYER_COMPANY, on=day),
            lambda: stock.bare.execute(BARE_PRICES, columns).fetchall(),
        )


@contextmanager
def _edit(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    """The pad sends the row that has changed, however many others there are."""
    client = _signed_in(stock)
    quantities = random.Random(4)  # noqa: S311 -- any numbers

    def ours() -> None:
        rows = f"500\tA-{_FIRST:06d}\t{quantities.randint(1, 900)}\t\t"
        answer = client.post("/quick-order/judge", data={"rows": rows})
        if answer.status_code != 200 or b'data-state="good"' not in answer.data:
            raise RuntimeError(f"the pad answered {answer.status_code}")

    yield ours, lambda: _bare_lines(stock, [(f"A-{_FIRST:06d}", Decimal(quantities.randint(1, 900)))])
    stock.bare.rollback()


_FLOOR = "csv module, bare SQL for articles, prices, stock"
benches.add("upload_189", Bench("upload_189", "upload 189 rows, the whole page over HTTP", _FLOOR, _upload, 15))
benches.add(
    "price_100x15",
    Bench("price_100x15", "price 100 lines of 15 breaks each", "one bare SQL statement with lateral joins", _price, 30),
)
benches.add(
    "pad_edit", Bench("pad_edit", "one edit in the pad, the whole answer over HTTP", "bare SQL of one line", _edit, 40)
)
