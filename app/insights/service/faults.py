"""Suspected faults that are none, and counting all of them now and then."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.insights.models.faults import AcceptedFault, FaultCount
from app.insights.queries.faults import FAULTS, count_faults, fault_kind


@command
def accept_fault(actor: Actor, kind: str, article_id: int, key: str, *, note: str = "") -> None:
    """It is no fault: it is not shown again. Doing so twice changes nothing."""
    fault_kind(kind)
    statement = insert(AcceptedFault).values(
        kind=kind, article_id=article_id, key=key, note=note.strip(), user_id=actor.user_id
    )
    added = db.session.execute(statement.on_conflict_do_nothing().returning(AcceptedFault.kind)).one_or_none()
    if added is not None:
        audit.record(actor, "article", article_id, "fault_accepted", {"kind": kind, "key": key, "note": note.strip()})


@command
def suspect_again(actor: Actor, kind: str, article_id: int, key: str) -> None:
    """Take that back. Raises NotFound when it was not accepted."""
    gone = db.session.execute(
        delete(AcceptedFault)
        .where(AcceptedFault.kind == kind, AcceptedFault.article_id == article_id, AcceptedFault.key == key)
        .returning(AcceptedFault.kind)
    ).one_or_none()
    if gone is None:
        raise NotFound
    audit.record(actor, "article", article_id, "fault_suspected_again", {"kind": kind, "key": key})


def count_all(actor: Actor) -> dict[str, int]:
    """Count the faults of every kind, each in a transaction of its own; returns them by kind."""
    return {kind: _count(actor, kind) for kind in FAULTS}


@command
def _count(actor: Actor, kind: str) -> int:
    count = count_faults(actor, kind)
    values = {"count": count, "counted_at": clock.now()}
    statement = insert(FaultCount).values(kind=kind, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[FaultCount.kind], set_=values))
    return count
