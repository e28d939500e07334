"""Standing orders: states of an order and of its runs as tables, what a run asks its owner, the number it orders under."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.errors import Conflict, Invalid
from app.core.money import Money
from app.core.texts import N_, Message
from app.ordering.domain.cart import LineProblem
from app.ordering.domain.schedule import Schedule
from app.ordering.domain.wishes import PO_LENGTH

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")
_WILD = re.compile(r"\{([a-z]*)\}")


class StandingState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class RunState(StrEnum):
    """`missed`: its time passed while nothing ran; `failed`: nobody answered in time, or the program could not."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    RUNNING = "running"
    PLACED = "placed"
    WAITING = "waiting_for_approval"
    REVIEW = "review"
    SKIPPED = "skipped"
    MISSED = "missed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ORDERS: dict[StandingState, set[StandingState]] = {
    StandingState.ACTIVE: {StandingState.PAUSED, StandingState.ENDED},
    StandingState.PAUSED: {StandingState.ACTIVE, StandingState.ENDED},
    StandingState.ENDED: set(),
}
_RUNS: dict[RunState, set[RunState]] = {
    RunState.PLANNED: {
        RunState.ANNOUNCED, RunState.RUNNING, RunState.SKIPPED, RunState.MISSED, RunState.CANCELLED,
    },
    RunState.ANNOUNCED: {
        RunState.PLANNED, RunState.RUNNING, RunState.SKIPPED, RunState.MISSED, RunState.CANCELLED,
    },
    RunState.RUNNING: {RunState.RUNNING, RunState.PLACED, RunState.WAITING, RunState.REVIEW, RunState.FAILED},
    RunState.REVIEW: {RunState.RUNNING, RunState.SKIPPED, RunState.FAILED, RunState.CANCELLED},
    RunState.WAITING: {RunState.PLACED, RunState.REVIEW, RunState.CANCELLED},
    RunState.SKIPPED: {RunState.PLANNED},
    RunState.PLACED: set(),
    RunState.MISSED: set(),
    RunState.FAILED: set(),
    RunState.CANCELLED: set(),
}  # fmt: skip
AHEAD = frozenset({RunState.PLANNED, RunState.ANNOUNCED})  # may still be changed
COUNTED = frozenset({RunState.PLACED, RunState.WAITING})  # orders, where the number of orders is limited

STANDING_NAMES: dict[StandingState, Message] = {
    StandingState.ACTIVE: N_("Active"),
    StandingState.PAUSED: N_("Paused"),
    StandingState.ENDED: N_("Ended"),
}
RUN_NAMES: dict[RunState, Message] = {
    RunState.PLANNED: N_("Planned"),
    RunState.ANNOUNCED: N_("Announced"),
    RunState.RUNNING: N_("Running"),
    RunState.PLACED: N_("Placed"),
    RunState.WAITING: N_("Waits for approval"),
    RunState.REVIEW: N_("Asks you"),
    RunState.SKIPPED: N_("Skipped"),
    RunState.MISSED: N_("Missed"),
    RunState.FAILED: N_("Not placed"),
    RunState.CANCELLED: N_("Cancelled"),
}


def move(now: StandingState, then: StandingState) -> StandingState:
    """The new state of a standing order; Conflict where the table has no such way."""
    if then not in _ORDERS[now]:
        raise Conflict(N_("This standing order is {state} already.", state=STANDING_NAMES[now]))
    return then


def move_run(now: RunState, then: RunState) -> RunState:
    """The new state of a run; Conflict where the table has no such way."""
    if then not in _RUNS[now]:
        raise Conflict(N_("This run is in the state “{state}” and cannot be changed so.", state=RUN_NAMES[now]))
    return then


@dataclass(frozen=True, slots=True)
class Agreed:
    """A net price a person agreed to, for `base_quantity` of `unit`; None: there was none."""

    price: Decimal | None
    base_quantity: Decimal
    unit: str

    def rise(self, now: Agreed) -> Decimal | None:
        """By how many percent another price is above this one; None where the two cannot be compared."""
        if self.price is None or now.price is None or self.unit != now.unit:
            return None
        before, after = self.price * now.base_quantity, now.price * self.base_quantity
        if before == 0:
            return _HUNDRED if after > 0 else ZERO
        return (after - before) * _HUNDRED / before


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner decides beside lines and dates. `tolerance` in percent a line, `ceiling` net for one order.

    Hours count to the run (`notice_hours`) and from the question on (`answer_hours`).
    """

    notice_hours: int = 48
    answer_hours: int = 72
    tolerance: Decimal = ZERO
    ceiling: Decimal | None = None


MOST_HOURS = 24 * 28


def demand_settings(settings: Settings) -> None:
    if not 0 <= settings.notice_hours <= MOST_HOURS:
        raise Invalid("notice_hours", N_("From 0 to {most} hours.", most=MOST_HOURS))
    if not 1 <= settings.answer_hours <= MOST_HOURS:
        raise Invalid("answer_hours", N_("From 1 to {most} hours.", most=MOST_HOURS))
    if not ZERO <= settings.tolerance <= _HUNDRED:
        raise Invalid("tolerance", N_("From 0 to {most} percent.", most=100))
    if settings.ceiling is not None and settings.ceiling <= 0:
        raise Invalid("ceiling", N_("An amount above zero, or nothing."))


def po_number(pattern: str, on: date, n: int) -> str:
    """The buyer's own number of a run: {year}, {month} (two digits) and {n} (which order it is) are filled in."""
    values = {"year": f"{on.year:04}", "month": f"{on.month:02}", "n": str(n)}
    unknown = [name for name in _WILD.findall(pattern) if name not in values]
    if unknown or "{" in _WILD.sub("", pattern) or "}" in _WILD.sub("", pattern):
        raise Invalid("po_pattern", N_("Only these can stand in braces: {names}.", names="year, month, n"))
    number = _WILD.sub(lambda found: values[found[1]], pattern)
    if len(number) > PO_LENGTH:
        raise Invalid("po_pattern", N_("At most {most} characters.", most=PO_LENGTH))
    return number


