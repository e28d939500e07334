"""Orders as bare rows, and random changes of them. Call inside `world()` or `ctx`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.insights.service.aggregates import rebuild, refresh
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article, category

START = datetime(2025, 1, 1, tzinfo=UTC)
_numbers = count(1)
_ORDER = text("""
INSERT INTO orders (company_id, number, client_ref, source, state, placed_at, currency, net_total, gross_total,
    line_count, staff_id)
VALUES (:company_id, :number, :client_ref, :source, 'placed', :placed_at, :currency, 0, 0, :line_count, :staff_id)
RETURNING id""")
_LINE = text("""
INSERT INTO order_lines (company_id, order_id, position, article_id, sku, name, quantity, unit, base_quantity,
    unit_price, price_unit, net, promised_on, delivered_quantity, shipped_quantity, claimed_quantity, state)
VALUES (:company_id, :order_id, :position, :article_id, 'X', 'X', :quantity, 'H87', :quantity, :price, 'H87', :net,
    :promised_on, 0, 0, 0, 'placed')""")


def bare_order(
    company_id: int,
    lines: list[tuple[int, Any, Any]],
    at: datetime,
    *,
    currency: str = "EUR",
    source: str = "portal",
    client_ref: str = "",
    staff_id: int | None = None,
) -> int:
    """An order with (article, quantity, price) lines; returns its id."""  # fmt: skip
    number = f"T-{next(_numbers)}"
    with transaction() as session:
        order_id = session.scalar(
            _ORDER,
            {
                "company_id": company_id,
                "number": number,
                "client_ref": client_ref or number,
                "source": source,
                "placed_at": at,
                "currency": currency,
                "line_count": len(lines),
                "staff_id": staff_id,
            },
        )
        for position, (article_id, quantity, price) in enumerate(lines, start=1):
            values = {
                "company_id": company_id, "order_id": order_id, "position": position, "article_id": article_id,
                "quantity": Decimal(str(quantity)), "price": Decimal(str(price)), "promised_on": None,
                "net": Decimal(str(quantity)) * Decimal(str(price)),
            }  # fmt: skip
            session.execute(_LINE, values)
    return int(order_id)


@dataclass
class Ledger:
    """Accounts, articles and orders to change at random."""

    companies: list[int]
    articles: list[int]
    orders: list[int] = field(default_factory=list)

    def place(self, seed: int) -> int:
        lines = [
            (self.articles[(seed + place) % len(self.articles)], 1 + (seed + place) % 5, f"{1 + seed % 90}.{place}7")
            for place in range(1 + seed % 3)
        ]
        order_id = bare_order(
            self.companies[seed % len(self.companies)], lines,
            START + timedelta(hours=seed % 8_700, minutes=seed % 60), currency="USD" if seed % 5 == 0 else "EUR",
            source=("portal", "api", "edi", "history")[seed % 4],
            client_ref=f"standing:{seed}:{next(_numbers)}" if seed % 7 == 0 else "",
        )  # fmt: skip
        self.orders.append(order_id)
        return order_id

    def clear(self) -> None:
        self.orders.clear()
        with transaction() as session:
            session.execute(text("DELETE FROM orders"))

    def step(self, kind: str, seed: int) -> None:
        """One random change, as raw SQL, or a run of the job."""
        if kind == "refresh":
            refresh(Actor.system())
        elif kind == "rebuild":
            rebuild(Actor.system())
        elif kind == "place":
            self.place(seed)
        elif self.orders:
            statement = _CHANGES[kind]
            values = {
                "id": self.orders[seed % len(self.orders)],
                "seed": seed,
                "at": START + timedelta(hours=seed % 8_700),
            }
            with transaction() as session:
                session.execute(text(statement), values)


_CHANGES = {
    "cancel": "UPDATE orders SET state = 'cancelled' WHERE id = :id",
    "cancel_line": "UPDATE order_lines SET state = 'cancelled' WHERE order_id = :id AND position = 1 + :seed % 2",
    "cut": "UPDATE order_lines SET net = round(net / 2, 2), base_quantity = base_quantity / 2 WHERE order_id = :id",
    "move": "UPDATE orders SET placed_at = :at WHERE id = :id",
    "delete": "DELETE FROM orders WHERE id = :id",
    "allow": (
        "INSERT INTO order_allowances (company_id, order_id, position, code, name, amount, vat_category)"
        " SELECT company_id, id, 1, 'P', 'P', 1.25, 'S' FROM orders WHERE id = :id ON CONFLICT DO NOTHING"
    ),
}


def ledger(companies: int = 3, articles: int = 4) -> Ledger:
    """Accounts and articles without orders; the operator counts in Berlin time."""
    operator(time_zone="Europe/Berlin")
    category("C1")
    category("C2", parent="C1")
    made = [article(f"L-{number}", category="C2" if number % 2 else "C1") for number in range(articles)]
    return Ledger([customer().id for _ in range(companies)], made)


def marks() -> int:
    return db.session.scalar(text("SELECT count(*) FROM sales_marks")) or 0


@dataclass
class Year(Ledger):
    """Orders of a year; `empty_company` has none."""

    empty_company: int = 0

    def more(self, orders: int) -> None:
        for number in range(orders):
            self.place(number * 397)


def books_of_a_year(orders: int = 12) -> Year:
    made = ledger()
    year = Year(made.companies, made.articles, empty_company=customer().id)
    year.more(orders)
    return year
