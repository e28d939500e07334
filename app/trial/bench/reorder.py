"""Ordering 1,000 lines again, and opening a list of 5,000 at today's prices and stock."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.reorder import lines_again
from app.ordering.queries.requisition_lists import list_head, list_lines
from app.ordering.service.checkout import submit
from app.ordering.service.filling import fill_cart
from app.ordering.service.requisition_lines import put_lines
from app.ordering.service.requisition_lists import create_list
from app.trial.bench import benches
from app.trial.bench.orders import BARE_PRICES, full_cart
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_LIST = [(1 + place * 3, Decimal(1 + place % 150)) for place in range(5000)]
_BARE_CART = """
INSERT INTO carts (company_id, user_id, name, currency)
SELECT company_id, user_id, number, currency FROM orders WHERE id = %s RETURNING id"""
_BARE_LINES = f"""
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, checked_price,
    checked_base_quantity)
SELECT 2, %s, row_number() OVER (), q.article_id, q.quantity, 'H87', q.quantity, q.price, 1
FROM ({BARE_PRICES}) q (article_id, quantity, price, net)"""  # noqa: S608 -- constants


@contextmanager
def _reorder(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    actor = stock.actor
    with stock.app.app_context(), acting_as(actor):
        ship_to: Any = stock.bare.execute("SELECT id FROM addresses WHERE company_id = 2").fetchone()
        stock.bare.rollback()
        placed = submit(
            actor, full_cart(stock), Wishes(int(ship_to[0]), po_number="AGAIN"), client_ref=str(uuid.uuid4())
        )
        if placed.order is None:
            raise RuntimeError("the bench's order waits for approval")
        order_id = placed.order.id

        def ours() -> None:
            lines = lines_again(actor, order_id)
            fill_cart(actor, lines, client_ref=str(uuid.uuid4()), new_cart_name="Again")

        def floor() -> None:
            rows = stock.bare.execute(
                "SELECT article_id, quantity FROM order_lines WHERE order_id = %s ORDER BY position", (order_id,)
            ).fetchall()
            cart: Any = stock.bare.execute(_BARE_CART, (order_id,)).fetchone()
            columns = [list(column) for column in zip(*rows, strict=True)]
            stock.bare.execute(_BARE_LINES, (cart[0], *columns))
            stock.bare.commit()

        yield ours, floor


benches.add(
    "reorder_1000",
    Bench(
        "reorder_1000",
        "put an order of 1,000 lines into a new cart at today's prices",
        "the same rows read, priced and written by bare SQL",
        _reorder,
        15,
    ),
)


@contextmanager
def _list(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    actor = stock.actor
    columns = [list(column) for column in zip(*_LIST, strict=True)]
    with stock.app.app_context(), acting_as(actor):
        list_id = create_list(actor, "Bench", client_ref=str(uuid.uuid4()))
        lines = [WantedLine(article_id, quantity, "H87") for article_id, quantity in _LIST]
        put_lines(actor, list_id, lines, client_ref=str(uuid.uuid4()))

        def ours() -> None:
            list_lines(actor, list_head(actor, list_id))

        def floor() -> None:
            stock.bare.execute(
                "SELECT article_id, quantity, unit FROM requisition_lines WHERE list_id = %s ORDER BY position",
                (list_id,),
            ).fetchall()
            stock.bare.execute("SELECT id, sku, name FROM articles WHERE id = ANY(%s)", (columns[0],)).fetchall()
            stock.bare.execute(BARE_PRICES, columns).fetchall()
            stock.bare.execute(
                "SELECT article_id, on_hand - reserved FROM stock WHERE article_id = ANY(%s)", (columns[0],)
            ).fetchall()

        yield ours, floor
    stock.bare.rollback()


benches.add(
    "list_5000",
    Bench(
        "list_5000",
        "open a list of 5,000 lines at today's prices and stock",
        "bare SQL for lines, articles, prices, stock",
        _list,
        9,
    ),
)
