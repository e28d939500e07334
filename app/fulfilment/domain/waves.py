"""Who gets what in a wave: deliveries by customer and address, walks by zone and bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.core.texts import N_, Message

ZERO = Decimal(0)


class Method(StrEnum):
    """How lists are made: one for each delivery, or one walk for all deliveries of the wave."""

    SINGLE = "single"
    BATCH = "batch"


METHOD_NAMES: Mapping[Method, Message] = {
    Method.SINGLE: N_("a list for each delivery"),
    Method.BATCH: N_("one walk for all deliveries"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What one order line waits for from this warehouse; `quantity` in base units.

    `address` tells addresses apart: what has the same customer and the same address goes in one delivery. `source` is
    the delivery of the order; of a kit there is a demand for each part, `factor` base units of it in one kit.
    """

    company_id: int
    address: str
    order_id: int
    order_line_id: int
    article_id: int
    quantity: Decimal
    source: int = 0
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Place:
    """So much of an article, of one batch, in one bin; `bin_id` None is what lies in no bin. Walked by `walk`."""

    article_id: int
    quantity: Decimal
    bin_id: int | None = None
    bin_code: str = ""
    zone: str = ""
    walk: tuple[int, str] = (0, "")
    batch: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Take `quantity` of a demand at a place; `delivery` is the number of its delivery in the plan."""

    demand: Demand
    place: Place
    quantity: Decimal
    delivery: int


@dataclass(frozen=True, slots=True)
class Walk:
    """One list: a zone and its stops in the order in which they are passed."""

    zone: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Deliveries as (customer, address), walks, and what no place has: (order line, delivery of the order) -> base units.

    Of a kit it is how many kits cannot be made, which may be a fraction.
    """

    deliveries: tuple[tuple[int, str], ...]
    walks: tuple[Walk, ...]
    lacking: Mapping[tuple[int, int], Decimal]


def plan_wave(demands: Iterable[Demand], places: Iterable[Place], method: Method, list_lines: int) -> Plan:
    """Allot places to demands, first come first served, places in the order given (what expires first comes first).

    A walk has at most `list_lines` stops, one zone, and in the method SINGLE one delivery.
    """
    wanted = list(demands)
    keys = list(dict.fromkeys((demand.company_id, demand.address) for demand in wanted))
    numbers = {key: number for number, key in enumerate(keys)}
    shelves: dict[int, list[Place]] = {}
    for place in places:
        shelves.setdefault(place.article_id, []).append(place)
    left = {article_id: [place.quantity for place in found] for article_id, found in shelves.items()}
    stops: list[Stop] = []
    lacking: dict[tuple[int, int], Decimal] = {}
    for demand in wanted:
        delivery = numbers[demand.company_id, demand.address]
        open_quantity = demand.quantity
        there = left.get(demand.article_id, [])
        for number, place in enumerate(shelves.get(demand.article_id, ())):
            taken = min(open_quantity, there[number])
            if taken > 0:
                stops.append(Stop(demand, place, taken, delivery))
                there[number] -= taken
                open_quantity -= taken
        if open_quantity > 0:
            key = (demand.order_line_id, demand.source)
            lacking[key] = max(lacking.get(key, ZERO), open_quantity / demand.factor)
    served = {stop.delivery for stop in stops}
    kept = [number for number in range(len(keys)) if number in served]
    new = {number: place for place, number in enumerate(kept)}
    stops = [Stop(stop.demand, stop.place, stop.quantity, new[stop.delivery]) for stop in stops]
    return Plan(tuple(keys[number] for number in kept), tuple(_walks(stops, method, list_lines)), lacking)


def _walks(stops: Sequence[Stop], method: Method, list_lines: int) -> Iterable[Walk]:
    """By delivery where each has its own list, then by zone; a walk is cut where it gets too long."""
    parts: dict[tuple[int, str], list[Stop]] = {}
    for stop in stops:
        key = (stop.delivery if method is Method.SINGLE else 0, stop.place.zone)
        parts.setdefault(key, []).append(stop)
    for (_, zone), found in sorted(parts.items()):
        found.sort(key=_order)
        for start in range(0, len(found), list_lines):
            yield Walk(zone, tuple(found[start : start + list_lines]))


def _order(stop: Stop) -> tuple[object, ...]:
    place = stop.place
    return (
        place.bin_id is None,
        *place.walk,
        stop.demand.article_id,
        place.batch,
        stop.delivery,
        stop.demand.order_line_id,
    )
