"""What a list does to the prices it takes from elsewhere: another currency at the rate of a day, rounding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.money import UnitPrice, round_to
from app.core.texts import N_
from app.pricing.domain.rounding import Rounder
from app.pricing.domain.step import Step


@dataclass(frozen=True, slots=True)
class Conversion:
    """One unit of `currency_from` is `rate` of `currency_to`, by the rate table of `on_date`."""

    currency_from: str
    currency_to: str
    rate: Decimal
    on_date: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rework:
    """First the rounding of a formula, in the list's currency, then the conversion, to `digits` after the point."""

    rounder: Rounder | None = None
    conversion: Conversion | None = None
    digits: int = 4

    def price(self, source: Decimal) -> Decimal:
        found = self.rounder.round(source) if self.rounder else source
        return round_to(found * self.conversion.rate, self.digits) if self.conversion else found

    def steps(self, source: Decimal) -> tuple[Step, ...]:
        found = []
        if self.rounder:
            after = self.rounder.round(source)
            found.append(Step("formula", source, after, self.rounder.message(source, after)))
            source = after
        if self.conversion:
            one = self.conversion
            after = round_to(source * one.rate, self.digits)
            message = N_(
                "{price} at the rate {rate} of {day}", price=UnitPrice(source, one.currency_from), rate=one.rate,
                day=one.on_date,
            )  # fmt: skip
            found.append(Step("conversion", source, after, message, one.source))
        return tuple(found)
