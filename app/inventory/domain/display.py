"""How much of the stock an account is shown: the number, a band, or a light."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from app.core.errors import Invalid
from app.core.texts import N_

_MOST_BANDS = 8


class Display(StrEnum):
    NUMBER = "number"
    BAND = "band"
    LIGHT = "light"


class Light(StrEnum):
    """Green: all of it leaves at once. Yellow: little is there, or some comes later. Red: it cannot be had."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class StockView:
    """What an account may see. `bands` are the quantities from which a band begins, rising."""

    display: Display = Display.NUMBER
    bands: tuple[Decimal, ...] = (Decimal(10), Decimal(100))

    @property
    def shows_numbers(self) -> bool:
        return self.display is Display.NUMBER

    def band(self, quantity: Decimal) -> Decimal | None:
        """The beginning of the band a quantity falls into; None below the first one."""
        reached = [start for start in self.bands if start <= quantity]
        return reached[-1] if reached else None


def parse_bands(text: str) -> tuple[Decimal, ...]:
    """`10, 100` as rising quantities; raises Invalid("bands")."""
    try:
        bands = tuple(Decimal(part.strip()) for part in text.replace(";", ",").split(",") if part.strip())
    except ArithmeticError:
        bands = ()
    is_rising = all(low < high for low, high in pairwise(bands))
    if not bands or len(bands) > _MOST_BANDS or not is_rising or not all(b.is_finite() and b > 0 for b in bands):
        raise Invalid("bands", N_("Give rising quantities with commas between them, such as 10, 100, 1000."))
    return bands
