"""The operator's pages behind the scenes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.service.companies import set_block
from app.accounts.service.invitations import invite
from app.core.db import db, transaction
from app.core.models import OutboxEntry
from app.core.outbox import deliver_due
from app.sourcing.queries.clock import database_now
from app.sourcing.service.timers import set_timer
from tests.factories import accounts as make
from tests.support.work import drain


@pytest.fixture
def boss(isolated, world, client):
    with world():
        user = make.person(make.operator(), "operator_admin", name="Berta Boss")
    make.sign_in(client, user)
    return user


def test_audit_log_names_who_changed_what_and_can_be_searched(boss, client, world):
    with world():
        company = make.customer("K-1", name="Alpha")
        actor = make.actor_for(boss, make.operator())
        for number in range(60):
            set_block(actor, company.id, is_blocked=number % 2 == 0, reason=f"reason {number}")
    page = client.get("/admin/audit")
    assert len(page.rows()) == 50
    assert "Berta Boss" in page.rows()[0][1]
    assert "Block lifted" in page.rows()[0][2]
    assert "Alpha" in page.rows()[0][4]
    older = client.get(page.link("Next"))
    assert len(older.rows()) == 10
    assert client.get(older.link("Back")).rows() == page.rows()
    assert {row[2] for row in client.get("/admin/audit?q=unbl&kind=company").rows()} == {"Block lifted"}
    assert "Nothing fits" in client.get("/admin/audit?q=%25").text, "signs of patterns are only signs"
    assert "Nothing fits" in client.get("/admin/audit?kind=invoice").text
    assert client.get("/admin/audit?after=damaged").status == 200


def test_parked_event_is_shown_with_its_error_and_replayed(boss, client, world, isolated):
    with world():
        actor = make.actor_for(boss, make.operator())
        invite(actor, "new@nordlicht.example", "sales")
        with transaction() as session:
            session.execute(
                update(OutboxEntry).values(is_parked=True, attempts=8, last_error="Traceback\nValueError: no <luck>")
            )
    page = client.get("/admin/outbox?state=parked")
    assert "1 event failed eight times and waits for you" in page.text
    assert "ValueError: no <luck>" in page.text
    (entry,) = page.rows()
    assert "PersonInvited" in entry[1]
    action = page.soup.select_one("main td form")["action"]
    assert "It gets eight new attempts." in client.post(action, follow=True).banners
    with isolated.app_context():
        assert deliver_due() == 1
    assert client.get("/admin/outbox?state=done").rows() != []
    assert "No event is in this state." in client.get("/admin/outbox?state=parked").text


def test_mail_is_listed_with_its_text_but_without_the_link_that_opens_doors(boss, client, world, isolated):
    with world():
        invite(make.actor_for(boss, make.operator()), "new@nordlicht.example", "sales")
    drain(isolated)
    page = client.get("/admin/mails?q=new%40nordlicht")
    (row,) = page.rows()
    assert row[1:3] == ["new@nordlicht.example", "Join Nordlicht"]
    mail = client.get(page.link("new@nordlicht.example"))
    assert "Berta Boss invites you to work for Nordlicht." in mail.text
    assert "/invitations/••••••••" in mail.text
    answer = client.post(mail.soup.select_one("main form")["action"], follow=True)
    assert "waiting" in answer.text
    assert "notifications.send" in drain(isolated)
    assert client.get("/admin/mails?state=waiting").status == 200
    assert "No mails" in client.get("/admin/mails?state=failed").text


@pytest.mark.parametrize("path", ["/admin/audit", "/admin/outbox", "/admin/mails", "/admin/mails/1"])
@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("operator", "sales", 403),
        ("operator", "accountant", 403),
        ("customer", "company_admin", 403),
        (None, None, 303),
    ],
)
def test_pages_are_for_the_operators_administrators_only(client, world, path, kind, role, status):
    if role is not None:
        with world():
            company = make.operator() if kind == "operator" else make.customer()
            user = make.person(company, role)
        make.sign_in(client, user)
    assert client.get(path).status == status


@pytest.mark.parametrize("path", ["/admin/outbox/1/replay", "/admin/mails/1/send-again"])
def test_changes_are_denied_to_others_and_change_nothing(client, world, path, isolated):
    with world():
        sales = make.person(make.operator(), "sales")
        invite(make.actor_for(sales, make.operator()), "new@nordlicht.example", "sales")
        with transaction() as session:
            session.execute(update(OutboxEntry).values(is_parked=True, id=1))
    make.sign_in(client, sales)
    assert client.post(path).status == 403
    with world():
        assert db.session.scalars(select(OutboxEntry.is_parked)).all() == [True]


def test_missed_deadlines_are_told_on_the_start_page(boss, client, world):
    assert "Missed deadlines" not in client.get("/start").text
    with world():
        company = make.customer("K-9")
        set_timer("quote", 1, company.id, "expire", database_now() - timedelta(hours=1))
    assert "Missed deadlines" in client.get("/start").text
