"""Closed books: after the close no document of billing bears a day of that time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.billing.domain.numbers import Kind, series
from app.billing.models.rules import ClosedPeriod
from app.billing.queries.entities import closed_through, seller
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import note_lock
from app.core.models import Counter
from app.core.texts import N_


@command
def close_books(actor: Actor, entity_id: int | None, through: date, *, reason: str = "") -> None:
    """Close the books of an entity (None: of the operator) up to a day that is over.

    Waits for documents that are being numbered, since each holds its series: none slips in behind the close.
    """
    who = seller(actor, entity_id)
    before = closed_through(entity_id)
    if through >= clock.today(who.time_zone):
        raise Invalid("through", N_("Only days that are over can be closed."))
    if before is not None and through <= before:
        raise Conflict(N_("The books are closed up to {day}.", day=before))
    _hold_series(entity_id)
    db.session.add(
        ClosedPeriod(
            entity_id=entity_id, through=through, reason=reason.strip(), user_id=actor.user_id, user_name=actor.name
        )
    )
    audit.record(actor, "books", entity_id or 0, "books_closed", {"through": [str(before or ""), str(through)]})


@command
def reopen_books(actor: Actor, entity_id: int | None, *, reason: str) -> None:
    """Take the newest closing back; the one before it holds again. A reason is kept in the history."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    newest = db.session.scalar(
        select(ClosedPeriod)
        .where(ClosedPeriod.entity_id.is_not_distinct_from(entity_id), ClosedPeriod.reopened_at.is_(None))
        .order_by(ClosedPeriod.through.desc())
        .limit(1)
        .with_for_update()
    )
    if newest is None:
        raise NotFound
    newest.reopened_at = clock.now()
    told = {"through": [str(newest.through), str(closed_through(entity_id) or "")], "reason": reason.strip()}
    audit.record(actor, "books", entity_id or 0, "books_reopened", told)


def _hold_series(entity_id: int | None) -> None:
    note_lock("counters")
    names = [series(kind, entity_id) for kind in Kind]
    statement = select(Counter).where(Counter.series.in_(names)).order_by(Counter.series, Counter.year)
    db.session.scalars(statement.with_for_update()).all()
