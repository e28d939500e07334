"""Keys of AS2 channels over the pages: made, given away, changed over on both sides without a gap."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.db import db
from app.core.tenancy import acting_as
from app.exchange.domain import certificates
from app.exchange.models.partners import Channel
from app.exchange.service.channel_secrets import open_secrets, settings_from
from app.exchange.service.channel_state import note_success
from app.exchange.service.partners import save_channel
from tests.factories import accounts
from tests.factories.partners import system

PEOPLE = {Role.OPERATOR_ADMIN: 303, Role.SALES: 403, Role.WAREHOUSE: 403}


@pytest.fixture
def channel_id(isolated, world):
    with world():
        accounts.operator()
        actor = system()
        with acting_as(actor):
            values = {
                "key": "as2-key",
                "name": "Partner AS2",
                "transport": "as2",
                "settings": {"our_id": "US", "partner_id": "THEM"},
            }
            return save_channel(actor, None, values)


def sign_in(client, world, role=Role.OPERATOR_ADMIN):
    with world():
        user = accounts.person(accounts.operator(), role)
    accounts.sign_in(client, user)


def channel(world):
    with world(), acting_as(system()):
        row = db.session.scalars(select(Channel).execution_options(populate_existing=True)).one()
        db.session.expunge(row)
        return row


def test_our_key_is_rolled_over_without_a_gap(client, world, channel_id):
    sign_in(client, world)
    keys = f"/channels/{channel_id}/keys"
    assert client.get(f"/channels/{channel_id}/certificate.pem").status == 404
    assert client.post(f"{keys}/make", {}).status == 303
    first = channel(world)
    assert client.get(f"/channels/{channel_id}/certificate.pem").data.decode() == first.settings["own_certificate"]
    assert client.post(f"{keys}/make", {}).status == 303
    assert client.post(f"{keys}/change-own", {}).status == 303
    row = channel(world)
    assert row.settings["second_own_certificate"] == first.settings["own_certificate"]
    with world():
        own = settings_from(row).own()
        assert len(own) == 2, "the new one signs, both open"
        assert "PRIVATE KEY" in open_secrets(row)["own_key"]
    assert "PRIVATE" not in str(row.settings)
    page = client.get(f"/channels/{channel_id}")
    assert "Own certificate: valid until" in page.text
    assert "PRIVATE" not in page.html


def test_the_partners_certificate_is_rolled_over(client, world, channel_id):
    sign_in(client, world)
    address = f"/channels/{channel_id}/keys/change-partner"
    assert client.post(address, {}).status == 409
    one, two = (certificates.make(name, clock.now(), bits=2048)[0] for name in ("one", "two"))
    with world():
        actor = system()
        with acting_as(actor):
            given = {"partner_certificate": one, "second_partner_certificate": two}
            save_channel(actor, channel_id, {"settings": {**channel(world).settings, **given}})
            note_success(channel_id, "sent_at")
    assert client.post(address, {}).status == 303
    found = channel(world).settings
    assert (found["partner_certificate"], found["second_partner_certificate"]) == (two, one)
    assert "Last use" in client.get(f"/channels/{channel_id}").text


@pytest.mark.parametrize(("role", "status"), PEOPLE.items())
def test_access(client, world, channel_id, role, status):
    sign_in(client, world, role)
    assert client.post(f"/channels/{channel_id}/keys/make", {}).status == status
    assert client.get(f"/channels/{channel_id}/certificate.pem").status == (200 if status == 303 else status)
    assert bool(channel(world).settings.get("own_certificate")) is (status == 303)
