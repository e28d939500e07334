"""An order that changes: its lines before and after, the parts of its deliveries, what else it costs, how versions differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.errors import Conflict, Invalid
from app.core.money import largest_remainder, minor_units, round_amount
from app.core.texts import N_
from app.ordering.domain.charges import Charge, ChargeKind, OrderChargeRow, bases_of, shared
from app.ordering.domain.lifecycle import GONE, LineState, moved
from app.ordering.domain.progress import base_share
from app.pricing.domain.price import net_of

ZERO = Decimal(0)
_SIX_DIGITS = Decimal("0.000001")


@dataclass(slots=True)
class Line:
    """A line of an order as it stands. `is_agreed`: its price comes from a contract."""

    id: int
    position: int
    article_id: int
    sku: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    cancelled_quantity: Decimal
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    net: Decimal
    vat_category: str
    vat_rate: Decimal | None
    state: LineState
    promised_on: date | None
    base_unit: str
    is_agreed: bool
    price_source: str = ""
    claimed: Decimal = ZERO  # picked or shipped already, see domain/progress.py
    shipped: Decimal = ZERO
    arrived: Decimal = ZERO
    invoiced: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may still be taken off the line: neither picked nor invoiced."""
        return self.quantity - max(self.claimed, self.invoiced)

    @property
    def shipped_base(self) -> Decimal:
        """What was shipped, in base units: it holds no stock any more."""
        return base_share(self.base_quantity, self.quantity, ZERO, self.shipped) if self.shipped else ZERO

    @property
    def priced_quantity(self) -> Decimal:
        return self.quantity if self.unit == self.price_unit else self.base_quantity

    @property
    def ordered(self) -> Decimal:
        return self.quantity + self.cancelled_quantity

    @property
    def stands(self) -> bool:
        return self.state not in GONE


@dataclass(frozen=True, slots=True)
class LineChange:
    """What becomes of a line; None: as it is. `quantity` is what stands afterwards, in the line's unit."""

    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    promised_on: date | None = None
    state: LineState | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The share of a line that one delivery brings."""

    order_line_id: int
    delivery_id: int
    position: int
    quantity: Decimal
    base_quantity: Decimal
    cost_centre_id: int | None
    net: Decimal


def revised(line: Line, change: LineChange, currency: str) -> Line:
    """The line after a change; the price per unit stays as agreed unless the change names another."""
    quantity = line.quantity if change.quantity is None else change.quantity
    if not line.quantity - line.free <= quantity <= line.quantity:
        raise Invalid("quantity", N_("Line {position}: at most {most} can go.", position=line.position,
                                     most=line.free))  # fmt: skip
    state = line.state if change.state is None else change.state
    if state is LineState.IN_DELIVERY and line.arrived >= quantity:
        state = LineState.DELIVERED
    if quantity == 0 and state not in GONE:
        state = LineState.CANCELLED
    if quantity and state in GONE:
        quantity = ZERO
    after = replace(
        line,
        state=moved(line.state, state),
        quantity=quantity,
        cancelled_quantity=line.cancelled_quantity + line.quantity - quantity,
        unit_price=line.unit_price if change.unit_price is None else change.unit_price,
        promised_on=change.promised_on or line.promised_on,
    )
    if quantity != line.quantity:
        after.base_quantity = (line.base_quantity * quantity / line.quantity).quantize(_SIX_DIGITS).normalize() + 0
    if quantity != line.quantity or after.unit_price != line.unit_price:
        after.net = net_of(after.priced_quantity, after.unit_price, after.price_base_quantity, currency)
    return after


def demand_something(before: Sequence[Line], after: Sequence[Line]) -> None:
    """Raise Conflict where nothing would change: the lines are gone already."""
    if all(old == new for old, new in zip(before, after, strict=True)):
        raise Conflict(N_("Nothing is left of these lines to change."))


def kept_parts(parts: Sequence[Part], line: Line, currency: str) -> list[Part]:
    """The parts of a line that shrank: the last ones go first, the nets add up to the line's again."""
    left, kept = line.quantity, []
    for part in sorted(parts, key=lambda one: one.position):
        quantity = min(part.quantity, left)
        left -= quantity
        if quantity == part.quantity:
            kept.append(part)
        elif quantity:
            base = (part.base_quantity * quantity / part.quantity).quantize(_SIX_DIGITS).normalize() + 0
            kept.append(replace(part, quantity=quantity, base_quantity=base))
    if not kept:
        return []
    nets = largest_remainder(line.net, [part.quantity for part in kept], minor_units(currency))
    return [replace(part, net=net) for part, net in zip(kept, nets, strict=True)]


