"""Quantities in units: exact pack factors and the rules a quantity must fit (UN/ECE Rec 20 unit codes)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Factor:
    """How many base units one unit holds, as a fraction: a carton of 12 is 12/1, 7 pieces to 3 kg is 3/7."""

    numerator: int
    denominator: int = 1

    def to_base(self, quantity: Decimal) -> Decimal:
        """Quantity in base units, rounded half up to six digits (the precision that is stored)."""
        exact = quantity * self.numerator / self.denominator
        return exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).normalize() + 0


class Anchor(StrEnum):
    """Where the grid of allowed quantities starts: multiples of the step, or minimum plus steps."""

    ZERO = "zero"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Fit:
    """How an asked quantity relates to the allowed ones. Nothing is changed silently: `is_valid` or the neighbours."""

    asked: Decimal
    is_valid: bool
    below: Decimal | None
    above: Decimal | None


@dataclass(frozen=True, slots=True)
class QuantityRule:
    """Minimum, step, maximum and anchor in one unit; `precision` is the digits after the point that may be ordered."""

    minimum: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    maximum: Decimal | None = None
    anchor: Anchor = Anchor.ZERO
    precision: int = 0

    def problem(self) -> str | None:
        """Why the rule itself makes no sense, or None."""
        if self.minimum < 0 or self.step < 0:
            return "negative"
        if self.anchor is Anchor.ZERO and self.step and self.minimum % self.step:
            return "minimum is not a multiple of the step"
        if self.maximum is not None and self.maximum < self.minimum:
            return "maximum is below the minimum"
        return None

    def _grid_step(self) -> Decimal:
        return self.step or Decimal(1).scaleb(-self.precision)

    def _first(self) -> Decimal:
        step = self._grid_step()
        return self.minimum if self.minimum > 0 else step

    def _largest(self) -> Decimal | None:
        if self.maximum is None:
            return None
        first, step = self._first(), self._grid_step()
        start = first if self.anchor is Anchor.MINIMUM else Decimal(0)
        return start + ((self.maximum - start) / step).to_integral_value(rounding=ROUND_DOWN) * step

    def fit(self, asked: Decimal) -> Fit:
        """Check a quantity; when it does not fit, name the nearest allowed ones below and above."""
        first, step, largest = self._first(), self._grid_step(), self._largest()
        if asked < first:
            return Fit(asked, False, None, first)
        if largest is not None and asked > largest:
            return Fit(asked, False, largest, None)
        start = first if self.anchor is Anchor.MINIMUM else Decimal(0)
        steps = ((asked - start) / step).to_integral_value(rounding=ROUND_DOWN)
        below = start + steps * step
        if below == asked:
            return Fit(asked, True, asked, asked)
        above = below + step
        if largest is not None and above > largest:
            return Fit(asked, False, below, None)
        return Fit(asked, False, below if below >= first else None, above)
