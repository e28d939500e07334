"""Every notice of the registry: two templates, words in three languages, links that lead somewhere, own recipients."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from lxml import etree
from sqlalchemy import select

from app.accounts.domain.registration import Registration
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.service.installation import give_password
from app.accounts.service.invitations import invite
from app.accounts.service.passwords import request_password_reset
from app.accounts.service.registration import approve_company, register_company, reject_company
from app.core.actor import Actor
from app.core.db import db
from app.core.mail import mailer, use_mailer
from app.notifications.models import Notice
from app.notifications.notices import notices
from tests.factories import accounts as make
from tests.notifications.test_sending import Tray
from tests.support.work import drain

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "emails"
SYSTEM = Actor.system()
LOCALES = ("en", "ru", "uk")
OURS = {
    "invitation", "password_changed", "password_reset", "registration_decided", "registration_received",
    "registration_thanks",
}  # fmt: skip


def test_known_notices_are_registered():
    assert set(notices) >= OURS


@pytest.mark.parametrize("code", sorted(notices))
def test_notice_has_a_text_and_an_html_template_or_none(code):
    assert (TEMPLATES / f"{code}.txt").exists() == (TEMPLATES / f"{code}.html").exists()
    assert (notices[code].event is None) == (notices[code].tellings is None)


@pytest.fixture
def told(isolated, world):
    """Everything accounts can tell, in each language: (mail, notice rows)."""
    former, tray = mailer(), Tray()
    use_mailer(tray)
    try:
        for locale in LOCALES:
            with world():
                house = make.operator()
                sales = make.person(house, "sales", locale=locale)
                shop = make.customer(locale=locale)
                boss = make.person(shop, "company_admin", email=f"boss@{locale}.example", locale=locale, name="<Anna>")
                register = [
                    register_company(
                        Registration(
                            f"<b>Нова & Co</b> {n}", "UA", "Ольга <i>", f"new{n}@{locale}.example", "1", "Str. 1", "1",
                            "Kyiv", locale=locale,
                        ),
                        client_ref=f"{locale}{n}",
                        ip="192.0.2.1",
                    )
                    for n in range(2)
                ]  # fmt: skip
                request_password_reset(boss.email, ip="192.0.2.1")
                actor = make.actor_for(boss, shop)
            with world(actor):
                invite(actor, f"asked@{locale}.example", "buyer", name="Іван")
            drain(isolated)
            with world():
                first, second = (int(token.partition(".")[0]) for token in register)
                approve_company(SYSTEM, first, reason="Ласкаво просимо & welcome")
                reject_company(SYSTEM, second, reason="No <licence>")
                give_password(SYSTEM, boss.email, "green tractors like rain")
                assert sales.locale == locale
            drain(isolated)
        with world():
            rows = list(db.session.scalars(select(Notice)))
            db.session.expunge_all()
        yield tray.mails, rows
    finally:
        use_mailer(former)


def test_all_notices_of_accounts_read_well_and_lead_somewhere(told, app, world):
    mails, rows = told
    assert {row.state for row in rows} == {"sent"}
    assert {(row.code, row.locale) for row in rows if row.way == "mail"} == {(c, lo) for c in OURS for lo in LOCALES}
    adapter = app.url_map.bind("localhost")
    for mail in mails:
        text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert "\n" not in mail["Subject"]
        assert BeautifulSoup(page, "lxml").h1.get_text() == str(mail["Subject"]), "markup in names is only text"
        parser = etree.HTMLParser(recover=True)
        etree.fromstring(page.encode(), parser)
        assert [entry.message for entry in parser.error_log if "Tag " not in entry.message] == []
        assert "style=" not in page
        for sign in ("{{", "{%", "None", "Message(", "datetime"):
            assert sign not in page.partition("</head>")[2]
        assert "\n\n\n\n" not in text
        for path in set(re.findall(r"http://[^/\s\"<]+(/[^\s\"<]+)", text + page)):
            endpoint, _values = adapter.match(path, method="GET")
            assert endpoint != "static"
        assert set(re.findall(r"http://[^\s]+", text)) <= set(re.findall(r"http://[^\s\"<]+", page))
    for row in rows:
        assert not row.link or adapter.match(row.link.replace("•", "x"), method="GET")


def test_nobody_outside_the_companies_concerned_is_told(told, world):
    _mails, rows = told
    with world():
        members = {tuple(row) for row in db.session.execute(select(Membership.company_id, User.email).join(User))}
        kinds = {row[0]: row[1] for row in db.session.execute(select(Company.id, Company.kind))}
        emails = {row[0]: row[1] for row in db.session.execute(select(User.id, User.email))}
    for row in rows:
        if row.user_id is not None:
            assert (row.company_id, emails[row.user_id]) in members
        if row.code == "registration_received":
            assert kinds[row.company_id] == "operator"
        else:
            assert kinds[row.company_id] == "customer"
