"""First-party activity: one statement after the answer, nothing that stops a page, nothing a tenant can read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import ProgrammingError

from app.core import activity, clock
from app.core.activity import ACTIVITY_DAYS, NOTE_ACTIVITY, drop_older, forget, note, traces_of, visits_of
from app.core.db import command, db, transaction
from app.core.models import Activity
from app.core.operator_settings import change_setting
from tests.factories.accounts import sign_in
from tests.factories.ordering import article, shop
from tests.support.cast import make_cast


@pytest.fixture
def cast(isolated, world):
    with world():
        shop()
        return make_cast()


def isolated_engine(isolated):
    with isolated.app_context():
        return db.engines[None]


def kept(world) -> list[tuple[str, str, int | None]]:
    with world():
        rows = db.session.execute(select(Activity.kind, Activity.subject, Activity.subject_id).order_by(Activity.id))
        return [tuple(row) for row in rows]


def test_pages_note_what_a_person_does(client, isolated, world, cast):
    with world():
        made = article("A-1", "10.00")
    sign_in(client, cast.people["customer.buyer"])
    engine, written = isolated_engine(isolated), []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, *_rest: written.append(sql))
    assert client.get("/articles/A-1").status == 200
    assert len([sql for sql in written if "INTO activity" in sql]) == 1
    client.get("/shop?q=a-1")
    client.get("/shop?q=unfindable")
    client.get("/start")
    found = kept(world)
    assert [kind for kind, *_rest in found] == ["visit", "article_view", "search", "search_empty", "visit"]
    assert found[1][1:] == ("article", made.id)


def test_the_operators_people_and_machines_leave_nothing(client, world, cast):
    sign_in(client, cast.people["sales"])
    client.get("/start")
    with world():
        note(cast.actor("sales"), "visit")
        with pytest.raises(ValueError, match="no such kind"):
            note(cast.actor("customer.buyer"), "heartbeat")
    assert kept(world) == []


def test_notes_of_a_command_go_with_it(world, cast):
    with world():
        buyer = cast.actor("customer.buyer")

    @command
    def work(*, fails: bool) -> None:
        note(buyer, "cart_add", facts={"lines": 3})
        if fails:
            raise RuntimeError

    with world(buyer):
        work(fails=False)  # a job, not a page
        activity.begin()
        with pytest.raises(RuntimeError):
            work(fails=True)
        work(fails=False)
        assert kept(world) == []
        activity.flush()
    assert kept(world) == [("cart_add", "", None)]


def test_a_note_that_cannot_be_written_stops_no_page(client, world, cast, monkeypatch):
    sign_in(client, cast.people["customer.buyer"])
    monkeypatch.setattr(activity, "_WRITE", text("INSERT INTO nowhere VALUES (:notes, :switch)"))
    assert client.get("/start").status == 200
    assert [kind for kind, *_rest in kept(world)] == ["visit"]


def test_the_switch_turns_it_off(client, world, cast):
    with world():
        change_setting(cast.actor("operator_admin"), NOTE_ACTIVITY.code, False)
    sign_in(client, cast.people["customer.buyer"])
    client.get("/start")
    assert kept(world) == []


def test_a_customer_reads_no_activity_and_forges_none(world, cast):
    with world():
        buyer = cast.actor("customer.buyer")
    with world(buyer):
        note(buyer, "visit")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction():
            db.session.execute(text("SELECT 1 FROM activity"))
        with pytest.raises(ProgrammingError, match="row-level security"), transaction():
            db.session.execute(
                text("INSERT INTO activity (company_id, user_id, kind) VALUES (:other, 1, 'visit')"),
                {"other": cast.stranger.id},
            )
        assert (traces_of(buyer, buyer.user_id), visits_of(buyer, buyer.company_id), forget(buyer, user_id=1)) == (
            [],
            {},
            0,
        )


def test_it_is_deleted_by_age_and_for_a_person(world, cast):
    with world():
        buyer, stranger, admin = (cast.actor(name) for name in ("customer.buyer", "stranger.buyer", "operator_admin"))
    for one in (buyer, buyer, stranger):
        with world(one):
            note(one, "search", facts={"text": "x" * 500})
    with world(admin):
        assert [len(one.facts["text"]) for one in traces_of(admin, buyer.user_id)] == [120, 120]
        assert list(visits_of(admin, stranger.company_id)) == [stranger.user_id]
        assert forget(admin, user_id=buyer.user_id, company_id=stranger.company_id) == 0
        assert forget(admin, user_id=buyer.user_id) == 2
        with pytest.raises(ValueError, match="whose"):
            forget(admin)
        change_setting(admin, ACTIVITY_DAYS.code, 30)
        assert drop_older(admin) == 0
        with transaction():
            old = clock.now() - timedelta(days=31)
            db.session.execute(text("UPDATE activity SET at = :old"), {"old": old})
        assert (drop_older(admin), drop_older(admin)) == (1, 0)
