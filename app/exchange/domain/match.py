"""Three-way match: what was ordered, what was delivered and what is asked for, line by line and within tolerances.

Quantities of a line are in the unit it was ordered in, prices are net for one such unit. A credit note that gives back
the price that was asked for takes goods back; one at another price corrects the price alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.core.money import minor_units, round_amount
from app.exchange.domain.match_assignment import Assigned, Delivered, Invoiced, Ordered, assigned

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_PLACES = Decimal("0.000001")


class Result(StrEnum):
    """What is found of a line, the gravest first."""

    TWICE = "twice"
    NOT_ORDERED = "not_ordered"
    UNIT = "unit"
    PRICE = "price"
    NOT_DELIVERED = "not_delivered"
    QUANTITY = "quantity"
    MISSING = "missing"
    PARTLY = "partly"
    WITHIN = "within"
    AGREES = "agrees"


FAULTS = frozenset({
    Result.TWICE, Result.NOT_ORDERED, Result.UNIT, Result.PRICE, Result.NOT_DELIVERED, Result.QUANTITY,
})  # fmt: skip
WAITING = frozenset({Result.MISSING, Result.PARTLY})


class State(StrEnum):
    """Of the whole: `differs` needs a person, `waits` needs another document."""

    DIFFERS = "differs"
    WAITS = "waits"
    WITHIN = "within"
    AGREES = "agrees"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What is let pass. Percents are of the agreed price or the ordered quantity, amounts in the order's currency.

    Of a price every limit that is given must hold, `price_amount` for the difference of one line; without any nothing is
    let pass. `total_amount` is for all differences together, charges with them; None is no limit for the goods.
    """

    price_percent: Decimal | None = None
    price_amount: Decimal | None = None
    quantity_percent: Decimal | None = None
    total_amount: Decimal | None = None

    def slack(self, ordered: Decimal) -> Decimal:
        return ordered * (self.quantity_percent or _ZERO) / _HUNDRED

    def lets_pass(self, difference: Decimal, agreed: Decimal) -> bool:
        """Whether a line may differ by so much from its agreed amount."""
        if self.price_percent is None and self.price_amount is None:
            return False
        if self.price_percent is not None and difference * _HUNDRED > self.price_percent * abs(agreed):
            return False
        return self.price_amount is None or difference <= self.price_amount


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One line held against the others. `delivered` is None where no delivery of the order was told at all.

    `difference` is what is asked for more (or less) than was agreed for what was ordered and came.
    """

    position: str
    name: str
    sku: str
    unit: str
    ordered: Decimal
    delivered: Decimal | None
    invoiced: Decimal
    price_ordered: Decimal | None
    price_invoiced: Decimal | None
    difference: Decimal
    results: tuple[Result, ...]
    documents: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        return self.results[0]


@dataclass(frozen=True, slots=True)
class Match:
    """The lines of the order, then what nobody ordered; `charges` is what is asked beside the goods and was not agreed.

    `is_over` says that the differences together pass the limit of the total.
    """

    currency: str
    lines: tuple[LineMatch, ...]
    charges: Decimal
    difference: Decimal
    state: State
    is_delivery_known: bool
    is_over: bool
    invoices: tuple[str, ...] = field(default=())

    @property
    def faults(self) -> int:
        """How many lines need a person."""
        return sum(1 for line in self.lines if line.result in FAULTS)

    @property
    def fingerprint(self) -> str:
        """Changes when anything changes that a person decided on."""
        told = [
            (line.position, line.ordered.normalize(), (line.delivered or _ZERO).normalize(), line.invoiced.normalize(),
             line.difference.normalize(), *line.results)
            for line in self.lines
        ]  # fmt: skip
        text = repr([[str(part) for part in parts] for parts in told]) + f"{self.charges.normalize()} {self.invoices}"
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Charges:
    """Allowances (negative) and charges beside the goods, net: as agreed and as asked for."""

    ordered: Decimal = _ZERO
    invoiced: Decimal = _ZERO


def match(
    ordered: Sequence[Ordered],
    delivered: Sequence[Delivered],
    invoiced: Sequence[Invoiced],
    tolerances: Tolerances,
    *,
    currency: str,
    charges: Charges | None = None,
) -> Match:
    """Hold the three against each other. Without any delivery the comparison is of order and invoices alone."""
    found = assigned(ordered, delivered, invoiced)
    known = bool(delivered)
    lines = [_line(one, tolerances, currency, is_delivery_known=known) for one in found.lines]
    lines += [_stranger(one, currency) for one in found.strangers]
    beside = charges.invoiced - charges.ordered if charges and invoiced else _ZERO
    difference = sum((line.difference for line in lines), _ZERO) + beside
    over = tolerances.total_amount is not None and abs(difference) > tolerances.total_amount
    return Match(
        currency, tuple(lines), beside, difference, _state(lines, beside, tolerances, is_over=over), known, over,
        tuple(dict.fromkeys(one.document for one in invoiced)),
    )  # fmt: skip


def _state(lines: Sequence[LineMatch], charges: Decimal, tolerances: Tolerances, *, is_over: bool) -> State:
    results = {line.result for line in lines}
    if results & FAULTS or is_over or (charges and tolerances.total_amount is None):
        return State.DIFFERS
    if results & WAITING or not lines:
        return State.WAITS
    return State.WITHIN if charges or Result.WITHIN in results else State.AGREES


def _line(one: Assigned, tolerances: Tolerances, currency: str, *, is_delivery_known: bool) -> LineMatch:
    line = one.line
    if one.unknown_units:
        return LineMatch(
            line.position, line.name, line.sku, line.unit, line.quantity, one.delivered if is_delivery_known else None,
            one.invoiced, line.unit_price, None, _ZERO, (Result.UNIT,), one.documents,
        )  # fmt: skip
    delivered = one.delivered if is_delivery_known else None
    due = line.quantity if delivered is None else min(line.quantity, delivered)
    price = line.unit_price
    agreed = _ZERO if price is None else price * one.invoiced
    results: set[Result] = set()
    if _is_twice(one, tolerances):
        results.add(Result.TWICE)
    results |= _quantity_results(one, delivered, tolerances)
    if one.invoices and price is not None:
        results |= _price_results(agreed, one, tolerances, currency)
    extra = max(one.invoiced - due, _ZERO) * (price or _ZERO)
    difference = round_amount(one.net - agreed + extra, currency) if one.invoices else _ZERO
    return LineMatch(
        line.position, line.name, line.sku, line.unit, line.quantity, delivered, one.invoiced, price,
        _unit_price(one), difference, _sorted(results), one.documents,
    )  # fmt: skip


def _stranger(one: Invoiced | Delivered, currency: str) -> LineMatch:
    is_claim = isinstance(one, Invoiced)
    net = (-one.net if one.is_credit else one.net) if isinstance(one, Invoiced) else _ZERO
    quantity = -one.quantity if isinstance(one, Invoiced) and one.is_credit else one.quantity
    return LineMatch(
        "", one.name, one.sku or one.buyer_sku or one.gtin, one.unit, _ZERO, None if is_claim else quantity,
        quantity if is_claim else _ZERO, None, one.unit_price if isinstance(one, Invoiced) else None,
        round_amount(net, currency), (Result.NOT_ORDERED,), (one.document,),
    )  # fmt: skip


def _sorted(results: set[Result]) -> tuple[Result, ...]:
    """The gravest first; a tolerated difference beside a fault is not worth a word."""
    if results - {Result.WITHIN, Result.AGREES}:
        results -= {Result.WITHIN, Result.AGREES}
    elif Result.WITHIN in results:
        results -= {Result.AGREES}
    order = list(Result)
    return tuple(sorted(results, key=order.index))


def _quantity_results(one: Assigned, delivered: Decimal | None, tolerances: Tolerances) -> set[Result]:
    ordered, invoiced = one.line.quantity, one.invoiced
    slack = tolerances.slack(ordered)
    came = ordered if delivered is None else delivered
    if came > ordered + slack:
        return {Result.QUANTITY}
    if not invoiced:
        return {Result.MISSING if ordered or came else Result.AGREES}
    if invoiced > 0 and delivered == 0:
        return {Result.NOT_DELIVERED}
    if invoiced > ordered + slack or invoiced > came + slack or invoiced < 0:
        return {Result.QUANTITY}
    if max(ordered, came) - invoiced > slack:
        return {Result.PARTLY}
    return {Result.AGREES if invoiced == ordered == came else Result.WITHIN}


def _price_results(agreed: Decimal, one: Assigned, tolerances: Tolerances, currency: str) -> set[Result]:
    """Half a minor unit is given for each rounded invoice line."""
    difference = abs(one.net - agreed)
    rounding = Decimal(1).scaleb(-minor_units(currency)) / 2 * len(one.invoices)
    if difference <= rounding:
        return {Result.AGREES}
    return {Result.WITHIN if tolerances.lets_pass(difference, agreed) else Result.PRICE}


def _is_twice(one: Assigned, tolerances: Tolerances) -> bool:
    """Two invoices ask for the same, and that much more than was ordered is asked for."""
    slack = tolerances.slack(one.line.quantity)
    excess = one.invoiced - one.line.quantity
    seen: dict[tuple[Decimal, Decimal], str] = {}
    for claim in one.invoices:
        if claim.is_credit:
            continue
        key = (claim.quantity.normalize(), claim.net.normalize())
        other = seen.setdefault(key, claim.document)
        if other != claim.document and excess + slack >= claim.quantity > 0:
            return True
    return False


def _unit_price(one: Assigned) -> Decimal | None:
    if not one.invoices or not one.invoiced:
        return None
    return (one.net / one.invoiced).quantize(_PLACES, rounding=ROUND_HALF_UP)
