"""What buyers and sales are told about quotes, by mail and on the page."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.mail import mailer, use_mailer
from app.core.tenancy import system_scope
from app.notifications.models import Notice
from app.sourcing.service import quote_decisions, quote_offers, quote_talk, quotes
from tests.factories.accounts import operator, person
from tests.factories.quotes import act, in_state, market, offer, offered, preparing, requested
from tests.notifications.test_sending import Tray
from tests.support.work import drain


@pytest.fixture
def tray(isolated):
    former, kept = mailer(), Tray()
    use_mailer(kept)
    yield kept
    use_mailer(former)


@pytest.fixture
def play(tray, world):
    with world():
        return market()


def told(tray: Tray, app) -> set[str]:
    """Subjects of the mails since the last look; each must be readable as text and as HTML."""
    drain(app)
    found = set()
    for mail in tray.mails:
        words, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert BeautifulSoup(page, "lxml").h1.get_text() == str(mail["Subject"])
        assert "/quotes/RFQ-" in words
        assert "{" not in words
        found.add(str(mail["Subject"]).split(" RFQ")[0])
    tray.mails.clear()
    return found


def on_pages(world) -> set[str]:
    with world(), system_scope("test"):
        return set(db.session.scalars(select(Notice.code).where(Notice.way == "page")))


def test_both_sides_hear_of_a_negotiation(app, tray, world, play):
    with world():
        quote_id = requested(play)
    assert any("asks for a quote" in one for one in told(tray, app))
    with world():
        act(play.sales, quote_offers.take, quote_id)
        act(play.sales, quote_talk.ask_info, quote_id, "Which colour?")
    assert told(tray, app) == {"A question about your request"}
    with world():
        act(play.buyer, quote_talk.answer_info, quote_id, "Blue")
    assert any("has answered about" in one for one in told(tray, app))
    with world():
        act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.50", "9.25"))
        act(play.sales, quote_offers.send_offer, quote_id)
    assert told(tray, app) == {"Our offer"}
    with world():
        act(play.buyer, quote_decisions.counter, quote_id, [], "Cheaper")
    assert any("makes a counter-offer to" in one for one in told(tray, app))
    with world():
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref="yes")
    assert any("has accepted" in one for one in told(tray, app))
    assert {
        "quote_submitted", "quote_info_asked", "quote_info_answered", "quote_offered", "quote_countered",
        "quote_accepted",
    } <= on_pages(world)  # fmt: skip


def test_who_may_release_hears_of_it_and_who_asked_of_the_answer(app, tray, world, play):
    with world():
        quote_id = in_state(play, "price_approval")
        person(operator(), Role.PRICING)
    assert "Prices of" in told(tray, app)
    with world():
        act(play.release, quote_offers.return_offer, quote_id, "Too low")
    told(tray, app)
    assert "quote_returned" in on_pages(world)
    with world():
        act(play.sales, quote_offers.request_release, quote_id, "Please")
        act(play.release, quote_offers.release, quote_id, "Well")
    told(tray, app)
    assert "quote_released" in on_pages(world)


def test_no_is_told_with_its_reason_and_internal_words_to_nobody(app, tray, world, play):
    with world():
        first, second, third = requested(play), offered(play), preparing(play)
        told_before = told(tray, app)
    with world():
        act(play.sales, quotes.decline_seller, first, reason_code="other", reason="Not ours")
        act(play.buyer, quotes.decline_buyer, second, reason_code="price", reason="Too dear")
        act(play.sales, quote_talk.post_message, third, "Squeeze them", is_internal=True)
        act(play.buyer, quote_talk.post_message, third, "Any news?")
        act(play.buyer, quotes.withdraw, third, reason_code="other", reason="Done")
    assert told(tray, app) == {"Your request"}
    assert told_before
    assert {"quote_declined", "quote_message", "quote_withdrawn"} <= on_pages(world)
    with world(), system_scope("test"):
        assert not [one for one in db.session.scalars(select(Notice.text_body)) if "Squeeze" in one]
