"""Which version of a price list holds on a day, what each of them is called on it, and changes by percent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from app.core.errors import Invalid
from app.core.texts import N_


class Phase(StrEnum):
    """What a version is on a day. A draft that is submitted waits; of approved ones the dates decide."""

    DRAFT = "draft"
    WAITING = "waiting"
    PLANNED = "planned"
    ACTIVE = "active"
    PAST = "past"
    WITHDRAWN = "withdrawn"


class Versioned(Protocol):
    """What deciding needs. Validity: from inclusive, to exclusive."""

    @property
    def version(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def is_submitted(self) -> bool: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


V = TypeVar("V", bound=Versioned)


def holding(versions: Iterable[V], day: date) -> V | None:
    """The approved version that is valid and began last; of two that began on one day the higher."""
    valid = [
        version
        for version in versions
        if version.state == "approved"
        and (version.valid_from is None or version.valid_from <= day)
        and (version.valid_to is None or day < version.valid_to)
    ]
    return max(valid, key=lambda version: (version.valid_from or date.min, version.version), default=None)


def phase(version: V, versions: Sequence[V], day: date) -> Phase:
    """A version that another one covers for now, and that holds again later, is planned."""
    if version.state == "withdrawn":
        return Phase.WITHDRAWN
    if version.state == "draft":
        return Phase.WAITING if version.is_submitted else Phase.DRAFT
    if holding(versions, day) is version:
        return Phase.ACTIVE
    if version.valid_from and version.valid_from > day:
        return Phase.PLANNED
    ends = {other.valid_to for other in versions if other.valid_to and other.valid_to > day}
    return Phase.PLANNED if any(holding(versions, end) is version for end in ends) else Phase.PAST


def has_held(version: V, versions: Sequence[V], today: date) -> bool:
    """Whether it held on a day before today: such days are not taken back."""
    if version.state != "approved" or (version.valid_from and version.valid_from >= today):
        return False
    starts = {other.valid_from for other in versions if other.valid_from and other.valid_from < today}
    ends = {other.valid_to for other in versions if other.valid_to and other.valid_to < today}
    days = {version.valid_from or date.min, today - timedelta(days=1), *starts, *ends}
    return any(holding(versions, day) is version for day in days)


def timeline(versions: Sequence[V]) -> list[tuple[date | None, date | None, V | None]]:
    """Which version holds from when until when (exclusive), from the first day to the last; None: nobody has a price."""
    approved = [version for version in versions if version.state == "approved"]
    days = {day for version in approved for day in (version.valid_from, version.valid_to) if day is not None}
    found: list[tuple[date | None, date | None, V | None]] = []
    starts: list[date | None] = [None, *sorted(days)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        held = holding(approved, start or date.min)
        if found and found[-1][2] is held:
            found[-1] = (found[-1][0], end, held)
        else:
            found.append((start, end, held))
    return found[1:] if len(found) > 1 and found[0][2] is None else found


ROUNDINGS = ("half_up", "up", "down")
LARGEST_PERCENT = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which prices of a list: of a category with all below, a brand, article numbers that begin so; empty: all."""

    category: str = ""
    brand: str = ""
    sku_start: str = ""


@dataclass(frozen=True, slots=True)
class PercentChange:
    """By so many percent, rounded to a multiple of `step`."""

    percent: Decimal
    step: Decimal = Decimal("0.01")
    rounding: str = "half_up"

    def check(self) -> None:
        if not -100 < self.percent <= LARGEST_PERCENT:
            raise Invalid("percent", N_("A change is more than -100 and at most {largest} percent.",
                                        largest=LARGEST_PERCENT))  # fmt: skip
        if not 0 < self.step <= 1000:
            raise Invalid("step", N_("Prices are rounded to a step above 0 and at most {largest}.", largest=1000))
        if self.rounding not in ROUNDINGS:
            raise Invalid(
                "rounding",
                N_("{given} is not one of {allowed}.", given=self.rounding, allowed=", ".join(ROUNDINGS)),
            )


def checked_span(valid_from: date, valid_to: date | None, today: date) -> tuple[date, date | None]:
    """The span of a version to come. Raises Invalid."""
    if valid_from < today:
        raise Invalid(
            "valid_from", N_("A version starts today at the earliest: prices of past days stay as they were.")
        )
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("valid_to", N_("The last day comes before the first."))
    return valid_from, valid_to
