"""Which lines of deliveries and invoices belong to which line of the order, in the order's units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.core.quantity import Factor

_ZERO = Decimal(0)
_PLACES = Decimal("0.000001")
_SAME = ({"H87", "C62", "EA", "PCE", "NAR", ""},)
"""Units that say "one piece", each in another list of codes."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line as agreed. `units` are the factors of every unit of its article to one base unit."""

    position: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    name: str = ""
    units: Mapping[str, Factor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line of a delivery; `order_line` is the position in the order where the document names it."""

    document: str
    quantity: Decimal
    unit: str = ""
    order_line: str = ""
    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A line of an invoice or credit note: positive quantity and `net`; `unit_price` is for one of its unit."""

    document: str
    quantity: Decimal
    unit: str
    net: Decimal
    unit_price: Decimal | None = None
    is_credit: bool = False
    order_line: str = ""
    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    name: str = ""


@dataclass(slots=True)
class Assigned:
    """An ordered line with its share of the others. `invoices` are in the ordered unit."""

    line: Ordered
    delivered: Decimal = _ZERO
    invoiced: Decimal = _ZERO
    net: Decimal = _ZERO
    invoices: list[Invoiced] = field(default_factory=list)
    unknown_units: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.sources))


@dataclass(frozen=True, slots=True)
class Assignment:
    lines: tuple[Assigned, ...]
    strangers: tuple[Invoiced | Delivered, ...]


def assigned(ordered: Sequence[Ordered], delivered: Iterable[Delivered], invoiced: Iterable[Invoiced]) -> Assignment:
    """A line goes by the position it names, else by its article numbers; several lines of an article fill up in turn."""
    lines = [Assigned(line) for line in ordered]
    strangers: list[Invoiced | Delivered] = []
    find = _Finder(lines)
    for came in delivered:
        if not (targets := find(came)):
            strangers.append(came)
            continue
        _deliver(targets, came)
    given_back = []
    for claim in invoiced:
        if claim.is_credit:
            given_back.append(claim)
        elif targets := find(claim):
            _claim(targets, claim)
        else:
            strangers.append(claim)
    for claim in given_back:
        if targets := find(claim):
            _credit(targets, claim)
        else:
            strangers.append(claim)
    return Assignment(tuple(lines), tuple(strangers))


class _Finder:
    """The lines a document's line may belong to."""

    def __init__(self, lines: Sequence[Assigned]) -> None:
        self._by_position = {_position(one.line.position): one for one in lines}
        self._by_number: dict[tuple[str, str], list[Assigned]] = {}
        for one in lines:
            for kind in ("sku", "buyer_sku", "gtin"):
                if value := getattr(one.line, kind):
                    self._by_number.setdefault((kind, value.casefold()), []).append(one)

    def __call__(self, line: Invoiced | Delivered) -> list[Assigned]:
        named = self._by_position.get(_position(line.order_line)) if line.order_line else None
        if named is not None and not _contradicts(named.line, line):
            return [named]
        for kind in ("sku", "buyer_sku", "gtin"):
            value = getattr(line, kind)
            if value and (found := self._by_number.get((kind, value.casefold()))):
                return found
        return []


def _position(value: str) -> str:
    """Partners pad positions with zeros."""
    return value.lstrip("0") or "0" if value.isdigit() else value


def _contradicts(line: Ordered, other: Invoiced | Delivered) -> bool:
    """Both name an article and no number of theirs is the same."""
    pairs = [
        (getattr(line, kind).casefold(), getattr(other, kind).casefold())
        for kind in ("sku", "buyer_sku", "gtin")
        if getattr(line, kind) and getattr(other, kind)
    ]
    return bool(pairs) and not any(mine == theirs for mine, theirs in pairs)


def factor_between(line: Ordered, unit: str) -> Fraction | None:
    """How many of the ordered unit one of `unit` is; None where that is not known."""
    if not unit or unit == line.unit or any({unit, line.unit} <= same for same in _SAME):
        return Fraction(1)
    one, target = _factor(line, unit), _factor(line, line.unit)
    return one / target if one is not None and target is not None else None


def _factor(line: Ordered, unit: str) -> Fraction | None:
    for known, factor in line.units.items():
        if known == unit or any({known, unit} <= same for same in _SAME):
            return Fraction(factor.numerator, factor.denominator)
    return None


def _times(value: Decimal, factor: Fraction) -> Decimal:
    if factor == 1:
        return value
    return (value * factor.numerator / factor.denominator).quantize(_PLACES, rounding=ROUND_HALF_UP)


def _share(targets: Sequence[Assigned], amount: Decimal, taken: str) -> list[tuple[Assigned, Decimal]]:
    """Fill the lines up in turn; what is too much goes to the last."""
    shares = []
    for target in targets[:-1]:
        part = min(amount, max(target.line.quantity - getattr(target, taken), _ZERO))
        if part:
            shares.append((target, part))
            amount -= part
    if amount or not shares:
        shares.append((targets[-1], amount))
    return shares


def _converted(targets: Sequence[Assigned], line: Invoiced | Delivered) -> Decimal | None:
    """The quantity in the unit of the first line it may belong to; notes on the lines what cannot be compared."""
    factor = factor_between(targets[0].line, line.unit)
    if factor is None or any(target.line.unit != targets[0].line.unit for target in targets):
        targets[0].unknown_units.append(line.unit)
        targets[0].sources.append(line.document)
        return None
    return _times(line.quantity, factor)


def _deliver(targets: Sequence[Assigned], came: Delivered) -> None:
    quantity = _converted(targets, came)
    if quantity is None:
        return
    for target, part in _share(targets, quantity, "delivered"):
        target.delivered += part
        target.sources.append(came.document)


def _claim(targets: Sequence[Assigned], claim: Invoiced) -> None:
    quantity = _converted(targets, claim)
    if quantity is None:
        return
    left = claim.net
    shares = _share(targets, quantity, "invoiced")
    for place, (target, part) in enumerate(shares):
        net = left if place == len(shares) - 1 else _part(claim.net, part, quantity)
        left -= net
        target.invoiced += part
        target.net += net
        target.invoices.append(replace(claim, quantity=part, unit=target.line.unit, net=net))
        target.sources.append(claim.document)


def _part(net: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (net * part / whole).quantize(_PLACES, rounding=ROUND_HALF_UP) if whole else _ZERO


def _credit(targets: Sequence[Assigned], claim: Invoiced) -> None:
    """Goods are given back where the price is the one that was asked for; else the price alone is corrected."""
    quantity = _converted(targets, claim)
    if quantity is None:
        return
    target = next((one for one in reversed(targets) if one.invoiced >= quantity), targets[-1])
    if quantity and _is_price_asked(target, claim.net / quantity):
        target.invoiced -= quantity
    target.net -= claim.net
    target.invoices.append(replace(claim, quantity=quantity, unit=target.line.unit))
    target.sources.append(claim.document)


def _is_price_asked(target: Assigned, price: Decimal) -> bool:
    asked = [one.net / one.quantity for one in target.invoices if not one.is_credit and one.quantity]
    if not asked:
        return True
    return any(abs(price - one) * 200 <= abs(one) for one in asked)  # half a percent: prices come rounded
