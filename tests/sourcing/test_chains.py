"""The stored chains: whatever is done to a row behind the program's back is found."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Forbidden
from app.core.tenancy import acting_as, system_scope
from app.sourcing.cli import audit as cli
from app.sourcing.queries.chains import verify_chains
from app.sourcing.queries.clock import database_now
from app.sourcing.service import log, timers
from tests.factories.quotes import in_state, market, offered


def verdict():
    with acting_as(Actor.system()):
        return verify_chains(Actor.system())


DAMAGES = {
    "a reason is added": "UPDATE sourcing_events SET reason = 'x' WHERE id = :id",
    "the state is another": "UPDATE sourcing_events SET to_state = 'ordered' WHERE id = :id",
    "a price is another": 'UPDATE sourcing_events SET changes = changes || \'{"net_total": "1"}\' WHERE id = :id',
    "the content is another": "UPDATE sourcing_events SET content = replace(content, 'sales', 'buyer') WHERE id = :id",
    "the hash is another": "UPDATE sourcing_events SET hash = sha256('x') WHERE id = :id",
    "the row is gone": "DELETE FROM sourcing_events WHERE id = :id",
    "it happened at another time": "UPDATE sourcing_events SET at = at - interval '1 day' WHERE id = :id",
    "it is shown to the buyer": "UPDATE sourcing_events SET is_internal = NOT is_internal WHERE id = :id",
}


@pytest.fixture
def owner(committing, config):
    engine = create_engine(config.database_owner_url)
    yield engine
    engine.dispose()


def test_every_damage_is_found(committing, world, owner):
    with world():
        play = market()
        offered(play)
        in_state(play, "superseded")
        whole = verdict()
        assert whole.broken == ()
        assert (whole.chains, whole.events) == (3, 13)
    with owner.connect() as connection:
        ids = connection.scalars(
            text("SELECT id FROM sourcing_events WHERE event IN ('take', 'send_offer', 'supersede') ORDER BY id")
        ).all()
        rows = (
            connection.execute(text("SELECT * FROM sourcing_events WHERE id = ANY(:ids)"), {"ids": ids})
            .mappings()
            .all()
        )
    columns = [name for name in rows[0] if name != "id"]
    restore = ", ".join(f"{name} = s.{name}" for name in columns)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE saved_events AS SELECT * FROM sourcing_events"))
    try:
        for name, statement in DAMAGES.items():
            for event_id in ids:
                with owner.begin() as connection:
                    connection.execute(text(statement), {"id": event_id})
                with world():
                    assert len(verdict().broken) == 1, name
                with owner.begin() as connection:
                    connection.execute(
                        text(f"UPDATE sourcing_events e SET {restore} FROM saved_events s WHERE s.id = e.id")
                    )
                    connection.execute(
                        text(
                            "INSERT INTO sourcing_events OVERRIDING SYSTEM VALUE SELECT s.* FROM saved_events s"
                            " WHERE NOT EXISTS (SELECT FROM sourcing_events e WHERE e.id = s.id)"
                        )
                    )
        with world():
            again = verdict()
        assert (again.broken, again.fingerprint) == ((), whole.fingerprint)
        with owner.begin() as connection:
            connection.execute(text("DELETE FROM sourcing_events WHERE object_id = 1"))
        with world():
            assert [one.problem for one in verdict().broken] == ["missing"]
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP TABLE saved_events"))


def test_nobody_writes_past_the_function(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        actor = play.buyer
        for statement in (
            "UPDATE sourcing_events SET reason = 'x'", "DELETE FROM sourcing_events", "DELETE FROM event_chains",
            "UPDATE event_chains SET length = 0", "INSERT INTO event_chains SELECT * FROM event_chains",
        ):  # fmt: skip
            for who in (actor, Actor.system()):
                with acting_as(who), pytest.raises(ProgrammingError, match="permission denied"):
                    db.session.execute(text(statement))
        call = text("SELECT append_sourcing_event('quote', :id, :company, '', :content)")
        forged = json.dumps({"object": f"quote:{quote_id}", "at": "2026-01-01T00:00:00.000000Z"})
        with acting_as(actor), pytest.raises(ProgrammingError, match="does not belong"):
            db.session.execute(call, {"id": quote_id, "company": actor.company_id, "content": forged})
        with acting_as(play.stranger), pytest.raises(ProgrammingError, match="no such chain"), transaction():
            log.append(play.stranger, "quote", quote_id, play.stranger.company_id, "x", role="buyer",
                       from_state="a", to_state="b")  # fmt: skip
        with acting_as(play.stranger), pytest.raises(ProgrammingError, match="no right"), transaction():
            log.append(play.stranger, "quote", quote_id, actor.company_id, "x", role="buyer",
                       from_state="a", to_state="b")  # fmt: skip
        with acting_as(actor), pytest.raises(Forbidden):
            verify_chains(actor)


@pytest.mark.usefixtures("ctx")
class TestTimers:
    """Late, early, twice, failing."""

    @pytest.fixture
    def calls(self, monkeypatch):
        seen = []
        monkeypatch.setattr(timers, "TIMERS", {})

        @timers.on_timer("quote", "test")
        def handler(actor, object_id):
            seen.append(object_id)
            if object_id == 13:
                raise RuntimeError("no luck")
            return database_now() + timedelta(hours=1) if object_id == 2 else None

        return seen

    def due(self, object_id, delta):
        company = market().buyer.company_id
        timers.set_timer("quote", object_id, company, "test", database_now() + delta)

    def run(self):
        with system_scope("factory"):
            return timers.work_off(Actor.system())

    def test_what_is_due_is_called_once(self, calls):
        self.due(1, -timedelta(seconds=1))
        self.due(3, timedelta(hours=1))
        assert (self.run(), self.run(), calls) == (1, 0, [1])

    def test_a_handler_may_want_to_be_called_again(self, calls):
        self.due(2, -timedelta(seconds=1))
        assert (self.run(), self.run(), calls) == (1, 0, [2])
        assert db.session.scalar(text("SELECT count(*) FROM timers WHERE object_id = 2")) == 1

    def test_what_fails_waits_and_is_told(self, calls):
        self.due(13, -timedelta(seconds=1))
        self.due(1, -timedelta(seconds=1))
        assert (self.run(), self.run(), sorted(calls)) == (2, 0, [1, 13])
        late = verdict().late
        assert [(one.object_id, one.attempts) for one in late] == [(13, 1)]
        assert "no luck" in late[0].last_error

    def test_dropped_timers_are_not_called(self, calls):
        self.due(1, -timedelta(seconds=1))
        timers.drop_timers("quote", 1, ["other"])
        timers.drop_timers("quote", 1, ["test"])
        assert (self.run(), calls) == (0, [])


def test_the_command_tells_and_exits_with_1(committing, world, monkeypatch, owner):
    @contextmanager
    def on_console():
        with world():
            yield Actor.system()

    monkeypatch.setattr(cli, "on_console", on_console)
    with world():
        offered(market())
    whole = CliRunner().invoke(cli.audit, ["verify"])
    assert (whole.exit_code, whole.output.splitlines()[-1]) == (0, "every chain holds")
    with owner.begin() as connection:
        connection.execute(text("UPDATE sourcing_events SET actor = 'nobody' WHERE sequence = 2"))
    broken = CliRunner().invoke(cli.audit, ["verify"])
    assert broken.exit_code == 1
    assert "broken: quote 1, event 2 was changed" in broken.output
    told = json.loads(CliRunner().invoke(cli.audit, ["verify", "--json"]).output)
    assert told["broken"] == [{"object_type": "quote", "object_id": 1, "sequence": 2, "problem": "changed"}]
