"""Sums of a cart, order or invoice by EN 16931: one function for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from app.core.money import Rounding, minor_units, round_amount
from app.core.texts import Message
from app.pricing.domain.vat import Reason, reason

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """The rounded net of a line (BT-131) and its VAT; `rate` in percent, None only for O."""

    net: Decimal
    vat_category: str
    vat_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class TaxedCharge:
    """A charge of the whole document (BT-99); an allowance (BT-92) is negative."""

    amount: Decimal
    vat_category: str
    vat_rate: Decimal | None
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class VatGroup:
    """One category and rate (BG-23): base BT-116, tax BT-117, reason BT-120 and BT-121 where no tax is due."""

    category: str
    rate: Decimal | None
    base: Decimal
    tax: Decimal
    reason_code: str = ""
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """line_total BT-106, allowances BT-107 and charges BT-108 (both positive), net_total BT-109, vat_total BT-110,
    gross_total BT-112 (nothing prepaid: also BT-115)."""  # noqa: D209

    currency: str
    line_total: Decimal
    allowances: Decimal
    charges: Decimal
    net_total: Decimal
    vat: tuple[VatGroup, ...]
    vat_total: Decimal
    gross_total: Decimal


def totals(
    lines: Iterable[TaxedLine],
    currency: str,
    *,
    charges: Iterable[TaxedCharge] = (),
    rounding: Rounding = Rounding.HALF_UP,
    reasons: Mapping[str, Reason] = MappingProxyType({}),
) -> Totals:
    """Add up rounded nets (BR-CO-10, 13), tax each category and rate once (BR-CO-17), add the tax (BR-CO-14, 15).

    `reasons` by category replace the usual ones: those of an account's certificate or of a place's rule.
    """
    zero = Decimal(0).scaleb(-minor_units(currency))
    line_total = allowance_total = charge_total = zero
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in lines:
        line_total += line.net
        key = (line.vat_category, line.vat_rate)
        bases[key] = bases.get(key, zero) + line.net
    for charge in charges:
        if charge.amount < 0:
            allowance_total -= charge.amount
        else:
            charge_total += charge.amount
        key = (charge.vat_category, charge.vat_rate)
        bases[key] = bases.get(key, zero) + charge.amount
    groups = tuple(
        _group(category, rate, base, currency, rounding, reasons.get(category))
        for (category, rate), base in sorted(bases.items(), key=lambda pair: (pair[0][0], pair[0][1] or zero))
    )
    net_total = line_total - allowance_total + charge_total
    vat_total = sum((group.tax for group in groups), zero)
    return Totals(
        currency, line_total, allowance_total, charge_total, net_total, groups, vat_total, net_total + vat_total
    )


def _group(  # noqa: PLR0917
    category: str, rate: Decimal | None, base: Decimal, currency: str, rounding: Rounding, given: Reason | None
) -> VatGroup:
    tax = round_amount(base * (rate or 0) / _HUNDRED, currency, rounding) + 0  # never minus zero
    code, text = given or reason(category)
    return VatGroup(category, rate, base, tax, code, text)
