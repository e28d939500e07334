"""Lines over several deliveries: what goes together, whether the parts add up, and how a line is cut in equal parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from app.core.money import largest_remainder, minor_units
from app.core.texts import N_
from app.core.units import unit_name
from app.ordering.domain.cart import LineProblem
from app.ordering.domain.wishes import PartWish, Wishes

ZERO = Decimal(0)


class Where(NamedTuple):
    """What goes together: one address, one day."""

    ship_to_id: int
    requested_on: date | None


class Whole(NamedTuple):
    """A line to be divided: quantity in its unit and in the base unit, its net and its VAT."""

    line_id: int
    article_id: int
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    net: Decimal
    vat_category: str = "S"
    vat_rate: Decimal | None = ZERO


class Part(NamedTuple):
    """A share of a line: `line` and `delivery` are places in their lists, `position` counts within the line from 1."""

    line: int
    delivery: int
    position: int
    quantity: Decimal
    base_quantity: Decimal
    net: Decimal
    cost_centre_id: int | None = None


def wishes_of(lines: Iterable[Whole], wishes: Wishes, split: Mapping[int, Sequence[PartWish]]) -> list[list[PartWish]]:
    """The parts of each line with the head's values in the gaps; a line that is not split is one part."""
    return [
        [
            PartWish(
                line.line_id,
                one.quantity,
                one.ship_to_id or wishes.ship_to_id,
                one.requested_on or wishes.requested_on,
                one.cost_centre_id or wishes.cost_centre_id,
            )
            for one in split.get(line.line_id) or (PartWish(line.line_id, line.quantity),)
        ]
        for line in lines
    ]


def divide(
    lines: Sequence[Whole], parts: Sequence[Sequence[PartWish]], currency: str
) -> tuple[list[Where], list[Part]]:  # fmt: skip
    """Deliveries in the order they first come, and the parts that each brings.

    Base quantity and net of a line are shared so that they add up exactly.
    """
    places: dict[Where, int] = {}
    found: list[Part] = []
    digits = minor_units(currency)
    for number, (line, mine) in enumerate(zip(lines, parts, strict=True)):
        if len(mine) == 1:
            bases, nets = [line.base_quantity], [line.net]
        else:
            weights = [one.quantity for one in mine]
            bases = largest_remainder(line.base_quantity, weights, 6)
            nets = largest_remainder(line.net, weights, digits)
        for position, (one, base, net) in enumerate(zip(mine, bases, nets, strict=True), 1):
            where = Where(one.ship_to_id or 0, one.requested_on)
            delivery = places.setdefault(where, len(places))
            found.append(Part(number, delivery, position, one.quantity, base, net, one.cost_centre_id))
    return list(places), found


def undivided(lines: Sequence[Whole], wishes: Wishes) -> tuple[list[Where], list[Part]]:
    """What `divide` finds where no line is split: one delivery brings every line whole."""
    centre = wishes.cost_centre_id
    parts = [
        Part(number, 0, 1, line.quantity, line.base_quantity, line.net, centre) for number, line in enumerate(lines)
    ]
    return [Where(wishes.ship_to_id, wishes.requested_on)] if lines else [], parts


def sum_problem(quantity: Decimal, unit: str, parts: Iterable[PartWish]) -> LineProblem | None:
    """Whether the parts of a line add up to it."""
    total = sum((one.quantity for one in parts), ZERO)
    if total == quantity:
        return None
    return LineProblem(
        "split",
        N_("Its parts add up to {total} {unit}, the line is {quantity} {unit}. Split it again.",
           total=total, quantity=quantity, unit=unit_name(unit)),
    )  # fmt: skip


def equal_parts(quantity: Decimal, count: int, step: Decimal) -> list[Decimal]:
    """So many parts as equal as whole steps allow, the greater ones first; fewer where the steps do not reach.

    What is no whole number of steps goes to the first part.
    """
    steps = int((quantity / step).to_integral_value(rounding=ROUND_DOWN))
    rest = quantity - steps * step
    count = max(1, min(count, steps))
    whole, more = divmod(steps, count)
    parts = [step * (whole + (1 if place < more else 0)) for place in range(count)]
    return [parts[0] + rest, *parts[1:]]


def claims_of(parts: Iterable[Part], net_total: Decimal, currency: str) -> dict[int, Decimal]:
    """What each cost centre pays of an order's net: its parts, and its share of charges and allowances."""
    goods: dict[int | None, Decimal] = {}
    for part in parts:
        goods[part.cost_centre_id] = goods.get(part.cost_centre_id, ZERO) + part.net
    if set(goods) == {None}:
        return {}
    weights = list(goods.values())
    if not any(weights):
        weights = [Decimal(1)] * len(goods)
    shares = largest_remainder(net_total, weights, minor_units(currency))
    return {centre: share for centre, share in zip(goods, shares, strict=True) if centre is not None}
