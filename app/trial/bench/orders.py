"""Pricing and placing 1,000 lines, previewing 5,000."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.cart import price_day
from app.ordering.queries.quick_order import preview, read_file
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import price_lines
from app.trial.bench import benches
from app.trial.bench_stock import BUYER_COMPANY, BenchStock
from app.trial.measure import Bench, Prepared, Work

_LINES = 1000
_ITEMS = [(1 + place * 17, Decimal(1 + place % 150)) for place in range(_LINES)]

# One statement: the price of each line by the chain's priority and its break, and the sum.
BARE_PRICES = """
SELECT i.article_id, i.quantity, p.price, round(i.quantity * p.price, 2)
FROM unnest(%s::bigint[], %s::numeric[]) WITH ORDINALITY i (article_id, quantity, place)
JOIN LATERAL (
    SELECT e.price FROM chain_lists c JOIN price_entries e ON e.price_list_id = c.price_list_id
    WHERE c.chain_id = 1 AND e.article_id = i.article_id AND e.unit = 'H87' AND e.min_quantity <= i.quantity
    ORDER BY e.min_quantity DESC, c.position LIMIT 1
) p ON true
ORDER BY i.place
"""


@contextmanager
def _price(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    items = [PriceItem(article_id, quantity, "H87", "H87", Factor(1)) for article_id, quantity in _ITEMS]
    columns = [list(column) for column in zip(*_ITEMS, strict=True)]

    with stock.app.app_context(), acting_as(stock.actor):
        day = price_day(stock.actor)

        def ours() -> None:
            price_lines(stock.actor, items, company_id=BUYER_COMPANY, on=day)

        def floor() -> None:
            stock.bare.execute(BARE_PRICES, columns).fetchall()

        yield ours, floor
    stock.bare.rollback()


benches.add(
    "price_1000",
    Bench("price_1000", "price 1,000 lines at own prices", "one bare SQL statement with lateral joins", _price, 30),
)


# The same writes in one bare transaction: cart, order, lines with texts, stock under lock, reservations.
_BARE_PLACE = (
    "SELECT id FROM stock WHERE article_id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
    """INSERT INTO orders (company_id, number, client_ref, currency, net_total, gross_total, line_count)
       VALUES (2, %(ref)s, %(ref)s, 'EUR', 0, 0, 1000)""",
    f"""INSERT INTO order_lines (company_id, order_id, position, article_id, sku, name, quantity, unit, base_quantity,
           unit_price, price_unit, net, vat_rate)
        SELECT 2, (SELECT id FROM orders WHERE client_ref = %(ref)s), row_number() OVER (), q.article_id, a.sku, a.name,
               q.quantity, 'H87', q.quantity, q.price, 'H87', q.net, 19
        FROM ({BARE_PRICES.replace("%s", "%(ids)s", 1).replace("%s", "%(quantities)s", 1)}) q
             (article_id, quantity, price, net)
        JOIN articles a ON a.id = q.article_id""",  # noqa: S608 -- constants of this file
    """UPDATE stock s SET reserved = s.reserved + w.quantity
       FROM unnest(%(ids)s::bigint[], %(quantities)s::numeric[]) w (article_id, quantity)
       WHERE s.article_id = w.article_id""",
    """INSERT INTO reservations (company_id, order_line_id, article_id, warehouse_id, quantity)
       SELECT 2, l.id, l.article_id, 1, l.base_quantity FROM order_lines l
       WHERE l.order_id = (SELECT id FROM orders WHERE client_ref = %(ref)s)""",
    """UPDATE orders SET net_total = (SELECT sum(net) FROM order_lines WHERE order_id = orders.id)
       WHERE client_ref = %(ref)s""",
    """INSERT INTO audit_entries (company_id, user_name, via, object_type, object_id, action)
       VALUES (2, '', 'web', 'order', 1, 'placed')""",
)


def full_cart(stock: BenchStock) -> int:
    """The buyer's active cart with exactly the 1,000 lines, prices seen."""
    wanted = [WantedLine(article_id, quantity, "H87") for article_id, quantity in _ITEMS]
    added = add_lines(stock.actor, None, wanted, client_ref=str(uuid.uuid4()))
    check_prices(stock.actor, added.page.cart_id)
    return added.page.cart_id


@contextmanager
def _place(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    ids = [article_id for article_id, _ in _ITEMS]
    quantities = [quantity for _, quantity in _ITEMS]
    with stock.app.app_context(), acting_as(stock.actor):
        ship_to: Any = stock.bare.execute("SELECT id FROM addresses WHERE company_id = 2").fetchone()
        stock.bare.rollback()

        def floor() -> None:
            values = {"ids": ids, "quantities": quantities, "ref": str(uuid.uuid4())}
            for statement in _BARE_PLACE:
                stock.bare.execute(statement, values)
            stock.bare.commit()

        yield _placing(stock, int(ship_to[0])), floor


def _placing(stock: BenchStock, ship_to_id: int) -> Prepared:
    def prepare() -> int:
        return full_cart(stock)

    def work(cart_id: int) -> None:
        submit(stock.actor, cart_id, Wishes(ship_to_id, po_number="BENCH"), client_ref=str(uuid.uuid4()))

    return Prepared(prepare, work)


benches.add(
    "place_1000",
    Bench(
        "place_1000",
        "place an order of 1,000 lines",
        "the same rows written by bare SQL in one transaction",
        _place,
        15,
    ),
)


def order_file(rows: int) -> bytes:
    """A CSV as buyers send it: SKU, text, quantity; some rows repeat, some are wrong."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("Item code", "Description", "Qty"))
    for place in range(rows):
        number = 1 + place * 3 % 19_997
        sku = f"A-{number:06d}" if place % 250 else f"B-{number:06d}"
        writer.writerow((sku, f'Article 3" {number}', 0 if place % 300 == 7 else 1 + place % 90))
    return text.getvalue().encode()


@contextmanager
def _preview(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    data = order_file(5000)
    with stock.app.app_context(), acting_as(stock.actor):

        def ours() -> None:
            preview(stock.actor, read_file(data, "order.csv"))

        def floor() -> None:
            rows = list(csv.reader(io.StringIO(data.decode())))[1:]
            codes = [row[0] for row in rows]
            found = stock.bare.execute("SELECT sku_key, id FROM articles WHERE sku_key = ANY(%s)", (codes,)).fetchall()
            known: dict[Any, Any] = {row[0]: row[1] for row in found}
            wanted = [(known[row[0]], Decimal(row[2])) for row in rows if row[0] in known and row[2] != "0"]
            stock.bare.execute(BARE_PRICES, [list(column) for column in zip(*wanted, strict=True)]).fetchall()
            stock.bare.execute("SELECT article_id, on_hand - reserved FROM stock WHERE article_id = ANY(%s)",
                               ([article_id for article_id, _ in wanted],)).fetchall()  # fmt: skip

        yield ours, floor
    stock.bare.rollback()


benches.add(
    "preview_5000",
    Bench("preview_5000", "preview an order file of 5,000 rows", "csv module, bare SQL for articles, prices, stock",
          _preview, 9),
)  # fmt: skip
