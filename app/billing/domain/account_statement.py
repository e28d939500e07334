"""An account over a period: what was brought forward, each movement with the balance after it, what remains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.errors import Invalid
from app.core.texts import N_

_LONGEST = 3660  # days: ten years


@dataclass(frozen=True, slots=True)
class Movement:
    """A posted item of the account, gross: `amount` above zero is owed by the account, below zero in its favour."""

    day: date
    kind: str
    number: str
    text: str
    due_on: date
    amount: Decimal
    open: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement as a line: one of `debit` and `credit` is there (not below zero), `balance` is that after it."""

    movement: Movement
    debit: Decimal | None
    credit: Decimal | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One currency of an account from `start` to `end`, both included: opening + debit - credit = closing."""

    currency: str
    start: date
    end: date
    opening: Decimal
    entries: tuple[Entry, ...]
    debit: Decimal
    credit: Decimal
    closing: Decimal


def statement(
    currency: str, start: date, end: date, opening: Decimal, movements: Iterable[Movement]
) -> AccountStatement:
    """The lines with their running balance; movements come in their order."""
    balance, debit, credit = opening, Decimal(0), Decimal(0)
    entries = []
    for movement in movements:
        balance += movement.amount
        is_debit = movement.amount >= 0
        debit, credit = debit + max(movement.amount, Decimal(0)), credit + max(-movement.amount, Decimal(0))
        entries.append(
            Entry(
                movement, movement.amount if is_debit else None, None if is_debit else -movement.amount, balance
            )
        )  # fmt: skip
    return AccountStatement(currency, start, end, opening, tuple(entries), debit, credit, balance)


def check_period(start: date, end: date) -> None:
    """Raise Invalid for a period that runs backwards or is longer than ten years."""
    if end < start:
        raise Invalid("end", N_("The period ends before it begins."))
    if (end - start).days > _LONGEST:
        raise Invalid("end", N_("Choose a period of at most ten years."))
