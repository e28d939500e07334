"""Offers by mail: once to a person, only to those who agreed, and not to those who took it back meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.accounts.models.people import User
from app.accounts.service.consents import give_consent, withdraw_consent
from app.core import clock
from app.core.actor import Actor
from app.core.db import transaction
from app.core.outbox import deliver_due
from app.core.tenancy import acting_as, system_scope
from app.sales.domain.offers import OfferRow
from app.sales.service.offers import create_offer, release_offer, run_offers
from tests.factories.accounts import actor_for, customer, person
from tests.factories.ordering import shop
from tests.support.mail import tray
from tests.support.work import drain

SYSTEM = Actor.system()
NOW = datetime.now(UTC) + timedelta(days=1)  # after the database's own clock, which dates outbox rows


def test_an_offer_is_mailed_once_to_people_who_agreed(isolated, world):
    with clock.frozen(NOW), tray() as mails:
        with world():
            shop()
            mine, other = customer("MINE"), customer("OTHER")
            people = {
                name: person(mine, email=f"{name}@mine.example") for name in ("agrees", "silent", "left", "quiet")
            }
            assert person(other, email="agrees@mine.example").id == people["agrees"].id  # of two accounts
            for name in ("agrees", "left", "quiet"):
                me = actor_for(people[name], mine)
                with acting_as(me):
                    give_consent(me, text="yes", locale="en")
            with system_scope("test"), transaction() as session:
                session.get_one(User, people["quiet"].id).may_be_contacted = False
            row = OfferRow(name="Spring", kind="news", starts_at=NOW, titles={"en": "Spring"}, texts={"en": "New ropes"},
                           is_for_all=True, with_mail=True)  # fmt: skip
            release_offer(SYSTEM, create_offer(SYSTEM, row, client_ref="one"))
        with isolated.app_context():
            deliver_due()
        with world():
            me = actor_for(people["left"], mine)
            with acting_as(me):
                withdraw_consent(me)
        drain(isolated)
        with world():
            run_offers(SYSTEM)
        drain(isolated)
    assert ["agrees@mine.example" in str(mail["To"]) for mail in mails] == [True]
    text = mails[0].get_body(("plain",)).get_content()
    assert "New ropes" in text and "/unsubscribe/" in text and "Spring" in mails[0]["Subject"]
