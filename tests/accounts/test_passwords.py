"""Rules for passwords, and the ways to a new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.domain.passwords import demand_good
from app.accounts.models.companies import Company
from app.accounts.models.people import PasswordReset
from app.accounts.models.sign_ins import SignInSession
from app.accounts.service import passwords
from app.accounts.service.sign_in import sign_in
from app.accounts.service.tokens import reset_token, token_hash
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, NotFound, Unavailable
from app.core.models import OutboxEntry
from tests.factories import accounts as make

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW = "green tractors like rain"


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("green tractors like rain", True),
        ("ndksjfhwue", True),
        ("правильный конь батарея", True),
        ("short", False),
        ("123456789", False),
        ("1234567890", False),
        ("Password123", False),
        ("qwertyuiop", False),
        ("йцукенгшщз", False),
        ("aaaaaaaaaaaaaaa", False),
        ("abcabcabcabcabc", False),
        ("abcdefghijklmn", False),
        ("9876543210", False),
        ("anna.schmidt@shop.example", False),
        ("AnnaSchmidt2026", False),
        ("Schmidt Anna!", False),
        ("anna and her four brothers", True),
        ("x" * 100 + "y" * 101, False),
    ],
)
def test_password_is_judged_by_length_and_guessability_only(password, is_good):
    if is_good:
        demand_good(password, email="anna.schmidt@shop.example", name="Anna Schmidt")
    else:
        with pytest.raises(Invalid):
            demand_good(password, email="anna.schmidt@shop.example", name="Anna Schmidt")


@pytest.fixture
def anna(ctx):
    return make.person(make.customer(), email="anna@shop.example")


def latest_token() -> str:
    reset = db.session.scalars(select(PasswordReset).order_by(PasswordReset.id.desc())).first()
    assert reset is not None
    return reset_token(reset.user_id, reset.created_at)


def test_link_is_derived_so_that_the_table_holds_its_hash_only(anna):
    passwords.request_password_reset(" Anna@shop.example", ip="192.0.2.1")
    (reset,) = db.session.scalars(select(PasswordReset)).all()
    assert reset.token_hash == token_hash(reset_token(anna.id, reset.created_at))
    assert latest_token() not in str(vars(reset))


def test_link_works_once_within_its_time_and_ends_all_sessions(anna):
    with clock.frozen(NOON):
        sign_in(anna.email, make.PASSWORD, ip="192.0.2.1")
        passwords.request_password_reset(anna.email, ip="192.0.2.1")
        token = latest_token()
    with clock.frozen(NOON + timedelta(hours=2, seconds=1)), pytest.raises(NotFound):
        passwords.reset_password(token, NEW)
    with clock.frozen(NOON + timedelta(hours=1)):
        with pytest.raises(Invalid):
            passwords.reset_password(token, "1234567890")
        passwords.reset_password(token, NEW)
        with pytest.raises(NotFound):
            passwords.reset_password(token, NEW)
        assert db.session.scalars(select(SignInSession).where(SignInSession.ended_at.is_(None))).all() == []
        sign_in(anna.email, NEW, ip="192.0.2.1")


def test_new_password_makes_older_links_useless(anna):
    passwords.request_password_reset(anna.email, ip="192.0.2.1")
    first = latest_token()
    passwords.request_password_reset(anna.email, ip="192.0.2.1")
    passwords.reset_password(latest_token(), NEW)
    with pytest.raises(NotFound):
        passwords.reset_password(first, NEW)


@pytest.mark.parametrize("email", ["nobody@shop.example", "not an address", "", "x" * 400])
def test_unknown_address_is_answered_alike_and_nothing_is_mailed(anna, email):
    assert passwords.request_password_reset(email, ip="192.0.2.1") is None
    assert db.session.scalars(select(OutboxEntry)).all() == []


def test_flood_of_links_is_stopped_silently(anna):
    for _ in range(6):
        passwords.request_password_reset(anna.email, ip="192.0.2.1")
    assert len(db.session.scalars(select(PasswordReset)).all()) == 3


def test_change_needs_the_present_password_and_keeps_this_session_only(anna):
    first = sign_in(anna.email, make.PASSWORD, ip="192.0.2.1")
    second = sign_in(anna.email, make.PASSWORD, ip="192.0.2.2")
    ids = dict(db.session.execute(select(SignInSession.token_hash, SignInSession.id)).all())
    kept = ids[token_hash(first.token)]
    shop = db.session.scalars(select(Company)).one()
    actor = make.actor_for(anna, shop)
    with pytest.raises(Invalid) as refused:
        passwords.change_password(actor, kept, "wrong", NEW, ip="192.0.2.1")
    assert refused.value.field == "current"
    passwords.change_password(actor, kept, make.PASSWORD, NEW, ip="192.0.2.1")
    still_open = db.session.scalars(select(SignInSession.id).where(SignInSession.ended_at.is_(None))).all()
    assert still_open == [kept]
    assert second.token != first.token


def test_guessing_the_present_password_is_slowed_like_signing_in(anna):
    actor = make.actor_for(anna, db.session.scalars(select(Company)).one())
    with clock.frozen(NOON):
        for _ in range(5):
            with pytest.raises(Invalid):
                passwords.change_password(actor, 0, "wrong", NEW, ip="192.0.2.1")
        with pytest.raises(Unavailable):
            passwords.change_password(actor, 0, make.PASSWORD, NEW, ip="192.0.2.1")
