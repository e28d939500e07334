"""Events as durable rows: published in the transaction that caused them, handled later, once, in their own scope."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import func, insert, select, text

from app.core import clock
from app.core.actor import Actor, Scope
from app.core.db import db, on_commit, transaction
from app.core.jobs import actor_of, send_now
from app.core.models import OutboxEntry
from app.core.tenancy import Bounds, acting_as, current_bounds, system_scope

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
POKE = "core.outbox.deliver"
_BATCH = 200
_CLAIM = text("SELECT handler, payload FROM claim_outbox(:id)")


class Event(Protocol):
    """A frozen dataclass with ids only, named in the past: OrderPlaced(order_id)."""

    __dataclass_fields__: ClassVar[Any]


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Handler:
    """One reaction to one event."""

    name: str
    event_type: type[Any]
    run: Callable[[Actor, Any], None]
    scope: Scope | None


_handlers: dict[str, Handler] = {}
_by_event: dict[type[Any], list[Handler]] = {}


def handles(event_type: type[E], *, scope: Scope | None = None) -> Callable[[Callable[[Actor, E], None]], Any]:
    """Register `function(actor, event)`; it runs in the publisher's scope unless another is named.

    Handlers do short database work and enqueue jobs: no mail, no files, no assumption about order.
    """

    def register(function: Callable[[Actor, E], None]) -> Callable[[Actor, E], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        if name in _handlers:
            if _handlers[name].run is function:
                return function
            raise RuntimeError(f"the handler {name} is registered twice")
        handler = Handler(name, event_type, function, scope)
        _handlers[name] = handler
        _by_event.setdefault(event_type, []).append(handler)
        return function

    return register


def publish(*events: Event) -> None:
    """Write one outbox row per handler of each event and have them delivered after the commit."""
    handled = [(event, handler) for event in events for handler in _by_event.get(type(event), [])]
    if not handled:
        return
    bounds = current_bounds()
    if bounds is None:
        raise RuntimeError("publish() needs a scope")
    rows = [
        {
            "event": type(event).__qualname__,
            "handler": handler.name,
            "payload": asdict(event),
            "scope": str(handler.scope or bounds.scope),
            "company_id": bounds.company_id,
        }
        for event, handler in handled
    ]
    db.session.execute(insert(OutboxEntry).inline(), rows)
    on_commit(lambda: send_now(POKE, bounds=Bounds(Scope.SYSTEM, 0)))


def deliver_due(limit: int = _BATCH) -> int:
    """Handle the entries that are due, each in a transaction of its own; returns how many were tried."""
    with system_scope("list due outbox entries"):
        due = db.session.execute(
            select(OutboxEntry.id, OutboxEntry.scope, OutboxEntry.company_id)
            .where(
                OutboxEntry.done_at.is_(None),
                OutboxEntry.is_parked.is_(False),
                OutboxEntry.next_attempt_at <= clock.now(),
            )
            .order_by(OutboxEntry.id)
            .limit(limit)
        ).all()
    for entry_id, scope, company_id in due:
        deliver(entry_id, Bounds(Scope(scope), company_id))
    return len(due)


def deliver(entry_id: int, bounds: Bounds) -> bool:
    """Claim and handle one entry; False when another process has it or it is done.

    The entry is claimed and closed in the same transaction as the handler's work, so database work happens once.
    A tenant's transaction may not read the outbox: the claim is made through `claim_outbox`, a function of the owner.
    """
    actor = actor_of(bounds)
    try:
        with acting_as(actor), transaction() as session:
            row = session.execute(_CLAIM, {"id": entry_id}).one_or_none()
            if row is None:
                return False
            handler = _handlers[row.handler]
            handler.run(actor, handler.event_type(**row.payload))
    except Exception as error:
        _note_failure(entry_id, error)
        log.warning("outbox entry %s failed: %s", entry_id, error)
    return True


def _note_failure(entry_id: int, error: Exception) -> None:
    with system_scope("note a failed outbox entry"), transaction() as session:
        entry = session.get(OutboxEntry, entry_id, with_for_update=True, populate_existing=True)
        if entry is None or entry.done_at is not None:
            return
        entry.attempts += 1
        entry.last_error = "".join(traceback.format_exception(error))[-4000:]
        entry.next_attempt_at = clock.now() + timedelta(seconds=2**entry.attempts)
        entry.is_parked = entry.attempts >= MAX_ATTEMPTS


def replay(actor: Actor, entry_id: int) -> None:
    """Give a parked entry eight new attempts, from the operator's page."""
    with transaction() as session:
        entry = session.get(OutboxEntry, entry_id, with_for_update=True, populate_existing=True)
        if entry is None or entry.done_at is not None:
            return
        entry.is_parked, entry.attempts, entry.next_attempt_at = False, 0, clock.now()
        on_commit(lambda: send_now(POKE, bounds=Bounds(Scope.SYSTEM, 0)))


def entries(
    actor: Actor,
    *,
    state: str = "",
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 51,
) -> list[OutboxEntry]:
    """Rows for the operator's page, the latest first; `state` is parked, waiting, done or empty for all.

    `before_id` goes on to older rows, `after_id` back to newer ones; both in reading order.
    """
    states: dict[str, list[Any]] = {
        "parked": [OutboxEntry.is_parked],
        "waiting": [OutboxEntry.done_at.is_(None), OutboxEntry.is_parked.is_(False)],
        "done": [OutboxEntry.done_at.is_not(None)],
    }
    statement = select(OutboxEntry).where(*states.get(state, []))
    if before_id is not None:
        statement = statement.where(OutboxEntry.id < before_id)
    if after_id is not None:
        newer = statement.where(OutboxEntry.id > after_id).order_by(OutboxEntry.id).limit(limit)
        return list(db.session.scalars(newer))[::-1]
    return list(db.session.scalars(statement.order_by(OutboxEntry.id.desc()).limit(limit)))


def parked_count(actor: Actor) -> int:
    """Entries that failed eight times and wait for a person."""
    statement = select(func.count()).where(OutboxEntry.is_parked, OutboxEntry.done_at.is_(None))
    return db.session.scalar(statement) or 0
