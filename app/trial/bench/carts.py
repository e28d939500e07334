"""One change in carts of 50 to 5,000 lines, as the browser sends it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any

from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.service.cart import add_lines, new_cart
from app.trial.bench import benches
from app.trial.bench_stock import PASSWORD, BenchStock
from app.trial.measure import Bench, Work

_PART = {"HX-Request": "true"}
_LAST = 19_999  # an article that is in none of the carts

# What one change cannot do without: write the line, find its price and stock, add up the cart.
_BARE = (
    "SELECT id FROM carts WHERE id = %(cart)s FOR UPDATE",
    "UPDATE cart_lines SET quantity = %(quantity)s, base_quantity = %(quantity)s WHERE id = %(line)s",
    """SELECT p.price, s.on_hand - s.reserved FROM cart_lines l JOIN stock s ON s.article_id = l.article_id
       JOIN LATERAL (SELECT e.price FROM chain_lists c JOIN price_entries e ON e.price_list_id = c.price_list_id
           WHERE c.chain_id = 1 AND e.article_id = l.article_id AND e.min_quantity <= l.quantity
           ORDER BY e.min_quantity DESC, c.position LIMIT 1) p ON true
       WHERE l.id = %(line)s""",
    "SELECT vat_category, vat_rate, sum(net_seen) FROM cart_lines WHERE cart_id = %(cart)s GROUP BY 1, 2",
)


@dataclass(frozen=True, slots=True)
class _Cart:
    """A cart with so many lines, and the line in its middle."""

    id: int
    line_id: int


def _filled(stock: BenchStock, lines: int) -> _Cart:
    wanted = [WantedLine(1 + place * 3, Decimal(1 + place % 150), "H87") for place in range(lines)]
    with stock.app.app_context(), acting_as(stock.actor):
        cart_id = new_cart(stock.actor, f"{lines} lines")
        page = add_lines(stock.actor, cart_id, wanted, client_ref=str(uuid.uuid4())).page
    return _Cart(cart_id, page.rows[lines // 2].line_id)


def _browser(stock: BenchStock) -> Any:
    client = stock.app.test_client()
    client.post("/sign-in", data={"email": "buyer@example.test", "password": PASSWORD})
    return client


def _editing(client: Any, cart: _Cart) -> Work:
    quantities = cycle(range(2, 90))

    def edit() -> None:
        values = {"cart": cart.id, f"quantity-{cart.line_id}": str(next(quantities))}
        answer = client.post("/cart/lines", data=values, headers=_PART)
        if answer.status_code != 200:
            raise RuntimeError(f"the cart answered {answer.status_code}")

    return edit


def _adding(stock: BenchStock, cart: _Cart) -> Work:
    def add() -> None:
        with stock.app.app_context(), acting_as(stock.actor):
            add_lines(stock.actor, cart.id, [WantedLine(_LAST, Decimal(1), "H87")], client_ref=str(uuid.uuid4()))

    return add


@contextmanager
def _against_bare(stock: BenchStock, *, lines: int) -> Iterator[tuple[Work, Work]]:
    cart = _filled(stock, lines)
    quantities = cycle(range(2, 90))

    def floor() -> None:
        values = {"cart": cart.id, "line": cart.line_id, "quantity": next(quantities)}
        for statement in _BARE:
            stock.bare.execute(statement, values)
        stock.bare.commit()

    yield _editing(_browser(stock), cart), floor


@contextmanager
def _against_small(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    client = _browser(stock)
    yield _editing(client, _filled(stock, 5000)), _editing(client, _filled(stock, 50))


@contextmanager
def _against_small_with_offer(stock: BenchStock, *, kind: str) -> Iterator[tuple[Work, Work]]:
    """The same while a promotion holds for all goods."""
    stock.bare.execute(
        "INSERT INTO promotions (code, name, kind, effect, value) VALUES ('BENCH', 'Bench', %s, 'percent', 3)", (kind,)
    )
    stock.bare.commit()
    try:
        with _against_small(stock) as both:
            yield both
    finally:
        stock.bare.rollback()
        stock.bare.execute("DELETE FROM promotions WHERE code = 'BENCH'")
        stock.bare.commit()


@contextmanager
def _adding_against_small(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    yield _adding(stock, _filled(stock, 5000)), _adding(stock, _filled(stock, 50))


_SMALL = "the same in a cart of 50 lines"
_BARE_WORDS = "bare SQL: lock, write, price, stock, sum"

for _lines in (50, 200, 1000):
    benches.add(
        f"edit_{_lines}",
        Bench(f"edit_{_lines}", f"one change in a cart of {_lines:,} lines, over HTTP", _BARE_WORDS,
              partial(_against_bare, lines=_lines), 40),
    )  # fmt: skip
benches.add(
    "edit_5000", Bench("edit_5000", "one change in a cart of 5,000 lines, over HTTP", _SMALL, _against_small, 60)
)
for _kind, _words in (("cart", "the whole order"), ("line", "each line")):
    benches.add(
        f"edit_5000_offer_{_kind}",
        Bench(f"edit_5000_offer_{_kind}", f"one change in a cart of 5,000 lines with something off {_words}", _SMALL,
              partial(_against_small_with_offer, kind=_kind), 40),
    )  # fmt: skip
benches.add(
    "add_to_5000", Bench("add_to_5000", "one more line into a cart of 5,000", _SMALL, _adding_against_small, 60)
)
