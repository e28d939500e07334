"""The own prices of a buyer on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Step = tuple[str, Decimal, Decimal, Decimal]
"""Unit, quantity it holds from, price, how many units the price is for."""


@dataclass(frozen=True, slots=True)
class PriceListItem:
    """An article with its breaks, net of VAT; `last_day` is the last one on which all of them hold, where known."""

    category: str
    sku: str
    buyer_sku: str
    name: str
    steps: tuple[Step, ...]
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PriceListDocument:
    """Items stand in the order of their categories. `address` and `registers` are lines for the foot of each page."""

    seller: str
    address: tuple[str, ...]
    registers: tuple[str, ...]
    buyer: str
    buyer_number: str
    currency: str
    day: date
    items: tuple[PriceListItem, ...]
