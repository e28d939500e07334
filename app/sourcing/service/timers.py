"""Moments at which something is due, as rows: a late, repeated or interrupted run changes nothing.

A handler looks again whether its moment has come, by the database's clock, before it acts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.sourcing.models.chain import Timer

Handler = Callable[[Actor, int], datetime | None]
TIMERS: dict[tuple[str, str], Handler] = {}
MOST_AT_ONCE = 500
_LONGEST_WAIT = 3600
_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtext('sourcing.timers'), CAST(:key AS integer))")
log = logging.getLogger(__name__)


def on_timer(object_type: str, kind: str) -> Callable[[Handler], Handler]:
    """Register `handler(actor, object_id)`: it runs in system scope, in a command of its own.

    A moment it returns is when it wants to be called again; None: the timer is done.
    """

    def register(handler: Handler) -> Handler:
        if TIMERS.setdefault((object_type, kind), handler) is not handler:
            raise RuntimeError(f"the timer {object_type} {kind} has two handlers")
        return handler

    return register


@command
def set_timer(object_type: str, object_id: int, company_id: int, kind: str, due_at: datetime) -> None:
    """Call the handler at this moment; moves the timer where there is one."""
    values = {"due_at": due_at, "attempts": 0, "last_error": ""}
    statement = insert(Timer).values(
        object_type=object_type, object_id=object_id, company_id=company_id, kind=kind, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["object_type", "object_id", "kind"], set_=values)
    )


@command
def drop_timers(object_type: str, object_id: int, kinds: Collection[str] | None = None) -> None:
    """Forget the timers of an object, all of them or those of some kinds."""
    statement = delete(Timer).where(Timer.object_type == object_type, Timer.object_id == object_id)
    db.session.execute(statement if kinds is None else statement.where(Timer.kind.in_(kinds)))


def work_off(actor: Actor) -> int:
    """Call what is due, each timer on its own; what fails is tried again later. Returns how many were called."""
    due = db.session.scalars(
        select(Timer.id).where(Timer.due_at <= func.clock_timestamp()).order_by(Timer.due_at).limit(MOST_AT_ONCE)
    ).all()
    return sum(work_off_one(actor, timer_id) for timer_id in due)


def work_off_one(actor: Actor, timer_id: int) -> bool:
    """False when another process has it, it is done, or it is not due any more."""
    try:
        with transaction():
            return _call(actor, timer_id)
    except Exception as error:
        log.exception("timer %s failed", timer_id)
        _note_failure(timer_id, error)
        return True


def _call(actor: Actor, timer_id: int) -> bool:
    # The row itself is not locked: commands lock their object first and its timers after it, and so does a handler.
    if not db.session.scalar(_CLAIM, {"key": timer_id % 2**31}):
        return False
    row = db.session.execute(
        select(Timer.object_type, Timer.object_id, Timer.kind, Timer.due_at).where(
            Timer.id == timer_id, Timer.due_at <= func.clock_timestamp()
        )
    ).one_or_none()
    if row is None:
        return False
    again = TIMERS[row.object_type, row.kind](actor, row.object_id)
    # The handler may have moved or dropped its own timer; then its word stands.
    still = (Timer.id == timer_id, Timer.due_at == row.due_at)
    if again is None:
        db.session.execute(delete(Timer).where(*still))
    else:
        db.session.execute(update(Timer).where(*still).values(due_at=again, attempts=0, last_error=""))
    return True


def _note_failure(timer_id: int, error: Exception) -> None:
    with transaction() as session:
        timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
        if timer is None:
            return
        timer.attempts += 1
        timer.last_error = f"{type(error).__name__}: {error}"[:2000]
        wait = min(2**timer.attempts * 5, _LONGEST_WAIT)
        timer.due_at = (session.scalar(select(func.clock_timestamp())) or timer.due_at) + timedelta(seconds=wait)
