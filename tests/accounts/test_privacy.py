"""Copies and erasure of people's data: asked by one, approved by another, done once, with what the law keeps kept."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import func, select, text

from app.accounts.models.consents import ContactConsent
from app.accounts.models.people import Membership, User
from app.accounts.models.privacy import Erasure, PersonExport
from app.accounts.models.sign_ins import SignInSession
from app.accounts.queries.privacy import erasure, held_on, obstacles, own_requests
from app.accounts.service.consents import give_consent
from app.accounts.service.erasing import (
    approve_erasure,
    ask_erasure,
    ask_own_erasure,
    due_erasures,
    erase,
    refuse_erasure,
    withdraw_own_erasure,
)
from app.accounts.service.person_copies import ask_own_copy, copy_file, drop_expired, due_copies, make_copy, own_copy
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import AuditEntry
from tests.factories import accounts as make
from tests.support.work import drain


@pytest.fixture
def cast(isolated, world, client):
    with world():
        house, shop = make.operator(), make.customer("K-1", name="Shop")
        people = {
            "jonas": (make.person(shop, "buyer", name="Jonas Secret"), shop),
            "kai": (make.person(shop, "company_admin", name="Kai Other"), shop),
            "anna": (make.person(house, "operator_admin", name="Anna Admin"), house),
            "olga": (make.person(house, "operator_admin", name="Olga Admin"), house),
        }
        actors = {name: make.actor_for(*who) for name, who in people.items()}
    make.sign_in(client, people["jonas"][0])
    with world(actors["jonas"]):
        give_consent(actors["jonas"], text="Yes", locale="en", ip="127.0.0.1")
    return actors | {"shop": shop, "user": people["jonas"][0]}


def asked(world, cast, client_ref: str = "1") -> int:
    with world(cast["jonas"]):
        return ask_own_erasure(cast["jonas"], reason="I leave", client_ref=client_ref)


def test_a_person_is_erased_by_two_and_nothing_names_him_but_what_the_law_keeps(cast, world, isolated):
    number, user = asked(world, cast), cast["user"]
    assert asked(world, cast) == number, "one request at a time"
    with world(cast["anna"]):
        before = {(one.area, str(one.fate)): one.rows for one in held_on(user.id, user.email)}
        assert before["login", "delete"] >= 1
        assert before["audit", "keep"] >= 1
        approve_erasure(cast["anna"], number)
        with pytest.raises(Conflict):
            approve_erasure(cast["olga"], number)
    assert "accounts.erase" in drain(isolated)
    with world():
        assert not erase(Actor.system(), number), "done once"
        row = db.session.get_one(User, user.id, populate_existing=True)
        assert (row.name, row.email, row.password_hash, row.is_active) == (
            "–",
            f"erased-{user.id}@erased.invalid",
            "",
            False,
        )
        for model in (ContactConsent, SignInSession):
            assert db.session.scalar(select(func.count()).select_from(model).where(model.user_id == user.id)) == 0
        assert not db.session.scalars(select(Membership.is_active).where(Membership.user_id == user.id)).one()
        line = erasure(cast["anna"], number)
        assert (line.state, line.who, line.reason, line.requested_by) == ("done", f"# {user.id}", "", "")
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.object_type == "erasure")).all()
        assert [entry.action for entry in told] == ["erasure_asked", "erasure_approved", "erased"]
        assert "Jonas" not in json.dumps([[entry.user_name, entry.changes] for entry in told])
        texts = [str(name) for name in db.session.scalars(text("SELECT to_jsonb(t)::text FROM users t"))]
        assert not any("Jonas" in one for one in texts)


def test_nobody_approves_alone_and_an_answer_is_final(cast, world):
    with world(cast["anna"]):
        with pytest.raises(Invalid):
            ask_erasure(cast["anna"], email="nobody@x.example", reason="letter", client_ref="1")
        with pytest.raises(Invalid):
            ask_erasure(cast["anna"], email=cast["user"].email, reason=" ", client_ref="1")
        number = ask_erasure(cast["anna"], email=cast["user"].email.upper(), reason="letter of today", client_ref="1")
        with pytest.raises(Forbidden):
            approve_erasure(cast["anna"], number)
    with world(cast["olga"]):
        refuse_erasure(cast["olga"], number, reason="A dispute is open")
        with pytest.raises(Conflict):
            refuse_erasure(cast["olga"], number, reason="again")
    with world(cast["jonas"]):
        mine = own_requests(cast["jonas"]).erasure
        assert mine is not None
        assert (mine.state, mine.refusal) == ("refused", "A dispute is open")


def test_the_person_takes_his_wish_back(cast, world):
    number = asked(world, cast)
    with world(cast["jonas"]):
        withdraw_own_erasure(cast["jonas"])
        with pytest.raises(Conflict):
            withdraw_own_erasure(cast["jonas"])
    with world(cast["anna"]), pytest.raises(Conflict):
        approve_erasure(cast["anna"], number)
    assert asked(world, cast, "2") != number


def test_open_matters_stop_it_also_between_approval_and_job(cast, world):
    number = asked(world, cast)
    hold = text(
        "INSERT INTO legal_holds (client_ref, company_id, kinds, reason) VALUES ('h', :company, '[]'::jsonb, 'dispute')"
    )
    with world(cast["anna"]):
        approve_erasure(cast["anna"], number)
        with transaction() as session:
            session.execute(hold, {"company": cast["shop"].id})
        assert [count for _title, count in obstacles(user_id=cast["user"].id)] == [1]
        assert due_erasures() == [number]
        assert not erase(cast["anna"], number)
        assert due_erasures() == [], "it is tried again later"
        assert "legal hold" in erasure(cast["anna"], number).last_error
        assert db.session.get_one(User, cast["user"].id).name == "Jonas Secret"


def test_the_last_administrator_of_the_portal_stays(cast, world):
    with world(cast["anna"]):
        number = ask_erasure(cast["anna"], email=_email(cast, "olga"), reason="x", client_ref="1")
        with transaction() as session:
            session.execute(
                text("UPDATE memberships SET is_active = false WHERE user_id = :id"), {"id": cast["anna"].user_id}
            )
        assert obstacles(user_id=cast["olga"].user_id)
        assert number


def _email(cast, name: str) -> str:
    return db.session.scalars(select(User.email).where(User.id == cast[name].user_id)).one()


def test_the_people_of_a_closed_account_go_together(cast, world):
    with world(cast["anna"]):
        with pytest.raises(Invalid, match="Close it first"):
            ask_erasure(cast["anna"], company="K-1", reason="end of contract", client_ref="1")
        with transaction() as session:
            session.execute(text("UPDATE companies SET state = 'inactive' WHERE code = 'K-1'"))
        number = ask_erasure(cast["anna"], company="K-1", reason="end of contract", client_ref="2")
    with world(cast["olga"]):
        approve_erasure(cast["olga"], number)
        assert erase(cast["olga"], number)
        names = set(db.session.scalars(text("SELECT name FROM users u JOIN memberships m ON m.user_id = u.id"
                                            " WHERE m.company_id = :id"), {"id": cast["shop"].id}))  # fmt: skip
        assert names == {"–"}
        assert db.session.scalars(text("SELECT email FROM companies WHERE code = 'K-1'")).one() == ""


def test_a_copy_holds_all_of_one_person_and_goes_after_a_week(cast, world, isolated):
    with world(cast["jonas"]):
        number = ask_own_copy(cast["jonas"], client_ref="1")
        assert ask_own_copy(cast["jonas"], client_ref="2") == number
    assert "accounts.copy_person" in drain(isolated)
    with world():
        assert not make_copy(Actor.system(), number, str), "made once"
        assert due_copies() == []
    with world(cast["kai"]), pytest.raises(NotFound):
        own_copy(cast["kai"], number)
    with world(cast["jonas"]):
        file = own_copy(cast["jonas"], number)
        with storage.open_file(file) as source:
            archive = zipfile.ZipFile(io.BytesIO(source.read()))
    assert {"index.html", "person.json", "profile/users.json", "profile/contact_consents.json"} <= set(
        archive.namelist()
    )
    everything = " ".join(archive.read(name).decode() for name in archive.namelist())
    assert "Jonas Secret" in everything
    assert "Kai Other" not in everything
    assert "password_hash" not in everything
    assert "token_hash" not in everything
    with world():
        with transaction() as session:
            session.get_one(PersonExport, number).expires_at = clock.now()
        assert drop_expired(Actor.system()) == 1
        with pytest.raises(NotFound):
            copy_file(Actor.system(), number)


def test_a_worker_that_dies_is_followed_by_another(cast, world):
    with world(cast["jonas"]):
        number = ask_own_copy(cast["jonas"], client_ref="1")
    with world():
        with transaction() as session:
            row = session.get_one(PersonExport, number)
            row.attempts, row.done_steps = 1, 50
        assert due_copies() == [number]
        assert make_copy(Actor.system(), number, str)
        with transaction() as session:
            assert session.get_one(PersonExport, number, populate_existing=True).attempts == 2
        assert audit.entries(Actor.system(), object_type="person_export")[0].action == "copy_made"
        assert db.session.scalar(select(func.count()).select_from(Erasure)) == 0
