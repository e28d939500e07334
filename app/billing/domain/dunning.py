"""Reminders in levels: which items of an account are due for which level, and what a reminder costs.

An item climbs one level a reminder, never two, and never the same level twice. What is contested, promised, stopped or
covered by credits of the account is not reminded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from app.core.errors import Invalid
from app.core.texts import N_

_DAY = timedelta(days=1)
_SATURDAY = 5
MOST_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """A step of a rule: so many days past due, the fee in the currency of the rule, days given to pay.

    `text` replaces the words of the house in the letter.
    """

    number: int
    after_days: int
    fee: Decimal
    pay_days: int
    with_interest: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class DunningRule:
    """Levels in their order. Below `minimum` (gross, all items together) nothing is sent; `gap_days` lie at least
    between two reminders of an item.
    """

    currency: str
    levels: tuple[Level, ...]
    minimum: Decimal = Decimal(0)
    gap_days: int = 7

    def level(self, number: int) -> Level | None:
        return next((level for level in self.levels if level.number == number), None)


@dataclass(frozen=True, slots=True)
class Owed:
    """An open item as reminders see it, gross. `level` and `reminded_on`: the last reminder of it, 0 and None before."""

    id: int
    number: str
    due_on: date
    open: Decimal
    disputed: Decimal = Decimal(0)
    stopped_until: date | None = None
    promised_until: date | None = None
    level: int = 0
    reminded_on: date | None = None
    can_be_reminded: bool = True  # fees and interest of earlier reminders are told, they climb no levels of their own


class Why(StrEnum):
    """Why an item is not in a reminder."""

    NOT_DUE = "not_due"
    TOO_SOON = "too_soon"
    STOPPED = "stopped"
    DISPUTED = "disputed"
    PROMISED = "promised"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Reminded:
    """An item of a reminder at its level; `amount` is what is asked, without what is contested."""

    item: Owed
    level: int
    days_late: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reminder to be sent: its level is the highest of its items; the fee is that level's."""

    level: Level
    items: tuple[Reminded, ...]
    amount: Decimal
    pay_by: date
    left_out: tuple[tuple[Owed, Why], ...] = ()


def last_day_to_pay(due_on: date, holidays: Collection[date] = ()) -> date:
    """A due day on a Saturday, Sunday or holiday gives time until the next working day (section 193 BGB)."""
    while due_on.weekday() >= _SATURDAY or due_on in holidays:
        due_on += _DAY
    return due_on


def why_not(item: Owed, rule: DunningRule, day: date, holidays: Collection[date] = ()) -> Why | None:
    """Why an item is not due for its next level on a day; None when it is."""
    if item.stopped_until is not None and day <= item.stopped_until:
        return Why.STOPPED
    if item.promised_until is not None and day <= item.promised_until:
        return Why.PROMISED
    if item.open - item.disputed <= 0:
        return Why.DISPUTED
    late = (day - last_day_to_pay(item.due_on, holidays)).days
    if late <= 0:
        return Why.NOT_DUE
    if item.reminded_on is not None and day < item.reminded_on + timedelta(days=rule.gap_days):
        return Why.TOO_SOON
    following = rule.level(item.level + 1)
    if following is None:
        return Why.LAST
    return None if late >= following.after_days else Why.NOT_DUE


def proposal(
    items: Sequence[Owed], unallocated: Decimal, rule: DunningRule, day: date, holidays: Collection[date] = ()
) -> Proposal | None:
    """The reminder of an account in one currency on a day, or None.

    `unallocated` (zero or below) are what the account has paid or been credited without allocation: an account that owes less
    than that in what is due is not reminded. The oldest items come first.
    """
    chosen, left_out = [], []
    for item in sorted((item for item in items if item.can_be_reminded), key=lambda item: (item.due_on, item.id)):
        reason = why_not(item, rule, day, holidays)
        if reason is not None:
            left_out.append((item, reason))
            continue
        late = (day - last_day_to_pay(item.due_on, holidays)).days
        chosen.append(Reminded(item, item.level + 1, late, item.open - item.disputed))
    amount = sum((line.amount for line in chosen), Decimal(0))
    highest = rule.level(max((line.level for line in chosen), default=0))
    if highest is None or amount + unallocated <= 0 or amount + unallocated < rule.minimum:
        return None
    pay_by = last_day_to_pay(day + timedelta(days=highest.pay_days), holidays)
    return Proposal(highest, tuple(chosen), amount, pay_by, tuple(left_out))


def check_levels(levels: Sequence[Level]) -> None:
    """Raise Invalid unless the levels are 1, 2, 3, ... each later than the one before, with amounts that can be."""
    if not 1 <= len(levels) <= MOST_LEVELS:
        raise Invalid("levels", N_("Enter one to {most} levels.", most=MOST_LEVELS))
    before = 0
    for place, level in enumerate(levels, start=1):
        if level.number != place:
            raise Invalid("levels", N_("Level {level} is missing.", level=place))
        if level.after_days <= before:
            raise Invalid(
                "levels", N_("Level {level} must come later than the level before it.", level=place)
            )  # fmt: skip
        if level.fee < 0 or level.pay_days < 0:
            raise Invalid("levels", N_("Level {level}: fee and days cannot be below zero.", level=place))
        before = level.after_days
