"""Contracts with suppliers: what is signed, how much is used, when to remind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_
from app.core.units import unit_name
from app.sourcing.domain.chain import canonical

REMINDER_DAYS = (60, 30, 7)
USE_STEPS = (80, 100)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of a contract's canonical form: what both sides sign."""
    return hashlib.sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one price is used; without `maximum` there is no end."""

    unit_price: Decimal
    base_quantity: Decimal
    maximum: Decimal | None
    used: Decimal


def used_percent(rows: Iterable[Use]) -> int | None:
    """How much of a contract is used, by value, in whole percent rounded down; None where it has no end."""
    limited = [row for row in rows if row.maximum is not None]
    whole = sum((row.maximum * row.unit_price / row.base_quantity for row in limited if row.maximum), Decimal(0))
    if not limited:
        return None
    if not whole:
        return 100 if all(row.used >= (row.maximum or 0) for row in limited) else 0
    used = sum((row.used * row.unit_price / row.base_quantity for row in limited), Decimal(0))
    return int(used * 100 / whole)


def use_step(percent: int | None, told: int) -> int | None:
    """The step of use that is reached and not told yet."""
    reached = [step for step in USE_STEPS if percent is not None and percent >= step > told]
    return max(reached, default=None)


def next_reminder(today: date, valid_to: date) -> tuple[date, int] | None:
    """The next day to remind of the end and how many days are left then; None when none lies ahead."""
    for days in REMINDER_DAYS:
        on = date.fromordinal(valid_to.toordinal() - days)
        if on > today:
            return on, days
    return None


def due_reminder(today: date, valid_to: date) -> int | None:
    """The reminder of today: the smallest step that is reached before the end."""
    left = (valid_to - today).days
    reached = [days for days in REMINDER_DAYS if 0 < left <= days]
    return min(reached, default=None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """So much of one contract price."""

    price_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Room:
    """What a contract price allows now."""

    price_id: int
    position: int
    unit: str
    minimum: Decimal
    maximum: Decimal | None
    called_off: Decimal

    @property
    def left(self) -> Decimal | None:
        """Never below zero, also where a warning let more be called off."""
        return None if self.maximum is None else max(self.maximum - self.called_off, Decimal(0))


def check_wanted(wanted: Sequence[Wanted], rooms: Mapping[int, Room], excess: str) -> list[Room]:
    """The prices whose maximum the call-off passes, where that is allowed with a warning; else Invalid names the line."""
    over = []
    if len({one.price_id for one in wanted}) < len(wanted):
        raise Invalid("quantity", N_("A line stands here twice."))
    for one in wanted:
        room = rooms.get(one.price_id)
        if room is None or one.quantity <= 0:
            raise Invalid("quantity", N_("Order more than 0 of a line of the contract."))
        unit = unit_name(room.unit)
        if one.quantity < room.minimum and one.quantity != room.left:  # the rest may be smaller
            raise Invalid("quantity", N_("Line {position}: the supplier delivers {minimum} {unit} or more.",
                                         position=room.position, minimum=_tidy(room.minimum), unit=unit))  # fmt: skip
        if room.left is not None and one.quantity > room.left:
            if excess == "block":
                raise Invalid("quantity", N_("Line {position}: only {left} {unit} are left.", position=room.position,
                                             left=_tidy(room.left), unit=unit))  # fmt: skip
            over.append(room)
    return over


def _tidy(value: Decimal) -> Decimal:
    return value.normalize() + 0
