"""Orders of 1,000 lines as EDIFACT ORDERS and X12 850, read into the neutral document; the floor only splits the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from app.documents.formats import formats
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals
from app.documents.model.party import Party
from app.trial.bench import benches
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_LINES = 1000
_RUNS = 9
_DAY = date(2026, 11, 21)
# Name of the bench -> the format, then its segment, element and component separators.
_CASES = {"edifact_orders_1000": ("edifact-orders", "'", "+", ":"), "x12_850_1000": ("x12-850", "~", "*", ">")}


def order_of(lines: int) -> Order:
    """An order with so many lines, each with three numbers of the article, a price, an amount and a day."""
    return Order(
        number="PO-1", issue_date=_DAY, currency="EUR", type_code="220", function="9",
        buyer=Party(name="Buyer GmbH", gln="4012345000009", address=None),
        seller=Party(name="Bench GmbH", gln="4054321000008", address=None),
        lines=tuple(_line(at) for at in range(1, lines + 1)), totals=OrderTotals(lines=lines),
    )  # fmt: skip


def _line(at: int) -> OrderLine:
    price, quantity = Decimal(at) / 100, Decimal(at % 50 + 1)
    return OrderLine(
        position=str(at), quantity=quantity, unit="PCE", sku=f"B-{at}", buyer_sku=f"7{at}", gtin="4012345678901",
        name=f"Bolt M8x{at % 100} zinc plated", unit_price=price, net=price * quantity,
        delivery=DeliveryDates(requested=_DAY),
    )  # fmt: skip


def _bare_read(data: bytes, segment: str, element: str, component: str) -> Callable[[], list[list[list[str]]]]:
    def read() -> list[list[list[str]]]:
        return [
            [part.split(component) for part in text.strip().split(element)]
            for text in data.decode("latin-1").split(segment)
        ]

    return read


def _read(code: str, *separators: str) -> Callable[[Any], AbstractContextManager[tuple[Work, Work]]]:
    @contextmanager
    def prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        data = formats[code].dumps(order_of(_LINES))
        yield lambda: formats[code].loads(data), _bare_read(data, *separators)

    return prepare


for _name, (_code, *_separators) in _CASES.items():
    benches.add(
        _name,
        Bench(_name, f"{_code} of {_LINES} lines into a document", "a bare split of the same bytes",
              _read(_code, *_separators), _RUNS),
    )  # fmt: skip
