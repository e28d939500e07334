"""Do the sums of a document agree with each other and with its lines? EN 16931-1, BR-CO-10 to BR-CO-17.

For documents from outside and as a last look at our own; amounts of our own come from `pricing.domain.totals`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.core.money import round_amount
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import AllowanceCharge

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A rule, what the document says and what follows from its other values. `at` names the rate or line meant."""

    rule: str
    given: Decimal
    expected: Decimal
    at: str = ""


def check_arithmetic(document: BillingDocument) -> list[Disagreement]:
    """Every sum that does not agree, empty when all do."""
    return list(_disagreements(document))


def _disagreements(document: BillingDocument) -> Iterator[Disagreement]:
    totals = document.totals
    tax = totals.tax or _ZERO
    allowances, charges = totals.allowances or _ZERO, totals.charges or _ZERO
    due = totals.gross - (totals.prepaid or _ZERO) + (totals.rounding or _ZERO)
    for rule, given, expected in (
        ("BR-CO-10", totals.line_net, sum((line.net for line in document.lines), _ZERO)),
        ("BR-CO-11", allowances, _sum(document.allowances_charges, is_charge=False)),
        ("BR-CO-12", charges, _sum(document.allowances_charges, is_charge=True)),
        ("BR-CO-13", totals.net, totals.line_net - allowances + charges),
        ("BR-CO-14", tax, sum((vat.tax for vat in document.vat), _ZERO)),
        ("BR-CO-15", totals.gross, totals.net + tax),
        ("BR-CO-16", totals.payable, due),
    ):
        if given != expected:
            yield Disagreement(rule, given, expected)
    yield from _vat(document)
    yield from _lines(document)


def _sum(items: tuple[AllowanceCharge, ...], *, is_charge: bool) -> Decimal:
    return sum((item.amount for item in items if item.is_charge is is_charge), _ZERO)


def _vat(document: BillingDocument) -> Iterator[Disagreement]:
    """Tax of each group (BR-CO-17) and its base: the lines, allowances and charges of that category and rate."""
    for vat in document.vat:
        at = f"{vat.category} {vat.rate or _ZERO}"
        tax = round_amount(vat.base * (vat.rate or _ZERO) / 100, document.currency)
        if vat.tax != tax:
            yield Disagreement("BR-CO-17", vat.tax, tax, at)
        key = (vat.category, vat.rate or _ZERO)
        base = sum((line.net for line in document.lines if (line.vat_category, line.vat_rate or _ZERO) == key), _ZERO)
        for item in document.allowances_charges:
            if (item.vat_category, item.vat_rate or _ZERO) == key:
                base += item.amount if item.is_charge else -item.amount
        if vat.base != base:
            yield Disagreement(f"BR-{vat.category}-08", vat.base, base, at)


def _lines(document: BillingDocument) -> Iterator[Disagreement]:
    """BT-131 from quantity, price, base quantity, allowances and charges (PEPPOL-EN16931-R120)."""
    for line in document.lines:
        raw = line.quantity * line.unit_price / (line.price_base_quantity or 1)
        extra = _sum(line.allowances_charges, is_charge=True) - _sum(line.allowances_charges, is_charge=False)
        net = round_amount(raw + extra, document.currency)
        if line.net != net:
            yield Disagreement("PEPPOL-EN16931-R120", line.net, net, line.position)
