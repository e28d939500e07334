"""Exact amounts: rounding at named places, half up (ties away from zero), minor units per currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum
from functools import cache

# ISO 4217 currencies whose minor unit is not two digits.
_MINOR_UNITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
         "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip


class Rounding(StrEnum):
    """How a document rounds; stored on it."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


def minor_units(currency: str) -> int:
    """Digits after the point of a currency's amounts (ISO 4217): EUR 2, JPY 0, KWD 3."""
    return _MINOR_UNITS.get(currency, 2)


@cache
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def round_to(value: Decimal, digits: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """Round to so many digits after the point; the result carries exactly that many."""
    return value.quantize(_step(digits), rounding=_MODES[mode])


def round_amount(value: Decimal, currency: str, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """Round to the currency's minor unit."""
    return round_to(value, minor_units(currency), mode)


def largest_remainder(total: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Split a total in proportion to weights so that the parts add up to it exactly.

    The last digits go to the largest remainders, ties to the earlier part. Weights must not all be zero.
    """
    weight_sum = sum(weights, Decimal(0))
    if not weight_sum:
        raise ValueError("weights add up to zero")
    step = _step(digits)
    shares = [total * weight / weight_sum for weight in weights]
    parts = [share.quantize(step, rounding=ROUND_DOWN) for share in shares]
    missing = int((total - sum(parts, Decimal(0))) / step)
    sign = 1 if missing >= 0 else -1
    order = sorted(range(len(parts)), key=lambda i: (-abs(shares[i] - parts[i]), i))
    for i in order[: abs(missing)]:
        parts[i] += step * sign
    return parts


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency. Adding two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def rounded(self, mode: Rounding = Rounding.HALF_UP) -> Money:
        return Money(round_amount(self.amount, self.currency, mode), self.currency)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price inside a text: two to six digits after the point, as many as it has, and the currency where it helps."""

    amount: Decimal
    currency: str = ""

    def __str__(self) -> str:
        rounded = round_to(self.amount, 6).normalize()
        digits = max(2, -int(rounded.as_tuple().exponent))
        return f"{rounded:.{digits}f} {self.currency}".rstrip()
