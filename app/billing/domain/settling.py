"""How claims are paid: shares of the credit they took, discounts for paying early."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core.money import round_amount

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Discount:
    """So many per cent off when paid by `until`; of `base` when not of the whole claim."""

    until: date
    percent: Decimal
    base: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        """As kept beside the open item."""
        base = None if self.base is None else str(self.base)
        return {"until": self.until.isoformat(), "percent": str(self.percent), "base": base}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Discount:
        """What `as_json` gave."""
        base = value.get("base")
        return cls(
            date.fromisoformat(value["until"]), Decimal(value["percent"]), None if base is None else Decimal(base)
        )


def discounts_of(document: Mapping[str, Any], issued_on: date) -> list[Discount]:
    """The discounts in a frozen invoice (JSON), with their last days."""
    terms = document.get("payment_terms") or {}
    found = []
    for item in terms.get("discounts") or ():
        base = item.get("base")
        found.append(
            Discount(
                issued_on + timedelta(days=item["days"]),
                Decimal(item["percent"]),
                None if base is None else Decimal(base),
            )
        )
    return found


def best_discount(discounts: Iterable[Discount], amount: Decimal, currency: str, paid_on: date) -> Decimal:
    """What may be taken off a claim (gross) that is paid that day, in minor units; 0 when no discount holds."""
    offers = [
        round_amount((amount if item.base is None else item.base) * item.percent / _HUNDRED, currency)
        for item in discounts
        if paid_on <= item.until
    ]
    return min(max(offers, default=Decimal(0)), amount)


def freed(charged: Decimal, amount: Decimal, before: Decimal, after: Decimal, currency: str) -> Decimal:
    """Credit that is free again when what is settled of a claim goes from `before` to `after`.

    `charged` (in `currency`, that of the credit) is what the whole claim of `amount` took. Parts of any size add up to
    it to the cent, because each is the difference of two rounded sums.
    """
    if amount <= 0 or not charged:
        return Decimal(0)
    return round_amount(charged * after / amount, currency) - round_amount(charged * before / amount, currency)
