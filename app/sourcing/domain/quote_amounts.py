"""What a version of a quote comes to: discounts of lines first, then that of the header on lines that are not locked.

A unit price must give its line's net amount to the cent when an order multiplies it again. Where no price of six digits
does, it is given for more units (0.333333 for 1 becomes 33.3333 for 100): nothing is rounded away later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Invalid
from app.core.money import largest_remainder, minor_units, round_amount, round_to
from app.core.texts import N_
from app.pricing.domain.price import net_of

_ZERO = Decimal(0)
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_FINEST = 6
_WIDEST = 12


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One offer. Kinds: "" the list price, "percent" off it, "amount" off the whole line, "price" for one unit.

    `is_main` is the offer of its line that totals count; the others get the header discount in the same proportion.
    """

    quantity: Decimal
    list_price: Decimal | None
    list_base_quantity: Decimal = _ONE
    kind: str = ""
    value: Decimal = _ZERO
    is_locked: bool = False
    is_main: bool = True
    is_no_offer: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """`net` after all discounts; `share` of the header discount in it. All None without a price."""

    unit_price: Decimal | None = None
    base_quantity: Decimal = _ONE
    before: Decimal | None = None
    share: Decimal = _ZERO
    net: Decimal | None = None


@dataclass(frozen=True, slots=True)
class QuoteAmounts:
    """The offers in the order given, and the sums over the main ones."""

    lines: tuple[Amount, ...]
    line_total: Decimal
    discount: Decimal
    net_total: Decimal


def price_for(net: Decimal, quantity: Decimal, currency: str, base_quantity: Decimal = _ONE) -> tuple[Decimal, Decimal]:
    """The shortest unit price, for the smallest base quantity, that gives exactly this net amount."""
    for width in range(_WIDEST + 1):
        base = base_quantity * Decimal(10) ** width
        for digits in range(minor_units(currency), _FINEST + 1):
            price = round_to(net * base / quantity, digits)
            if net_of(quantity, price, base, currency) == net:
                return price, base
    raise ValueError(f"no price gives {net} for {quantity}")


def amounts(
    lines: Sequence[AmountLine], currency: str, discount_kind: str = "", discount_value: Decimal = _ZERO
) -> QuoteAmounts:
    """Work out a version; Invalid when a discount is more than what it is taken from."""
    first = [_line(line, currency) for line in lines]
    line_total = sum((one.before for one, line in zip(first, lines, strict=True) if line.is_main and one.before), _ZERO)
    open_places = [
        place
        for place, (one, line) in enumerate(zip(first, lines, strict=True))
        if one.before and line.is_main and not line.is_locked
    ]
    weights = [first[place].before or _ZERO for place in open_places]
    discount = _header(sum(weights, _ZERO), currency, discount_kind, discount_value)
    shares = [_ZERO] * len(lines)
    if discount:
        spread = largest_remainder(discount, weights, minor_units(currency))
        for place, share in zip(open_places, spread, strict=True):
            shares[place] = share
        for place, (one, line) in enumerate(zip(first, lines, strict=True)):
            if one.before and not line.is_main and not line.is_locked:
                shares[place] = round_amount(one.before * discount / sum(weights), currency)
    found = tuple(_less(one, line, share, currency) for one, line, share in zip(first, lines, shares, strict=True))
    zero = round_amount(_ZERO, currency)
    return QuoteAmounts(found, line_total + zero, discount + zero, line_total - discount + zero)


def _line(line: AmountLine, currency: str) -> Amount:
    """Price and net of one offer after its own discount."""
    if line.is_no_offer:
        return Amount()
    if line.kind == "price":
        return Amount(line.value, _ONE, net_of(line.quantity, line.value, _ONE, currency))
    if line.list_price is None:
        return Amount()
    base = line.list_base_quantity
    if line.kind == "amount":
        before = net_of(line.quantity, line.list_price, base, currency) - round_amount(line.value, currency)
        if before < 0:
            raise Invalid("lines", N_("Line {line}: the discount is more than the amount.", line=line.position))
        return Amount(*price_for(before, line.quantity, currency, base), before)
    price = line.list_price
    if line.kind == "percent":
        price = round_to(price * (_HUNDRED - line.value) / _HUNDRED, _FINEST).normalize() + 0
    return Amount(price, base, net_of(line.quantity, price, base, currency))


def _header(total: Decimal, currency: str, kind: str, value: Decimal) -> Decimal:
    if not kind or not value:
        return _ZERO
    discount = round_amount(total * value / _HUNDRED if kind == "percent" else value, currency)
    if discount > total:
        raise Invalid("discount_value", N_("The discount is more than the lines it is taken from."))
    return discount


def _less(one: Amount, line: AmountLine, share: Decimal, currency: str) -> Amount:
    """An offer less its share of the header discount."""
    if one.before is None or not share:
        return Amount(one.unit_price, one.base_quantity, one.before, _ZERO, one.before)
    net = one.before - share
    return Amount(*price_for(net, line.quantity, currency, one.base_quantity), one.before, share, net)
