"""What an order costs beside its goods, with the VAT of the goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.money import largest_remainder, minor_units
from app.pricing.domain.totals import TaxedCharge

ZERO = Decimal(0)
VatKey = tuple[str, Decimal | None]


class ChargeKind(StrEnum):
    DELIVERY = "delivery"
    SURCHARGE = "surcharge"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that is charged; below zero (a discount for the way of payment) it is taken off."""

    kind: ChargeKind
    code: str
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderChargeRow:
    """A charge, or its share of one VAT category and rate; `amount` is below zero for a discount."""

    kind: ChargeKind
    code: str
    name: str
    amount: Decimal
    vat_category: str
    vat_rate: Decimal | None

    @property
    def taxed(self) -> TaxedCharge:
        return TaxedCharge(self.amount, self.vat_category, self.vat_rate)


def bases_of(lines: Iterable[tuple[Decimal, str, Decimal | None]]) -> dict[VatKey, Decimal]:
    """Net of the goods by VAT category and rate, in the order they first come."""
    found: dict[VatKey, Decimal] = {}
    for net, category, rate in lines:
        key = (category, rate)
        found[key] = found.get(key, ZERO) + net
    return found


def shared(charges: Sequence[Charge], bases: Mapping[VatKey, Decimal], currency: str) -> tuple[OrderChargeRow, ...]:
    """Charges take the VAT of the goods: in proportion to their net, the last cents to the largest remainders.

    Goods that are all free of charge give the first group everything.
    """
    keys = list(bases)
    weights = [bases[key] for key in keys]
    if not any(weights):
        weights = [Decimal(1)] + [ZERO] * (len(keys) - 1)
    digits = minor_units(currency)
    return tuple(
        OrderChargeRow(charge.kind, charge.code, charge.name, amount, *key)
        for charge in charges
        for key, amount in zip(keys, largest_remainder(charge.amount, weights, digits), strict=True)
        if amount
    )
