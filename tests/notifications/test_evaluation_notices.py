"""A bidder hears what it is asked about its bid, and the asking side that it was answered."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.core.db import db
from app.core.mail import mailer, use_mailer
from app.core.tenancy import system_scope
from app.notifications.models import Notice
from app.sourcing.service.clarifications import answer_clarification, ask_bidder
from tests.factories.evaluation import bids_of, opened
from tests.notifications.test_sending import Tray
from tests.support.work import drain


@pytest.fixture
def tray(isolated):
    former, kept = mailer(), Tray()
    use_mailer(kept)
    yield kept
    use_mailer(former)


def test_question_and_answer_reach_the_other_side(app, tray, world):
    with world():
        made = opened([["10"], ["9"]])
        bid = bids_of(made)[1]
    company, bidder = made.suppliers[1]
    with world(made.buyer):
        asked = ask_bidder(made.buyer, made.id, made.lots[0], bid, question="Is freight <in> it?")
    drain(app)
    mails = [mail for mail in tray.mails if "Question about your bid" in str(mail["Subject"])]
    assert [str(mail["To"]) for mail in mails] and all(company.code.lower() in str(mail["To"]) for mail in mails)
    words, page = (mails[0].get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Is freight <in> it?" in words
    assert f"/supplier/questions/{asked}" in words
    assert "<time" not in words
    assert "Is freight <in> it?" in BeautifulSoup(page, "lxml").get_text()
    with world(bidder):
        answer_clarification(bidder, asked, "Yes.")
    drain(app)
    with world(), system_scope("test"):
        told = db.session.execute(
            select(Notice.user_id, Notice.link).where(Notice.code == "clarification_answered", Notice.way == "page")
        ).all()
    assert told == [(made.buyer.user_id, f"/tenders/{made.number}/evaluation/{made.lots[0]}/{bid}")]