def _kept(value: Any) -> Any:
    """A message for a JSON column that keeps amounts, quantities and dates what they are, so that they are shown in the
    reader's way.
    """
    if isinstance(value, Message):
        return {"text": value.text, "parameters": {name: _kept(part) for name, part in value.parameters.items()}}
    if isinstance(value, Money):
        return {"money": [str(value.amount), value.currency]}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def _found(value: Any) -> Any:
    match value:
        case {"text": text, "parameters": parameters}:
            return N_(text, **{name: _found(part) for name, part in parameters.items()})
        case {"money": [amount, currency]}:
            return Money(Decimal(amount), currency)
        case {"decimal": number}:
            return Decimal(number)
        case {"day": day}:
            return date.fromisoformat(day)
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Question:
    """Something the owner is asked before a run goes on; `line_id` None: about the run as a whole.

    `code` price_up, no_price, quantity, stock, discontinued, not_in_assortment, ... of a line; ceiling, refused,
    owner_left, not_approved of the run. `replacement` is the SKU of a successor, `quantities` are valid neighbours.
    """

    code: str
    message: Message
    line_id: int | None = None
    replacement: str = ""
    quantities: tuple[Decimal, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "message": _kept(self.message), "line_id": self.line_id,
            "replacement": self.replacement, "quantities": [str(one) for one in self.quantities],
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Question:
        return cls(
            value["code"], _found(value["message"]), value["line_id"], value["replacement"],
            tuple(Decimal(one) for one in value["quantities"]),
        )  # fmt: skip

    @classmethod
    def of_problem(cls, line_id: int, problem: LineProblem) -> Question:
        return cls(problem.code, problem.message, line_id, problem.replacement, problem.quantities)


def price_question(line_id: int, agreed: Agreed, now: Agreed, tolerance: Decimal) -> Question | None:
    """Whether a price is above what was agreed by more than the tolerance; a lower one never asks."""
    if agreed.price is None or now.price is None:
        return None
    rise = agreed.rise(now)
    if rise is None:
        return Question("price_up", N_("The price is for another unit than the one agreed."), line_id)
    if rise <= tolerance:
        return None
    return Question("price_up", N_("Dearer than agreed by {percent} %.", percent=rise.quantize(_TENTH)), line_id)


class Choice(StrEnum):
    """What the owner answers for one line."""

    ACCEPT = "accept"  # the present price, from now on
    REPLACE = "replace"  # by the successor, in this run and all that follow
    DROP = "drop"  # from this run
    DROP_ALL = "drop_all"  # from this run and all that follow
    QUANTITY = "quantity"  # another quantity, for this run


def choices_for(questions: Sequence[Question]) -> tuple[Choice, ...]:
    """The answers that settle all questions of one line."""
    codes = {one.code for one in questions}
    found = []
    if codes == {"price_up"}:
        found.append(Choice.ACCEPT)
    if "discontinued" in codes and any(one.replacement for one in questions):
        found.append(Choice.REPLACE)
    if codes & {"quantity", "stock"} and not codes & {"discontinued", "not_in_assortment", "head", "no_price"}:
        found.append(Choice.QUANTITY)
    return (*found, Choice.DROP, Choice.DROP_ALL)


def answer_by(asked_at: datetime, settings: Settings, next_run_at: datetime | None) -> datetime:
    """Until when an answer counts: the hours given, but not beyond the next run."""
    until = asked_at + timedelta(hours=settings.answer_hours)
    return until if next_run_at is None or next_run_at <= asked_at else min(until, next_run_at)


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything of a standing order but its lines. `wishes` as JSON without the number, which `po_pattern` makes."""

    name: str
    schedule: Schedule
    run_time: time
    wishes: Mapping[str, Any]
    po_pattern: str = ""
    settings: Settings = Settings()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner decides about one line; `quantity` goes with QUANTITY."""

    choice: Choice
    quantity: Decimal | None = None
