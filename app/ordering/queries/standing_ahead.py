"""What a standing order will do: its dates, and the runs to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.texts import Message
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.preview import sort_rows
from app.ordering.domain.schedule import Occurrence, instant, occurrences
from app.ordering.domain.standing import AHEAD, COUNTED, RunState, StandingState
from app.ordering.queries.quick_order import read_text
from app.ordering.queries.standing import OPEN, Run, StandingHead, closed_days, runs_of

_BEFORE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Coming:
    """A date that lies ahead: as it is kept, or as the schedule promises it (`run` None)."""

    planned: date
    on: date
    state: RunState
    run: Run | None

    @property
    def is_moved(self) -> bool:
        return self.planned != self.on


def dates(actor: Actor, head: StandingHead, *, after: Occurrence | None = None) -> Iterator[Occurrence]:
    """Dates of a standing order with the closed days of operator and account."""
    closed = closed_days(actor, head.company_id, head.schedule.starts_on - _BEFORE)
    return occurrences(head.schedule, closed, after=after)


def coming_runs(actor: Actor, head: StandingHead, limit: int = 12) -> list[Coming]:
    """The next runs, those that are under way first; dates that were skipped or changed are marked by their run."""
    rows = runs_of(actor, head.id)
    under_way = [Coming(run.planned_on, run.on_day, run.state, run) for run in rows if run.state in OPEN]
    if head.state is StandingState.ENDED:
        return under_way
    known = {run.planned_on: run for run in rows}
    settled = [run for run in rows if run.state not in AHEAD and run.state is not RunState.SKIPPED]
    after = Occurrence(settled[-1].planned_on, settled[-1].on_day) if settled else None
    left = _left(head, rows)
    found: list[Coming] = []
    for one in dates(actor, head, after=after):
        run = known.get(one.planned)
        at = run.run_at if run is not None else instant(one.on, head.run_time, head.time_zone)
        if at <= clock.now():
            continue
        if len(found) == limit or (left is not None and left <= 0):
            break
        state = run.state if run is not None else RunState.PLANNED
        if state in AHEAD and left is not None:
            left -= 1
        found.append(Coming(one.planned, run.on_day if run is not None else one.on, state, run))
    return under_way + found


def _left(head: StandingHead, rows: Sequence[Run]) -> int | None:
    """How many orders are still to be made."""
    if head.schedule.runs is None:
        return None
    return head.schedule.runs - sum(run.state in COUNTED | OPEN for run in rows)


def coming_run(actor: Actor, head: StandingHead, planned_on: date) -> Coming | None:
    """A date that no run is kept of yet; None where the schedule has none there."""
    for one in dates(actor, head):
        if one.planned == planned_on and instant(one.on, head.run_time, head.time_zone) > clock.now():
            return Coming(one.planned, one.on, RunState.PLANNED, None)
        if one.planned > planned_on:
            return None
    return None


def typed_lines(actor: Actor, text: str) -> tuple[list[WantedLine], list[tuple[int, Message]]]:
    """Lines typed or pasted as article number and quantity; the second are rows that cannot be read, by number."""
    if not text.strip():
        return [], []
    carried = read_text(text)
    rows = sort_rows(carried, articles_by_code(actor, carried.order.skus()))
    wanted = [WantedLine(article.id, line.quantity, line.unit) for line, article in rows.lines]
    return wanted, [(problem.number, problem.messages[0]) for problem in rows.problems]
