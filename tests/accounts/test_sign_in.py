"""Signing in: the right pair, the wrong one, slower after failures, a new token each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.accounts.models.people import User
from app.accounts.models.sign_ins import SignInAttempt, SignInSession
from app.accounts.queries.sign_ins import person_of
from app.accounts.service import hashing, sessions
from app.accounts.service.sign_in import sign_in
from app.accounts.service.tokens import token_hash
from app.core import clock
from app.core.db import db, statements
from app.core.errors import Forbidden, Invalid, NotFound, Unavailable
from app.core.tenancy import system_scope
from tests.factories import accounts as make

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDLE = timedelta(hours=12)


def outcomes(email: str) -> list[str]:
    return list(
        db.session.scalars(select(SignInAttempt.outcome).where(SignInAttempt.email == email).order_by(SignInAttempt.id))
    )


@pytest.fixture
def buyer(ctx):
    return make.person(make.customer(), email="anna@shop.example")


def test_right_password_opens_a_session_that_holds_only_the_hash_of_its_token(buyer):
    found = sign_in(" Anna@Shop.example ", make.PASSWORD, ip="192.0.2.1", user_agent="Firefox")
    assert found.user_id == buyer.id
    stored = db.session.scalars(select(SignInSession.token_hash)).all()
    assert stored == [token_hash(found.token)]
    assert outcomes("anna@shop.example") == ["ok"]
    again = sign_in("anna@shop.example", make.PASSWORD, ip="192.0.2.1")
    assert again.token != found.token


@pytest.mark.parametrize(
    ("email", "password", "outcome"),
    [
        ("anna@shop.example", "wrong", "wrong_password"),
        ("anna@shop.example", "", "wrong_password"),
        ("nobody@shop.example", make.PASSWORD, "unknown"),
        ("nobody@shop.example", "nobody has this password", "unknown"),
    ],
)
def test_wrong_pairs_say_the_same_and_are_recorded(buyer, email, password, outcome):
    with pytest.raises(Invalid) as refused:
        sign_in(email, password, ip="192.0.2.1")
    assert str(refused.value) == "E-mail address and password do not fit together."
    assert outcomes(email) == [outcome]


def test_unknown_address_costs_one_hash_like_a_known_one(buyer, monkeypatch):
    checked = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, h, p: checked.append(p) or real(self, h, p))
    for email in ("anna@shop.example", "nobody@shop.example"):
        with pytest.raises(Invalid):
            sign_in(email, "wrong", ip="192.0.2.1")
    assert checked == ["wrong", "wrong"]


def test_person_without_password_cannot_sign_in(ctx):
    user = make.person(make.customer(), password="")
    for password in ("", "nobody has this password"):
        with pytest.raises(Invalid):
            sign_in(user.email, password, ip="192.0.2.1")


def test_hash_is_renewed_when_parameters_change(buyer):
    cheap = hashing._hasher
    try:
        hashing.use_hasher(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")
        renewed = db.session.scalars(select(User.password_hash).where(User.id == buyer.id)).one()
        assert "m=16,t=2" in renewed
        assert not hashing.is_outdated(renewed)
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")
    finally:
        hashing.use_hasher(cheap)


def test_delay_grows_with_each_failure_and_success_forgets_them(buyer):
    """Five free tries, then 15, 30, 60 seconds."""
    moment = NOON
    for wait in (0, 0, 0, 0, 0, 15, 30, 60, 120):
        with clock.frozen(moment):
            if wait:
                with pytest.raises(Unavailable) as slowed:
                    sign_in(buyer.email, "wrong", ip="192.0.2.1")
                assert slowed.value.retry_after == wait
        moment += timedelta(seconds=wait)
        with clock.frozen(moment), pytest.raises(Invalid):
            sign_in(buyer.email, "wrong", ip="192.0.2.1")
    with clock.frozen(moment + timedelta(seconds=1)), pytest.raises(Unavailable):
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")
    with clock.frozen(moment + timedelta(minutes=5)):
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")
    with clock.frozen(moment + timedelta(minutes=6)), pytest.raises(Invalid):
        sign_in(buyer.email, "wrong", ip="192.0.2.1")


def test_delay_has_an_end_and_old_failures_are_forgotten(buyer):
    for minute in range(0, 55, 5):
        with clock.frozen(NOON + timedelta(minutes=minute)), pytest.raises((Invalid, Unavailable)):
            sign_in(buyer.email, "wrong", ip="192.0.2.1")
    with clock.frozen(NOON + timedelta(hours=2)):
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")


def test_one_ip_is_slowed_after_thirty_failures_under_any_address(buyer):
    with clock.frozen(NOON):
        for number in range(30):
            with pytest.raises(Invalid):
                sign_in(f"guess{number}@shop.example", "wrong", ip="192.0.2.66")
        with pytest.raises(Unavailable):
            sign_in(buyer.email, make.PASSWORD, ip="192.0.2.66")
        sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1")


def test_throttling_treats_unknown_addresses_like_known_ones(buyer):
    with clock.frozen(NOON):
        for _ in range(5):
            with pytest.raises(Invalid):
                sign_in("nobody@shop.example", "wrong", ip="192.0.2.1")
        with pytest.raises(Unavailable):
            sign_in("nobody@shop.example", "wrong", ip="192.0.2.1")


def test_person_whose_access_ended_is_told_only_after_the_right_password(ctx):
    company = make.customer(state="inactive")
    user = make.person(company)
    with pytest.raises(Forbidden):
        sign_in(user.email, make.PASSWORD, ip="192.0.2.1")
    with pytest.raises(Invalid):
        sign_in(user.email, "wrong", ip="192.0.2.1")


def test_session_is_read_with_one_statement_and_ends_by_idleness_and_age(buyer):
    with clock.frozen(NOON):
        token = token_hash(sign_in(buyer.email, make.PASSWORD, ip="192.0.2.1").token)
        with statements() as sent:
            found = person_of(token, IDLE)
        assert len([s for s in sent if s.startswith("SELECT")]) == 1
        assert found is not None
        assert (found.email, found.role, found.kind) == (buyer.email, "buyer", "customer")
    with clock.frozen(NOON + timedelta(hours=11)):
        assert person_of(token, IDLE) is not None
        sessions.note_seen(found.session_id)
    with clock.frozen(NOON + timedelta(hours=22)):
        assert person_of(token, IDLE) is not None
    with clock.frozen(NOON + timedelta(hours=24)):
        assert person_of(token, IDLE) is None
    with clock.frozen(NOON + timedelta(days=14)):
        sessions.note_seen(found.session_id)
    with clock.frozen(NOON + timedelta(days=14, minutes=1)):
        assert person_of(token, IDLE) is None, "fourteen days are the most"


def test_session_ends_with_the_membership(isolated, world):
    with world():
        company = make.customer()
        boss, user = make.person(company, "company_admin"), make.person(company)
        token = token_hash(sign_in(user.email, make.PASSWORD, ip="192.0.2.1").token)
        admin = make.actor_for(boss, company)
    from app.accounts.queries.people import people
    from app.accounts.service.people import deactivate

    with world(admin):
        deactivate(admin, next(m.membership_id for m in people(admin) if m.user_id == user.id))
    with world():
        assert person_of(token, IDLE) is None


def test_nobody_ends_the_session_of_somebody_else(isolated, world):
    with world():
        company = make.customer()
        user, other = make.person(company), make.person(company)
        token = sign_in(user.email, make.PASSWORD, ip="192.0.2.1").token
        stranger = make.actor_for(other, company)
    with world(stranger):
        with system_scope("test"):
            session_id = db.session.scalars(select(SignInSession.id)).one()
        with pytest.raises(NotFound):
            sessions.end_session(stranger, session_id)
    with world():
        assert person_of(token_hash(token), IDLE) is not None
        sessions.end_session(make.actor_for(user, company), session_id)
        assert person_of(token_hash(token), IDLE) is None


def test_company_is_chosen_only_among_ones_own(ctx):
    first, second, foreign = make.customer(name="Alpha"), make.customer(name="Beta"), make.customer()
    user = make.person(first, email="two@both.example")
    make.person(second, "bookkeeper", email="two@both.example")
    found = sign_in(user.email, make.PASSWORD, ip="192.0.2.1")
    person = person_of(token_hash(found.token), IDLE)
    assert person is not None
    assert person.companies == ((first.id, "Alpha"), (second.id, "Beta"))
    with pytest.raises(NotFound):
        sessions.switch_company(make.actor_for(user, first), person.session_id, foreign.id)
    sessions.switch_company(make.actor_for(user, first), person.session_id, second.id)
    person = person_of(token_hash(found.token), IDLE)
    assert person is not None
    assert (person.company_id, person.role) == (second.id, "bookkeeper")
    assert sign_in(user.email, make.PASSWORD, ip="192.0.2.1").company_id == second.id, "the last one is remembered"
