"""Inviting, joining, roles; one administrator always remains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.accounts.models.people import Invitation, Membership, User
from app.accounts.queries.people import invitations, people
from app.accounts.service import people as service
from app.accounts.service.invitations import accept_invitation, invite, resend_invitation, withdraw_invitation
from app.accounts.service.sign_in import sign_in
from app.accounts.service.tokens import invitation_token
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories import accounts as make

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASSWORD = "green tractors like rain"


def token_of(world, invitation_id: int) -> str:
    with world():
        row = db.session.get(Invitation, invitation_id)
        assert row is not None
        return invitation_token(row.company_id, row.email, row.created_at)


@pytest.fixture
def boss(isolated, world) -> Actor:
    with world():
        company = make.customer()
        return make.actor_for(make.person(company, "company_admin", email="boss@shop.example"), company)


def test_person_joins_with_name_and_password_and_is_signed_in(boss, world):
    with world(boss):
        invitation_id = invite(boss, " New@Shop.example ", "buyer", name="Nina New")
        assert [i.email for i in invitations(boss)] == ["new@shop.example"]
    token = token_of(world, invitation_id)
    with world():
        for name, password in ((" ", PASSWORD), ("Nina", "short"), ("Nina", "new@shop.example")):
            with pytest.raises(Invalid):
                accept_invitation(token, name=name, password=password, ip="192.0.2.1")
        joined = accept_invitation(token, name="Nina New", password=PASSWORD, ip="192.0.2.1")
        assert joined.company_id == boss.company_id
        with pytest.raises(NotFound):
            accept_invitation(token, name="Nina", password=PASSWORD, ip="192.0.2.1")
        assert sign_in("new@shop.example", PASSWORD, ip="192.0.2.1").user_id == joined.user_id
    with world(boss):
        assert invitations(boss) == []
        assert ("Nina New", "buyer") in [(p.name, p.role) for p in people(boss)]


def test_person_with_a_login_joins_without_a_password_and_keeps_the_old_one(boss, world):
    with world():
        other = make.person(make.customer(), email="two@shop.example")
    token = token_of_email(world, boss, "two@shop.example")
    with world():
        joined = accept_invitation(token, password="ignored", ip="192.0.2.1")
        assert joined.user_id == other.id
        sign_in("two@shop.example", make.PASSWORD, ip="192.0.2.1")


def token_of_email(world, boss: Actor, email: str) -> str:
    with world(boss):
        invitation_id = invite(boss, email, "buyer")
    return token_of(world, invitation_id)


def test_somebody_blocked_does_not_come_back_by_an_invitation(boss, world):
    with world():
        make.person(make.customer(), email="gone@shop.example", is_active=False)
    token = token_of_email(world, boss, "gone@shop.example")
    with world(), pytest.raises(Conflict):
        accept_invitation(token, password=PASSWORD, ip="192.0.2.1")


def test_invitation_expires_is_renewed_and_withdrawn(boss, world):
    with clock.frozen(NOON), world(boss):
        invitation_id = invite(boss, "new@shop.example", "buyer")
    token = token_of(world, invitation_id)
    later = NOON + timedelta(days=7, seconds=1)
    with clock.frozen(later), world(), pytest.raises(NotFound):
        accept_invitation(token, name="Nina", password=PASSWORD, ip="192.0.2.1")
    with clock.frozen(later), world(boss):
        assert invitations(boss)[0].is_expired
        assert resend_invitation(boss, invitation_id) == "new@shop.example"
        assert not invitations(boss)[0].is_expired
        withdraw_invitation(boss, invitation_id)
        with pytest.raises(Conflict):
            resend_invitation(boss, invitation_id)
    with clock.frozen(later), world(), pytest.raises(NotFound):
        accept_invitation(token, name="Nina", password=PASSWORD, ip="192.0.2.1")


def test_asking_again_renews_and_another_role_replaces_the_invitation(boss, world):
    with world(boss):
        first = invite(boss, "new@shop.example", "buyer")
        assert invite(boss, "new@shop.example", "buyer") == first
        second = invite(boss, "new@shop.example", "bookkeeper")
        assert [i.id for i in invitations(boss)] == [second]
        with pytest.raises(Invalid):
            invite(boss, "boss@shop.example", "buyer")
        for role in ("sales", "operator_admin", "nonsense"):
            with pytest.raises(Invalid):
                invite(boss, "x@shop.example", role)


def test_strangers_invitations_and_people_are_not_found(boss, world):
    with world():
        other = make.customer()
        rival = make.actor_for(make.person(other, "company_admin"), other)
        victim = make.person(other, "buyer")
    with world(rival):
        invitation_id = invite(rival, "new@rival.example", "buyer")
        membership_id = next(p.membership_id for p in people(rival) if p.user_id == victim.id)
    with world(boss):
        for attempt in (
            lambda: withdraw_invitation(boss, invitation_id),
            lambda: resend_invitation(boss, invitation_id),
            lambda: invite(boss, "x@shop.example", "buyer", company_id=other.id),
            lambda: service.change_role(boss, membership_id, "company_admin"),
            lambda: service.deactivate(boss, membership_id),
            lambda: people(boss, other.id),
        ):
            with pytest.raises(NotFound):
                attempt()
    with world():
        assert db.session.get(Invitation, invitation_id).withdrawn_at is None
        assert db.session.get(Membership, membership_id).role == "buyer"


def test_the_last_administrator_stays(boss, world):
    with world():
        company = db.session.get(Company, boss.company_id)
        buyer = make.person(company, "buyer")
        mine, theirs = (
            db.session.scalars(select(Membership.id).where(Membership.user_id == user_id)).one()
            for user_id in (boss.user_id, buyer.id)
        )
    with world(boss):
        with pytest.raises(Conflict):
            service.change_role(boss, mine, "buyer")
        with pytest.raises(Conflict):
            service.deactivate(boss, mine)
        service.change_role(boss, theirs, "company_admin")
        service.change_role(boss, mine, "buyer")
        with pytest.raises(Conflict):
            service.deactivate(boss, theirs)
        service.change_role(boss, mine, "company_admin")
        service.deactivate(boss, theirs)
        assert [p.is_active for p in people(boss)] == [True, False]
        service.activate(boss, theirs)
    with world():
        assert db.session.get(Membership, mine, populate_existing=True).role == "company_admin"
        assert db.session.scalars(select(User.is_active).where(User.id == buyer.id)).one(), "only this access ended"
