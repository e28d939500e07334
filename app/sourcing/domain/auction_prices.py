"""From the price of a lot that an auction ended with to prices of its lines, for the award."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from app.core.money import largest_remainder
from app.sourcing.domain.auction_steps import to_digits

_PRICE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A line as it was offered: `net` is quantity x price / base quantity, rounded to the currency."""

    id: int
    quantity: Decimal
    base_quantity: Decimal
    net: Decimal


def lowered(lines: Sequence[OfferedLine], costs: Decimal, target: Decimal, digits: int) -> Mapping[int, Decimal]:
    """Unit prices by line so that goods and costs come to the target, or below it by parts of a cent a piece.

    Costs stay as offered; what is left of the target is spread over the lines in proportion to their nets, to the cent.
    """
    goods = max(target - costs, Decimal(0))
    shares = largest_remainder(goods, [line.net for line in lines], digits)
    return {
        line.id: to_digits(
            Fraction(share) * Fraction(line.base_quantity) / Fraction(line.quantity), _PRICE_DIGITS, ROUND_FLOOR
        )
        for line, share in zip(lines, shares, strict=True)
    }
