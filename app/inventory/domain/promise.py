"""What can be promised of an article, and which warehouse gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Need:
    """How much of an article somebody wants, in base units. `lead_time_days` are working days when not in stock."""

    article_id: int
    quantity: Decimal
    stock_policy: str = "stock"
    lead_time_days: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds for an article's needs taken together, in base units.

    `is_enough`: the order can be taken, from stock or on backorder. `ships_on`: the day all of it can leave, None when
    it cannot be promised. `backordered`: the part that is not in stock and will be waited for.
    """

    article_id: int
    available: Decimal
    is_enough: bool
    ships_on: date | None
    backordered: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """Asked for more than can be given; in base units."""

    article_id: int
    asked: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True)
class Want:
    """Stock to reserve for an order line, in base units."""

    order_line_id: int
    article_id: int
    quantity: Decimal
    may_backorder: bool = False


@dataclass(slots=True)
class Shelf:
    """What one warehouse has left of one article; `position` tells which warehouse gives first."""

    stock_id: int
    article_id: int
    warehouse_id: int
    position: int
    available: Decimal


class Part(NamedTuple):
    """What one warehouse gives to an order line; without a warehouse it is on backorder."""

    order_line_id: int
    article_id: int
    stock_id: int | None
    warehouse_id: int | None
    quantity: Decimal


def promise(need: Need, available: Decimal, on: date) -> Promise:
    """What can be said to somebody who wants so much of an article on a day."""
    missing = max(ZERO, need.quantity - available)
    if not missing:
        return Promise(need.article_id, available, True, on, ZERO)
    if need.stock_policy != "backorder":
        return Promise(need.article_id, available, False, None, ZERO)
    ships_on = None if need.lead_time_days is None else add_working_days(on, need.lead_time_days)
    return Promise(need.article_id, available, True, ships_on, missing)


def add_working_days(day: date, count: int) -> date:
    """The date so many days later, Saturdays and Sundays not counted."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def allot(wants: Sequence[Want], shelves: Iterable[Shelf]) -> tuple[list[Part], list[Shortage]]:
    """Share the shelves out in the order of the wants, each from the warehouses by position.

    What is missing goes on backorder where a want allows it; else the article is a shortage. Shelves are emptied.
    """
    by_article: dict[int, list[Shelf]] = {}
    for shelf in sorted(shelves, key=attrgetter("position", "warehouse_id")):
        by_article.setdefault(shelf.article_id, []).append(shelf)
    parts: list[Part] = []
    short: dict[int, None] = {}
    asked: dict[int, Decimal] = {}
    for want in wants:
        asked[want.article_id] = asked.get(want.article_id, ZERO) + want.quantity
        missing = want.quantity
        for shelf in by_article.get(want.article_id, ()):
            if missing <= 0:
                break
            taken = min(missing, shelf.available)
            if taken > 0:
                shelf.available -= taken
                missing -= taken
                parts.append(Part(want.order_line_id, want.article_id, shelf.stock_id, shelf.warehouse_id, taken))
        if missing > 0 and want.may_backorder:
            parts.append(Part(want.order_line_id, want.article_id, None, None, missing))
        elif missing > 0:
            short[want.article_id] = None
    return parts, [Shortage(key, asked[key], _was_there(key, parts, by_article.get(key, ()))) for key in short]


def _was_there(article_id: int, parts: Iterable[Part], shelves: Iterable[Shelf]) -> Decimal:
    """What all shelves had of an article: what was taken and what is left."""
    taken = sum((part.quantity for part in parts if part.article_id == article_id and part.stock_id is not None), ZERO)
    return taken + sum((max(ZERO, shelf.available) for shelf in shelves), ZERO)
