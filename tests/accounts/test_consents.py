"""Marketing messages: only the person himself agrees, with the words he saw; a link in a mail takes it back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.accounts.models.consents import ContactConsent
from app.accounts.queries.consents import consents_in, may_market, own_consents
from app.accounts.service.consents import give_consent, unsubscribe_address, unsubscriber, withdraw_consent
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from tests.factories import accounts as make


@pytest.fixture
def cast(isolated, world):
    with world():
        shop = make.customer("K-1", name="Shop")
        buyer, other = make.person(shop, "buyer", name="Jonas"), make.person(shop, "buyer", name="Kai")
        sven = make.person(make.operator(), "sales", name="Sven")
        actors = make.actor_for(buyer, shop), make.actor_for(sven, make.operator())
        return shop, buyer, other, sven, *actors


def test_consent_is_given_and_taken_back_by_the_person(cast, world):
    shop, buyer, other, _sven, actor, staff = cast
    with world(actor):
        assert own_consents(actor) == []
        assert give_consent(actor, text="Yes, write to me", locale="en", ip="127.0.0.1")
        assert not give_consent(actor, text="again", locale="en")
        assert [one.text for one in own_consents(actor)] == ["Yes, write to me"]
    with world(staff):
        assert may_market(staff, [buyer.id, other.id]) == {buyer.id}
        assert may_market(staff, []) == set()
        assert set(consents_in(staff, shop.id)) == {buyer.id}
    with world(actor):
        assert withdraw_consent(actor)
        assert not withdraw_consent(actor)
        assert give_consent(actor, text="Once more", locale="en")
        assert [one.withdrawn_source for one in own_consents(actor)] == ["", "profile"]
    with world():
        actions = [entry.action for entry in audit.entries(Actor.system(), object_type="user")]
        assert actions == ["marketing_agreed", "marketing_withdrawn", "marketing_agreed"]


def test_nobody_agrees_for_somebody_else(cast, world):
    acting = replace(cast[4], staff_id=cast[3].id)
    with world(acting), pytest.raises(Forbidden):
        give_consent(acting, text="x", locale="en")
    with world(), pytest.raises(Forbidden):
        give_consent(Actor.system(), text="x", locale="en")


def test_profile_page_shows_and_changes_it(cast, client, world):
    make.sign_in(client, cast[1])
    assert "I can take this back at any time" in client.get("/profile").text
    assert "Thank you" in " ".join(client.post("/profile/consent", follow=True).banners)
    assert "You agreed on" in client.get("/profile").text
    with world():
        row = db.session.scalars(select(ContactConsent)).one()
        assert (row.locale, row.source, row.text.startswith("I agree that you write")) == ("en", "profile", True)
    client.post("/profile/consent/withdraw")
    assert "You agreed on" not in client.get("/profile").text


def test_link_in_a_mail_ends_it_without_sign_in(cast, client, world):
    _shop, buyer, other, _sven, actor, staff = cast
    with world(actor):
        give_consent(actor, text="Yes", locale="en")
    with world():
        path = "/unsubscribe/" + unsubscribe_address(buyer.id).rpartition("/")[2]
        wrong = "/unsubscribe/" + unsubscribe_address(other.id).rpartition("/")[2].replace(
            str(other.id), str(buyer.id), 1
        )
    assert "Shall that end?" in client.get(path).text
    with world(staff):
        assert may_market(Actor.system(), [buyer.id]) == {buyer.id}, "opening the link changes nothing"
    assert "gets no offers by mail any more" in client.post(path).text
    assert client.post(path).status == 200
    with world():
        assert may_market(Actor.system(), [buyer.id]) == set()
        with pytest.raises(NotFound):
            unsubscriber("7")
    for bad in (wrong, "/unsubscribe/x", "/unsubscribe/999999.abc", "/unsubscribe/²."):
        assert client.get(bad).status == 404


def test_staff_sees_it_and_cannot_give_it(cast, client, world):
    make.sign_in(client, cast[3])
    link = next(a["href"] for a in client.get("/accounts/K-1").soup.select("a[href*='/people/']") if "Jonas" in a.text)
    assert "The person has not agreed" in client.get(link).text
    with world(cast[4]):
        give_consent(cast[4], text="Yes, write to me", locale="en")
    assert "Yes, write to me" in client.get(link).text
