"""From which batches the lines of a shipment were taken. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
_SIX_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What left for an order line from one batch, in base units."""

    order_line_id: int
    quantity: Decimal
    batch: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Open:
    """A line of a shipment that names no batch; `quantity` in its unit, `base_quantity` in base units."""

    key: int
    order_line_id: int
    quantity: Decimal
    base_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an open line, all of one batch."""

    key: int
    quantity: Decimal
    base_quantity: Decimal
    batch: str
    expires_on: date | None


def shares(lines: Sequence[Open], drawn: Iterable[Drawn]) -> list[Share]:
    """Each open line parted by the batches it was taken from; the parts add up to the line in both units.

    What cannot be told (nothing was drawn for a line) stays one part without a batch.
    """
    piles: dict[int, list[Drawn]] = {}
    for one in drawn:
        piles.setdefault(one.order_line_id, []).append(one)
    found: list[Share] = []
    for line in lines:
        found += _parted(line, piles.get(line.order_line_id, []))
    return found


def _parted(line: Open, piles: list[Drawn]) -> list[Share]:
    left, rest, parts = line.base_quantity, line.quantity, list[Share]()
    while left > 0 and piles:
        pile = piles[0]
        taken = min(left, pile.quantity)
        left -= taken
        quantity = rest if left == 0 else (line.quantity * taken / line.base_quantity).quantize(_SIX_DIGITS)
        rest -= quantity
        parts.append(Share(line.key, quantity, taken, pile.batch, pile.expires_on))
        if taken == pile.quantity:
            piles.pop(0)
        else:
            piles[0] = Drawn(pile.order_line_id, pile.quantity - taken, pile.batch, pile.expires_on)
    if left > 0:
        parts.append(Share(line.key, rest, left, "", None))
    return [part for part in parts if part.quantity > 0]