def kept_charges(
    rows: Sequence[OrderChargeRow], before: Sequence[Line], after: Sequence[Line], gone: Decimal, currency: str
) -> tuple[OrderChargeRow, ...]:
    """Charges after lines went: delivery as agreed, less `gone` (net, of deliveries that bring nothing any more).

    What is charged or given for the way of payment shrinks with the goods; a surcharge stays. All take the VAT of the
    goods that are left; without goods there are none.
    """
    if not after:
        return ()
    was, left = sum((line.net for line in before), ZERO), sum((line.net for line in after), ZERO)
    sums: dict[tuple[ChargeKind, str, str], Decimal] = {}
    for row in rows:
        label = (row.kind, row.code, row.name)
        sums[label] = sums.get(label, ZERO) + row.amount
    charges = []
    for (kind, code, name), agreed in sums.items():
        amount = agreed
        if kind is ChargeKind.DELIVERY:
            amount = max(agreed - gone, ZERO)
            gone -= agreed - amount
        elif kind is ChargeKind.PAYMENT and was:
            amount = round_amount(agreed * left / was, currency)
        charges.append(Charge(kind, code, name, amount))
    return shared(charges, bases_of((line.net, line.vat_category, line.vat_rate) for line in after), currency)


@dataclass(frozen=True, slots=True)
class Difference:
    """How one line, or one fact of the head, differs between two versions; None: was or is not there."""

    kind: str  # added, removed, quantity, price, date, state, ship_to, requested_on, po_number, total
    position: int
    sku: str
    name: str
    old: Any
    new: Any
    unit: str = ""


_HEAD = ("ship_to", "requested_on", "po_number", "note")
_LINE = {"quantity": "quantity", "unit_price": "price", "promised_on": "date", "state": "state"}
_EXACT = ("quantity", "unit_price")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What a later version of an order says otherwise, line by line; lines are known by article and unit."""
    found = [
        Difference(name, 0, "", "", old.get(name), new.get(name))
        for name in _HEAD
        if (old.get(name) or None) != (new.get(name) or None)
    ]
    before, after = _by_key(old), _by_key(new)
    for key, line in after.items():
        known = before.get(key)
        if known is None:
            found.append(_of("added", line, None, Decimal(line["quantity"])))
            continue
        for name, kind in _LINE.items():
            if _value(known, name) != _value(line, name):
                found.append(_of(kind, line, _value(known, name), _value(line, name)))
    gone = [_of("removed", line, Decimal(line["quantity"]), None) for key, line in before.items() if key not in after]
    found = [*found, *gone]
    if old["gross_total"] != new["gross_total"]:
        found.append(Difference("total", 0, "", "", Decimal(old["gross_total"]), Decimal(new["gross_total"])))
    return sorted(found, key=lambda one: (one.position == 0 and one.kind == "total", one.position))


def _value(line: Mapping[str, Any], name: str) -> Any:
    value = line.get(name)
    return Decimal(value) if name in _EXACT and value is not None else value


def _of(kind: str, line: Mapping[str, Any], old: Any, new: Any) -> Difference:
    return Difference(kind, line["position"], line["sku"], line["name"], old, new, line["unit"])


def _by_key(version: Mapping[str, Any]) -> dict[tuple[int, str, int], Mapping[str, Any]]:
    """Lines by article and unit; a second line of the same article keeps its own place."""
    found: dict[tuple[int, str, int], Mapping[str, Any]] = {}
    for line in version["lines"]:
        turn = 0
        while (key := (line["article_id"], line["unit"], turn)) in found:
            turn += 1
        found[key] = line
    return found
