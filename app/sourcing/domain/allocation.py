"""Splitting what a tender asks for between bids: percents into whole packs, and what a bid's own terms allow.

Quantities are exact. A share that is no whole number of packs is settled by the largest remainder, of equal remainders
the better rank first; what does not fill a pack is not allocated and shown as rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.core.units import unit_name

_HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Split:
    """Quantities in the order of the shares, and what none of them gets."""

    quantities: tuple[Decimal, ...]
    rest: Decimal


def split_by_percent(required: Decimal, shares: Sequence[Decimal | Fraction], pack: Decimal = Decimal(1)) -> Split:
    """Whole packs for each share in percent, best rank first. Raises Invalid above 100 percent."""
    if pack <= 0 or required < 0:
        raise Invalid("pack", N_("A pack holds more than nothing."))
    exact = _settled([Fraction(share) for share in shares], shares)
    if any(share < 0 for share in exact):
        raise Invalid("share", N_("A share is not below 0 percent."))
    total = sum(exact, Fraction(0))
    if total > _HUNDRED:
        raise Invalid("share", N_("The shares are more than 100 percent together."))
    packs_asked = Fraction(required) / Fraction(pack)
    wanted = [packs_asked * share / _HUNDRED for share in exact]
    packs = [int(each) for each in wanted]  # none is negative: cut off is floor
    missing = int(packs_asked * total / _HUNDRED) - sum(packs)
    order = sorted(range(len(wanted)), key=lambda place: (packs[place] - wanted[place], place))
    for place in order[:missing]:
        packs[place] += 1
    quantities = tuple(_tidy(pack * count) for count in packs)
    return Split(quantities, _tidy(required - sum(quantities, Decimal(0))))


def _settled(exact: list[Fraction], shares: Sequence[Decimal | Fraction]) -> list[Fraction]:
    """Shares written with two digits or more that miss 100 only by their rounding (33.33 three times) are the whole."""
    digits = [-int(share.as_tuple().exponent) for share in shares if isinstance(share, Decimal)]
    if len(digits) < len(exact) or not exact or max(digits) < 2:
        return exact
    gap = abs(_HUNDRED - sum(exact, Fraction(0)))
    if not gap or gap > len(exact) * Fraction(1, 2 * 10 ** max(digits)):
        return exact
    total = sum(exact, Fraction(0))
    return [share * _HUNDRED / total for share in exact]


def _tidy(value: Decimal) -> Decimal:
    return value.normalize() + 0


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What a bid says about one line: its price, and between which quantities it holds."""

    unit_price: Decimal
    offered: Decimal
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    breaks: tuple[tuple[Decimal, Decimal], ...] = ()  # (from quantity, unit price), as the bidder wrote them


def breaks_of(
    stored: Sequence[Mapping[str, Any]] | Sequence[Sequence[Any]] | None,
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Breaks as they lie in a bid line: pairs, or objects with `quantity` and `unit_price`."""
    found = []
    for each in stored or ():
        if isinstance(each, Mapping):
            found.append((Decimal(str(each["quantity"])), Decimal(str(each["unit_price"]))))
        else:
            found.append((Decimal(str(each[0])), Decimal(str(each[1]))))
    return tuple(sorted(found))


def price_for(terms: OfferTerms, quantity: Decimal) -> Decimal:
    """The unit price at an allocated quantity: that of the highest break it reaches, else the plain one.

    A bid for the whole is made at the break of the whole, so a part below every break pays the plain price.
    """
    reached = [price for start, price in sorted(terms.breaks) if quantity >= start]
    return reached[-1] if reached else terms.unit_price


def allocation_problem(terms: OfferTerms, quantity: Decimal, unit: str = "") -> Message | None:
    """Why a bid does not hold for an allocated quantity, or None."""
    name = unit_name(unit) if unit else ""
    if quantity <= 0:
        return N_("Allocate more than 0.")
    if terms.minimum is not None and quantity < terms.minimum:
        return N_("This bid begins at {minimum} {unit}.", minimum=_tidy(terms.minimum), unit=name)
    most = terms.offered if terms.maximum is None else terms.maximum
    if quantity > most:
        return N_("This bid ends at {maximum} {unit}.", maximum=_tidy(most), unit=name)
    return None


def left_of(required: Decimal, taken: Sequence[Decimal]) -> Decimal:
    """What is not allocated of a line; negative when too much is."""
    return _tidy(required - sum(taken, Decimal(0)))
