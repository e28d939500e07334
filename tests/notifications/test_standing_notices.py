"""What owners of standing orders are told: before a run, after it, when it asks, when it was lost, when it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.accounts.models.people import Membership
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.mail import mailer, use_mailer
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from app.ordering.service.standing import end_standing, pause_standing
from app.ordering.service.standing_runs import work_off_all
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, change_price
from tests.factories.standing import NOW, standing
from tests.notifications.test_sending import Tray
from tests.support.work import drain

SIX = datetime(2027, 1, 4, 5, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
def tray(isolated):
    former, kept = mailer(), Tray()
    use_mailer(kept)
    yield kept
    use_mailer(former)


@pytest.fixture
def scene(tray, world):
    with world(), clock.frozen(NOW):
        company = customer(locale="en")
        ann, boss = buyer(company), buyer(company, "company_admin")
        nut = article("NUT", "2.00")
        number = standing(ann, [(nut, 4)], name="Workshop")
    return ann, boss, nut, number


def sweep(app, world, moment: datetime) -> None:
    with world(), clock.frozen(moment):
        work_off_all(Actor.system())
    with clock.frozen(moment):
        drain(app)


def told(tray: Tray) -> list[str]:
    """Subjects of the mails since the last look; each must be readable as text and as HTML."""
    found = []
    for mail in (mail for mail in tray.mails if "Workshop" in str(mail["Subject"])):
        words, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert BeautifulSoup(page, "lxml").h1.get_text() == str(mail["Subject"])
        for sign in ("{{", "{%", "None", "Message(", "datetime", "Decimal", "<time"):
            assert sign not in words
        assert "/standing-orders/" in words or "/orders/" in words
        found.append(str(mail["Subject"]))
    tray.mails.clear()
    return found


def page_notices(world) -> list[tuple[str, str]]:
    with world(), system_scope("test"):
        rows = db.session.execute(
            select(Notice.code, Notice.link).where(Notice.way == "page", Notice.state == "sent").order_by(Notice.id)
        )
        return [(row.code, row.link) for row in rows]


def test_before_and_after_a_run(isolated, world, tray, scene):
    _ann, _boss, _nut, number = scene
    sweep(isolated, world, SIX - timedelta(hours=48))
    assert told(tray) == ["Workshop orders on Jan 4, 2027"]
    sweep(isolated, world, SIX)
    (subject,) = told(tray)
    assert subject.startswith("Workshop: order SO-2027-")
    codes = page_notices(world)
    assert [code for code, _ in codes if code.startswith("standing")] == ["standing_will_run", "standing_placed"]
    assert codes[0][1] == f"/standing-orders/{number}/runs/2027-01-04"


def test_a_run_that_asks_reminds_once_and_says_when_it_is_lost(isolated, world, tray, scene):
    _ann, _boss, nut, _number = scene
    with world():
        change_price(nut, "3.00")
    sweep(isolated, world, SIX)
    mail = tray.mails[-1].get_body(("plain",)).get_content()
    assert "NUT: Dearer than agreed by 50 %." in mail.replace("50.0", "50")
    assert told(tray) == ["Workshop cannot be ordered as it is"]
    sweep(isolated, world, SIX + timedelta(hours=36))
    assert told(tray) == ["Workshop cannot be ordered as it is"]
    sweep(isolated, world, SIX + timedelta(hours=72))
    assert told(tray) == ["Workshop was not ordered"]


def test_missed_runs_are_told_in_one_mail(isolated, world, tray, scene):
    sweep(isolated, world, SIX + 3 * WEEK)
    mails = {str(mail["Subject"]): mail.get_body(("plain",)).get_content() for mail in tray.mails}
    assert "Jan 4, 2027" in mails["Workshop was not ordered"]
    assert "Jan 18, 2027" in mails["Workshop was not ordered"]
    assert "Jan 25, 2027" not in mails["Workshop was not ordered"]
    assert len(told(tray)) == 2


def test_who_stops_it_is_not_told_but_the_owner_is(isolated, world, tray, scene):
    ann, boss, _nut, number = scene
    with world(boss), clock.frozen(NOW):
        pause_standing(boss, number)
    with clock.frozen(NOW):
        drain(isolated)
    assert told(tray) == ["Workshop is paused"]
    with world(ann), clock.frozen(NOW):
        end_standing(ann, number)
    with clock.frozen(NOW):
        drain(isolated)
    assert told(tray) == []


def test_without_the_owner_the_administrators_are_asked(isolated, world, tray, scene):
    ann, boss, _nut, _number = scene
    with world(), system_scope("test"), transaction() as session:
        session.scalars(select(Membership).where(Membership.user_id == ann.user_id)).one().is_active = False
    sweep(isolated, world, SIX)
    with world(), system_scope("test"):
        assert set(db.session.scalars(select(Notice.user_id))) == {boss.user_id}
    assert told(tray) == ["Workshop cannot be ordered as it is"]
    with world(), acting_as(boss):
        assert boss.can("ordering:standing:edit_all")
