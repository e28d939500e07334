"""Keys: made and shown once, used, revoked, and what they do not open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models.api_keys import ApiKey
from app.accounts.models.people import Membership
from app.accounts.queries.api_keys import api_keys
from app.accounts.service.api_keys import actor_of_key, make_key, revoke_key
from app.accounts.service.tokens import token_hash
from app.api.policy import READING
from app.core import audit, clock
from app.core.actor import Scope, Via
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import of_role
from app.core.tenancy import system_scope
from tests.factories import accounts as make
from tests.factories import ordering as shop


def made(boss, **facts):
    values = {"user_id": boss.user_id, "permissions": READING, "client_ref": shop.ref()} | facts
    return make_key(boss, "Warehouse", **values)


def test_a_key_is_shown_once_and_acts_as_its_person_no_further_than_it_names(isolated, world):
    with world():
        company = make.customer("K-1")
        boss = make.actor_for(make.person(company, "company_admin", locale="uk"), company)
    with world(boss):
        key_id, key = made(boss)
        row = db.session.execute(select(ApiKey.key_hash, ApiKey.prefix, ApiKey.permissions)).one()
        assert row.key_hash == token_hash(key) and key.startswith(row.prefix) and len(row.prefix) == 12
        assert audit.history(boss, "company", company.id)[-1].action == "api_key_made"
        assert key not in str(audit.history(boss, "company", company.id)[-1].changes)
    found = None
    with isolated.app_context():
        found = actor_of_key(key)
        assert actor_of_key(key[:-1]) is None and actor_of_key("") is None
    assert (found.user_id, found.company_id, found.scope, found.via) == (
        boss.user_id,
        company.id,
        Scope.TENANT,
        Via.API,
    )
    assert found.locale == "uk"
    assert found.permissions == of_role("company_admin") & set(READING)
    with world(boss):
        (line,) = api_keys(boss)
        assert line.last_used_at is not None and line.person == boss.name
        assert revoke_key(boss, key_id) == revoke_key(boss, key_id) == "Warehouse"
        actions = [one.action for one in audit.history(boss, "company", company.id)]
        assert actions.count("api_key_revoked") == 1
    with isolated.app_context():
        assert actor_of_key(key) is None


def test_what_ends_a_key(isolated, world):
    """The day, the person's access, the company's state: each at once."""
    with world():
        company = make.customer()
        person = make.person(company, "buyer")
        boss = make.actor_for(make.person(company, "company_admin"), company)
    with world(boss):
        _id, key = made(boss, user_id=person.id, expires_on=clock.today() + timedelta(days=2))

    def opens():
        with isolated.app_context():
            return actor_of_key(key) is not None

    assert opens()
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert not opens()
    with isolated.app_context():
        shop.change_company(company.id, state="inactive")
        assert actor_of_key(key) is None
        shop.change_company(company.id, state="approved")
        assert actor_of_key(key) is not None
        with system_scope("test"), transaction() as session:
            session.execute(update(Membership).where(Membership.user_id == person.id).values(is_active=False))
        assert actor_of_key(key) is None


def test_what_is_refused(isolated, world):
    with world():
        company, other = make.customer(), make.customer()
        boss = make.actor_for(make.person(company, "company_admin"), company)
        stranger = make.actor_for(make.person(other, "company_admin"), other)
    with world(stranger):
        foreign, _key = made(stranger)
    with world(boss):
        for field, facts in (
            ("user_id", {"user_id": stranger.user_id}),
            ("permissions", {"permissions": ["x:y:z"]}),
            ("expires_on", {"expires_on": clock.today() - timedelta(days=1)}),
        ):
            with pytest.raises(Invalid) as caught:
                made(boss, **facts)
            assert caught.value.field == field
        with pytest.raises(Invalid):
            make_key(boss, " ", user_id=boss.user_id, permissions=READING, client_ref=shop.ref())
        with pytest.raises(NotFound):
            revoke_key(boss, foreign)
        with pytest.raises(NotFound):
            made(boss, company_id=other.id)
        same = shop.ref()
        made(boss, client_ref=same)
        with pytest.raises(Conflict):
            made(boss, client_ref=same)
        assert len(api_keys(boss)) == 1
