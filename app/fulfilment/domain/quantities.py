"""From base units, in which is picked, to the unit of the order line, in which is shipped and paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from app.core.errors import Invalid
from app.core.texts import N_

_SIX_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class LineUnit:
    """An order line: `quantity` in its unit are `base_quantity` base units; `precision` digits may be in a quantity."""

    quantity: Decimal
    base_quantity: Decimal
    precision: int = 0

    def in_unit(self, base: Decimal) -> Decimal:
        """Base units in the line's unit, to six digits; a base quantity that was rounded counts as the whole it was."""
        whole = self._whole_units(base, ROUND_HALF_UP)
        if self._in_base(whole) == base:
            return whole
        return (base * self.quantity / self.base_quantity).quantize(_SIX_DIGITS).normalize() + 0

    def whole(self, base: Decimal) -> Decimal:
        """The largest part of `base` (in base units) that makes a quantity which can be shipped."""
        if self._in_base(self._whole_units(base, ROUND_HALF_UP)) == base or base == self.base_quantity:
            return base
        return self._in_base(self._whole_units(base, ROUND_DOWN))

    def _whole_units(self, base: Decimal, rounding: str) -> Decimal:
        step = Decimal(1).scaleb(-self.precision)
        units = base * self.quantity / self.base_quantity / step
        return (units.to_integral_value(rounding=rounding) * step).normalize() + 0

    def _in_base(self, units: Decimal) -> Decimal:
        return (units * self.base_quantity / self.quantity).quantize(_SIX_DIGITS).normalize() + 0


def demand_whole(line: LineUnit, base: Decimal, sku: str) -> Decimal:
    """The quantity in the line's unit. Raises Invalid where a pack would have to be broken."""
    whole = line.whole(base)
    if whole != base:
        raise Invalid(
            "lines",
            N_(
                "{sku}: {base} do not fill whole packs. Take {whole} and leave the rest.",
                sku=sku,
                base=base,
                whole=whole,
            ),
        )
    return line.in_unit(base)
