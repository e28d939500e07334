"""How old what is owed is: the classes of an age analysis, by days past the due day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.texts import N_, Message

# The last day past due that still belongs to a class; what is not due yet and the last class have none.
BOUNDS = (0, 30, 60, 90)
NAMES: tuple[Message, ...] = (
    N_("Not due"),
    N_("1 to 30 days"),
    N_("31 to 60 days"),
    N_("61 to 90 days"),
    N_("Over 90 days"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is open of one item on a day, gross: above zero owed by the account, below zero in its favour."""

    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is owed by age, in one currency. `unallocated` (zero or below) are payments and credit notes not allocated."""

    classes: tuple[Decimal, ...]
    unallocated: Decimal

    @property
    def owed(self) -> Decimal:
        return sum(self.classes, Decimal(0))

    @property
    def overdue(self) -> Decimal:
        return sum(self.classes[1:], Decimal(0))

    @property
    def balance(self) -> Decimal:
        """All that is open; equals the sum of the open items."""
        return self.owed + self.unallocated


def class_of(due_on: date, day: date) -> int:
    """The class of something due on a day; on the due day itself it is not overdue."""
    late = (day - due_on).days
    return next((place for place, bound in enumerate(BOUNDS) if late <= bound), len(BOUNDS))


def aged(claims: Iterable[Claim], day: date) -> Ageing:
    """The claims of one account and currency by their age on a day."""
    classes, unallocated = [Decimal(0)] * len(NAMES), Decimal(0)
    for claim in claims:
        if claim.open < 0:
            unallocated += claim.open
        else:
            classes[class_of(claim.due_on, day)] += claim.open
    return Ageing(tuple(classes), unallocated)
