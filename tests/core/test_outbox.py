"""Events survive failures of their handlers, and are handled once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.core import clock, outbox
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit, transaction
from app.core.models import AuditEntry, OutboxEntry
from app.core.tenancy import acting_as, current_bounds

seen: list[tuple[int, str]] = []
failures: list[int] = []


@dataclass(frozen=True)
class Rang:
    bell_id: int


@outbox.handles(Rang)
def note_bell(actor: Actor, event: Rang) -> None:
    db.session.execute(
        text(
            "INSERT INTO audit_entries (company_id, user_name, via, object_type, object_id, action)"
            " VALUES (:c, '', 'job', 'bell', :b, 'rang')"
        ),
        {"c": actor.company_id, "b": event.bell_id},
    )
    if failures:
        failures.pop()
        raise RuntimeError("the bell is cracked")
    bounds = current_bounds()
    assert bounds is not None
    seen.append((event.bell_id, str(bounds.scope)))


@pytest.fixture(autouse=True)
def _quiet() -> None:
    seen.clear()
    failures.clear()


TENANT = Actor(7, 42, Scope.TENANT, frozenset())


@command
def ring(bell_id: int) -> None:
    outbox.publish(Rang(bell_id))


def entries(world) -> list[OutboxEntry]:
    with world():
        rows = list(db.session.scalars(select(OutboxEntry).order_by(OutboxEntry.id)))
        db.session.expunge_all()
        return rows


def test_event_is_handled_once_in_the_publishers_scope(isolated, world):
    with world(TENANT):
        ring(5)
    with isolated.app_context():
        assert outbox.deliver_due() == 1
        assert outbox.deliver_due() == 0
    assert seen == [(5, "tenant")]


def test_failed_handler_leaves_nothing_behind_and_is_tried_again_later(isolated, world):
    failures.append(1)
    with world(TENANT):
        ring(6)
    with isolated.app_context():
        outbox.deliver_due()
    (entry,) = entries(world)
    assert entry.attempts == 1
    assert "cracked" in (entry.last_error or "")
    with world():
        assert db.session.scalar(select(AuditEntry).where(AuditEntry.object_type == "bell")) is None
    with isolated.app_context():
        assert outbox.deliver_due() == 0, "not before its time"
        with clock.frozen(datetime.now(UTC) + timedelta(minutes=1)):
            assert outbox.deliver_due() == 1
    assert seen == [(6, "tenant")]


def test_after_eight_failures_the_entry_waits_for_a_person(isolated, world):
    failures.extend([1] * 20)
    with world(TENANT):
        ring(7)
    with isolated.app_context():
        for hour in range(12):
            with clock.frozen(datetime.now(UTC) + timedelta(hours=hour + 1)):
                outbox.deliver_due()
    (entry,) = entries(world)
    assert entry.is_parked
    assert entry.attempts == outbox.MAX_ATTEMPTS
    failures.clear()
    with world():
        outbox.replay(Actor.system(), entry.id)
    with isolated.app_context(), clock.frozen(datetime.now(UTC) + timedelta(hours=1)):
        outbox.deliver_due()
    assert seen == [(7, "tenant")]


def test_rolled_back_command_publishes_nothing_and_runs_no_callback(isolated, world):
    ran: list[str] = []

    @command
    def outer() -> None:
        on_commit(lambda: ran.append("outer"))
        with suppress(RuntimeError):
            inner()

    @command
    def inner() -> None:
        outbox.publish(Rang(8))
        on_commit(lambda: ran.append("inner"))
        raise RuntimeError

    with world(TENANT):
        outer()
    assert ran == ["outer"]
    assert entries(world) == []


def test_scope_cannot_change_inside_a_command(ctx):
    with pytest.raises(RuntimeError, match="scope"), transaction(), acting_as(TENANT):
        pass
