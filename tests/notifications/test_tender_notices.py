"""What suppliers and the asking side are told about tenders, by mail and on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.mail import mailer, use_mailer
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from app.sourcing.service import tender_changes, tender_people, tender_publish, tender_questions
from tests.factories import bids
from tests.factories import tenders as make
from tests.notifications.test_sending import Tray
from tests.support.work import drain


@pytest.fixture
def tray(isolated):
    former, kept = mailer(), Tray()
    use_mailer(kept)
    yield kept
    use_mailer(former)


def told(tray: Tray, app) -> list[tuple[str, str]]:
    """Addressee and subject of each mail since the last look; each must be readable as text and as HTML."""
    drain(app)
    found = []
    for mail in tray.mails:
        words, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert BeautifulSoup(page, "lxml").h1.get_text() == str(mail["Subject"])
        assert "/tenders/T-" in words
        assert "{" not in words
        found.append((str(mail["To"]).rpartition("<")[2].strip(">"), str(mail["Subject"])))
    tray.mails.clear()
    return sorted(found)


def test_both_sides_hear_of_a_tender(app, tray, world):
    with world():
        made = make.published(needs_approval=False, visibility="registered", suppliers=2)
    assert [subject for _to, subject in told(tray, app)] == [
        f"{made.company.legal_name} asks you to bid: Workshop supplies"
    ] * 2
    _firm, bidder = made.suppliers[0]
    with world():
        make.shift(made, start_at=timedelta(seconds=-1))
        with system_scope("test"), transaction():
            tender_publish.open_bidding(Actor.system(), made.id)
        with acting_as(bidder):
            question = tender_questions.ask(bidder, made.id, "Which colour?")
        with system_scope("test"), transaction():
            tender_publish.tell_questions(Actor.system(), made.id)
    (asked,) = told(tray, app)
    assert asked[1] == f"Questions on tender {made.number}"
    assert "supplier" not in asked[0]
    with world(), acting_as(made.buyer):
        tender_questions.answer_question(made.buyer, made.id, question, "Green")
    assert [subject for _to, subject in told(tray, app)] == [f"An answer on tender {made.number}"] * 2
    with world():
        applicant = make.bidder()[1]
        with acting_as(applicant):
            row = tender_people.apply(applicant, made.id)
    assert [subject for _to, subject in told(tray, app)] == [f"A supplier applies for tender {made.number}"]
    with world(), acting_as(made.buyer):
        tender_people.decide_application(made.buyer, made.id, row, is_admitted=True)
    assert [subject for _to, subject in told(tray, app)] == [f"Your application for tender {made.number}"]
    with world(), acting_as(made.buyer):
        later = made.row().deadline + timedelta(days=2)
        tender_changes.extend(made.buyer, made.id, later, reason="Holidays")
    assert [subject for _to, subject in told(tray, app)] == [f"Tender {made.number} was changed"] * 3
    with world():
        make.shift(made, deadline=timedelta(minutes=30))
        with system_scope("test"), transaction():
            tender_publish.remind_an_hour_before(Actor.system(), made.id)
    assert [subject for _to, subject in told(tray, app)] == [f"Tender {made.number} closes soon"] * 3
    with world(), acting_as(made.buyer):
        tender_changes.cancel(made.buyer, made.id, reason="Not needed any more")
    assert [subject for _to, subject in told(tray, app)] == [f"Tender {made.number}: cancelled"] * 3
    with world(), system_scope("test"):
        codes = set(db.session.scalars(select(Notice.code).where(Notice.way == "page")))
    assert {
        "tender_invited", "tender_questions", "tender_answered", "tender_applied", "tender_application_decided",
        "tender_amended", "tender_deadline", "tender_stopped",
    } <= codes  # fmt: skip


def test_who_may_release_is_asked(app, tray, world):
    with world():
        made = make.draft(needs_approval=True)
        with acting_as(made.buyer):
            tender_publish.submit_approval(made.buyer, made.id)
    ((to, subject),) = told(tray, app)
    assert subject == f"Tender {made.number} waits for your release"
    assert to.startswith("company_admin")


def test_both_sides_hear_of_too_few_bids(app, tray, world):
    with world():
        made = make.bidding(suppliers=1)
    told(tray, app)
    with world():
        make.close(made)
        assert made.row().state == "unsuccessful"
    assert [subject for _to, subject in told(tray, app)] == [f"Tender {made.number}: ended with too few bids"] * 2


def test_those_who_open_hear_of_the_opening(app, tray, world):
    with world():
        made = bids.opened_tender("10", "11")
    assert ("Opening of tender " + made.number) in [subject for _to, subject in told(tray, app)]
