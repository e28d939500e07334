"""Which run of a standing order comes next, and when the job looks at it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.schedule import Occurrence, instant
from app.ordering.domain.standing import AHEAD, COUNTED, RunState, StandingState, move, move_run
from app.ordering.events import StandingStopped
from app.ordering.models.standing import StandingOrder, StandingRun
from app.ordering.queries.standing import OPEN, Run, StandingHead, run_by_id, runs_of, standing_head
from app.ordering.queries.standing_ahead import dates


def locked(actor: Actor, standing_id: int) -> StandingHead:
    """A standing order under lock, freshly read."""
    standing_head(actor, standing_id)  # NotFound for another company's
    lock_rows(StandingOrder, [standing_id])
    return standing_head(actor, standing_id)


def set_run(run: Run, state: RunState, **values: Any) -> None:
    """Move a run to a state the table allows, under the lock of its standing order."""
    moved = move_run(run.state, state)
    done = {} if moved in {*AHEAD, *OPEN} else {"finished_at": clock.now(), "due_at": None}
    changed = db.session.scalars(
        update(StandingRun)
        .where(StandingRun.id == run.id, StandingRun.state == run.state)
        .values(state=moved, **(done | values))
        .returning(StandingRun.id)
    ).all()
    if not changed:
        raise Conflict(N_("Somebody has changed this run a moment ago. Look at it again."))


def change_run(run_id: int, **values: Any) -> None:
    """Change what is kept of a run without moving it to another state."""
    db.session.execute(update(StandingRun).where(StandingRun.id == run_id).values(**values))


def keep_run(head: StandingHead, one: Occurrence, **values: Any) -> None:
    """Write a run down unless it is known."""
    moment = instant(one.on, head.run_time, head.time_zone)
    row = {
        "company_id": head.company_id, "standing_id": head.id, "planned_on": one.planned, "on_day": one.on,
        "run_at": moment,
    }  # fmt: skip
    db.session.execute(upsert(StandingRun).on_conflict_do_nothing(), [row | values])


def plan(actor: Actor, head: StandingHead) -> Run | None:
    """Settle which run comes next and when the job looks at it; ends a standing order that has none left.

    Runs under the lock. Dates that have passed are left behind: a run is never planned into the past.
    """
    rows = runs_of(actor, head.id)
    chosen = _next(actor, head, rows) if head.state is StandingState.ACTIVE else None
    for run in rows:
        if run.state in AHEAD and (chosen is None or run.id != chosen.id):
            _set_aside(head, run, chosen)
    if chosen is not None:
        change_run(chosen.id, due_at=_due(head, chosen))
    elif head.state is StandingState.ACTIVE and not any(run.state in OPEN for run in rows):
        stop(actor, head, StandingState.ENDED, by_id=None)
    return chosen


def _next(actor: Actor, head: StandingHead, rows: list[Run]) -> Run | None:
    settled = [run for run in rows if run.state not in AHEAD and run.state is not RunState.SKIPPED]
    limit = head.schedule.runs
    if limit is not None and sum(run.state in COUNTED | OPEN for run in settled) >= limit:
        return None
    after = Occurrence(settled[-1].planned_on, settled[-1].on_day) if settled else None
    known = {run.planned_on: run for run in rows}
    for one in dates(actor, head, after=after):
        run = known.get(one.planned)
        if run is not None and run.state not in AHEAD:
            continue
        moment = _moment(head, one, run)
        if moment <= clock.now():
            continue
        if run is None:
            keep_run(head, one)
            return _kept(actor, head, one.planned)
        if run.run_at != moment:
            change_run(run.id, on_day=one.on, run_at=moment)
            return run_by_id(actor, run.id)
        return run
    return None


def _moment(head: StandingHead, one: Occurrence, run: Run | None) -> datetime:
    """When a date takes place: as the calendar has it now, unless a person moved this one run."""
    if run is not None and "on_day" in run.wishes:
        return run.run_at
    return instant(one.on, head.run_time, head.time_zone)


def _kept(actor: Actor, head: StandingHead, planned_on: date) -> Run:
    return next(run for run in runs_of(actor, head.id, since=planned_on) if run.planned_on == planned_on)


def _set_aside(head: StandingHead, run: Run, chosen: Run | None) -> None:
    """A run that is not the next one waits for its turn; one whose turn has passed is skipped."""
    if head.state is StandingState.ENDED:
        set_run(run, RunState.CANCELLED)
    elif run.run_at <= clock.now() or (chosen is not None and run.planned_on < chosen.planned_on):
        set_run(run, RunState.SKIPPED, reason=N_("Its date passed while the standing order was paused.").as_json()
                if run.run_at <= clock.now() else N_("No longer a date of this standing order.").as_json())  # fmt: skip
    elif run.state is RunState.ANNOUNCED:
        set_run(run, RunState.PLANNED, due_at=None)
    else:
        change_run(run.id, due_at=None)


def _due(head: StandingHead, run: Run) -> datetime:
    if run.state is RunState.ANNOUNCED or not head.settings.notice_hours:
        return run.run_at
    return run.run_at - timedelta(hours=head.settings.notice_hours)


def stop(actor: Actor, head: StandingHead, state: StandingState, *, by_id: int | None) -> StandingHead:
    """Pause or end under the lock, keep it in the history and tell the owner."""
    new = set_standing(actor, head, state=move(head.state, state))
    audit.record(actor, "standing_order", head.id, str(state), {}, company_id=head.company_id)
    publish(StandingStopped(head.id, new.version, by_id))
    return new


def set_standing(actor: Actor, head: StandingHead, **values: Any) -> StandingHead:
    """Write a change of the standing order itself; returns it as it is now."""
    db.session.execute(
        update(StandingOrder).where(StandingOrder.id == head.id).values(version=head.version + 1, **values)
    )
    return standing_head(actor, head.id)


def overdue(actor: Actor, head: StandingHead, run: Run) -> tuple[Run, list[Run]]:
    """Of all dates that have passed the last one is to be done, the others are missed: one order after an outage."""
    known = {other.planned_on: other for other in runs_of(actor, head.id, since=run.planned_on)}
    late = {run.planned_on}
    for one in dates(actor, head, after=Occurrence(run.planned_on, run.on_day)):
        other = known.get(one.planned)
        if _moment(head, one, other) > clock.now():
            break
        if other is None:
            keep_run(head, one)
        if other is None or other.state in AHEAD:
            late.add(one.planned)
    *missed, chosen = (kept for kept in runs_of(actor, head.id, since=run.planned_on) if kept.planned_on in late)
    reason = N_("Nothing was working on its date; a later run was done instead.")
    for lost in missed:
        set_run(lost, RunState.MISSED, reason=reason.as_json())
    return chosen, missed
