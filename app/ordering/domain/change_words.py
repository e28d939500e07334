"""A difference between two versions of an order as one sentence, for mails and notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from app.core.money import Money, UnitPrice
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.ordering.domain.lifecycle import LINE_STATE_NAMES, LineState
from app.ordering.domain.revision import Difference

_KINDS: Mapping[str, Message] = {
    "cancelled": N_("cancelled"),
    "amended": N_("changed"),
    "confirmed": N_("confirmed"),
    "agreed": N_("answered"),
}


def kind_words(kind: str) -> Message:
    """What kind of change it was, in one word."""
    return _KINDS[kind]


def sentence(one: Difference, currency: str) -> Message:
    """What differs, in the reader's way of writing numbers and dates."""
    return _SENTENCES[one.kind](one, currency)


def _quantity(one: Difference, _currency: str) -> Message:
    return N_("{sku} {name}: quantity {old}, now {new} {unit}", sku=one.sku, name=one.name, old=one.old, new=one.new,
              unit=unit_name(one.unit))  # fmt: skip


def _added(one: Difference, _currency: str) -> Message:
    return N_("{sku} {name}: added, {new} {unit}", sku=one.sku, name=one.name, new=one.new, unit=unit_name(one.unit))


def _removed(one: Difference, _currency: str) -> Message:
    return N_("{sku} {name}: removed, it was {old} {unit}", sku=one.sku, name=one.name, old=one.old,
              unit=unit_name(one.unit))  # fmt: skip


def _price(one: Difference, currency: str) -> Message:
    return N_("{sku} {name}: price {old}, now {new}", sku=one.sku, name=one.name, old=UnitPrice(one.old, currency),
              new=UnitPrice(one.new, currency))  # fmt: skip


def _date(one: Difference, _currency: str) -> Message:
    if not one.new:
        return N_("{sku} {name}: no date any more", sku=one.sku, name=one.name)
    return N_("{sku} {name}: comes on {new}", sku=one.sku, name=one.name, new=date.fromisoformat(one.new))


def _state(one: Difference, _currency: str) -> Message:
    return N_("{sku} {name}: {state}", sku=one.sku, name=one.name, state=LINE_STATE_NAMES[LineState(one.new)])


def _total(one: Difference, currency: str) -> Message:
    return N_("Total with VAT: {old}, now {new}", old=Money(Decimal(one.old), currency),
              new=Money(Decimal(one.new), currency))  # fmt: skip


_SENTENCES: Mapping[str, Callable[[Difference, str], Message]] = {
    "quantity": _quantity,
    "added": _added,
    "removed": _removed,
    "price": _price,
    "date": _date,
    "state": _state,
    "total": _total,
    "ship_to": lambda _one, _currency: N_("Ship to: another address"),
    "requested_on": lambda one, _currency: N_("Wanted on: {new}", new=one.new or "–"),
    "po_number": lambda one, _currency: N_("Your order number (PO): {new}", new=one.new or "–"),
    "note": lambda _one, _currency: N_("The note to us has changed"),
}
