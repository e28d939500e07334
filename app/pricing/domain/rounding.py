"""Rounding of computed prices: to digits or to steps such as 0.05, and to endings such as .99."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from app.core.money import Rounding, UnitPrice
from app.core.texts import N_, Message

_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_CEILING,
    Rounding.DOWN: ROUND_FLOOR,
}


@dataclass(frozen=True, slots=True)
class Rounder:
    """`step` 0 rounds to `digits` after the point. An `ending` of 0.99 gives 4.99, 5.99; one of 9.90 gives 19.90.

    A price that is negative by its surcharge becomes zero; rounding down to an ending stops at the first one.
    """

    digits: int = 4
    step: Decimal = Decimal(0)
    mode: Rounding = Rounding.HALF_UP
    ending: Decimal | None = None

    def round(self, price: Decimal) -> Decimal:
        if price <= 0:
            return Decimal(0)
        step = self.step or Decimal(1).scaleb(-self.digits)
        rounded = (price / step).quantize(Decimal(1), rounding=_MODES[self.mode]) * step
        return self._ended(rounded) if self.ending is not None else rounded

    def _ended(self, price: Decimal) -> Decimal:
        ending = self.ending or Decimal(0)
        period = Decimal(1)
        while ending >= period:
            period *= 10
        periods = ((price - ending) / period).quantize(Decimal(1), rounding=_MODES[self.mode])
        return max(periods, Decimal(0)) * period + ending

    def message(self, before: Decimal, after: Decimal) -> Message:
        if self.ending is not None:
            return N_("Worked out as {before}, rounded to the ending {ending}: {after}", before=UnitPrice(before),
                      ending=UnitPrice(self.ending), after=UnitPrice(after))  # fmt: skip
        return N_("Worked out as {before}, rounded to {after}", before=UnitPrice(before), after=UnitPrice(after))
