"""Told once, in the recipient's words, sent at its time, tried again, dropped when not wanted any more."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.accounts.service.invitations import invite, withdraw_invitation
from app.accounts.service.passwords import request_password_reset
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound, Unavailable
from app.core.mail import FileMailer, NullMailer, SmtpMailer, mailer, open_mailer, use_mailer
from app.notifications.models import Notice
from app.notifications.notices import Kind, Letter, notices
from app.notifications.queries.notices import page_notice, page_notices, unread_count
from app.notifications.service import sending
from app.notifications.service.telling import mark_read, send_again, tell
from app.notifications.tasks import _Words, sweep
from tests.factories import accounts as make
from tests.support.work import drain

# after the database's own clock, which dates outbox rows
NOON = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
WORDS = _Words()


class Tray:
    """Keeps mails; raises what it is told to."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.troubles: list[Exception] = []

    def send(self, message: Any) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.mails.append(message)


@pytest.fixture
def tray(app) -> Iterator[Tray]:
    former, mine = mailer(), Tray()
    use_mailer(mine)
    yield mine
    use_mailer(former)


@pytest.fixture
def boss(isolated, world) -> Actor:
    with world():
        make.operator()
        company = make.customer(name="Alpha")
        return make.actor_for(make.person(company, "company_admin", name="Berta"), company)


def stored() -> Notice:
    return db.session.scalars(select(Notice).execution_options(populate_existing=True)).one()


def test_mail_is_written_in_the_recipients_language_with_text_and_html(tray, isolated, world):
    with world():
        company = make.customer()
        user = make.person(company, email="anna@shop.example", locale="ru", time_zone="Europe/Kyiv")
    with world(), clock.frozen(NOON):
        request_password_reset(user.email, ip="192.0.2.1")
        drain(isolated)
    (mail,) = tray.mails
    assert mail["To"] == "anna@shop.example"
    assert mail["Content-Language"] == "ru"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert '<html lang="ru">' in page
    until = (NOON + timedelta(hours=2)).astimezone(ZoneInfo("Europe/Kyiv"))
    assert f"{until:%H:%M}" in text
    assert re.search(r"http://\S+/password/new/[\w-]{43}", text)


def test_record_of_a_mail_has_its_words_but_no_link_that_opens_doors(tray, boss, world, isolated):
    with world(boss):
        invite(boss, "new@shop.example", "buyer", name="Nina")
    drain(isolated)
    (mail,) = tray.mails
    link = re.search(r"/invitations/([\w-]{43})", mail.get_body(("plain",)).get_content())
    assert link is not None
    with world():
        notice = stored()
        kept = f"{notice.subject}{notice.text_body}{notice.html_body}{notice.link}{notice.parameters}"
        assert notice.state == "sent"
        assert "Berta invites you to work for Alpha." in notice.text_body
        assert link.group(1) not in kept


def test_withdrawn_invitation_is_not_mailed(tray, boss, world, isolated):
    with world(boss):
        withdraw_invitation(boss, invite(boss, "new@shop.example", "buyer"))
    drain(isolated)
    assert tray.mails == []
    with world():
        assert stored().state == "dropped"


def test_same_thing_is_told_once(tray, boss, world, isolated):
    with world():
        told = [
            tell(Actor.system(boss.company_id), "password_changed", dedupe_key="once", user_id=boss.user_id,
                 parameters={"user_id": boss.user_id, "at": NOON.isoformat()})
            for _ in range(2)
        ]  # fmt: skip
        assert told[0] is not None
        assert told[1] is None
    drain(isolated)
    assert len(tray.mails) == 1


def test_failure_is_tried_again_ever_more_rarely_and_ends_with_a_person(tray, boss, world, isolated):
    tray.troubles = [Unavailable("down")] * 20
    with world(boss), clock.frozen(NOON):
        invite(boss, "new@shop.example", "buyer")
    moment, pauses = NOON, []
    with clock.frozen(NOON):
        drain(isolated)
    for _ in range(7):
        with world():
            due = stored().due_at
        pauses.append(round((due - moment).total_seconds()))
        with clock.frozen(due - timedelta(seconds=1)), world():
            assert sweep() == 0
        moment = due
        with clock.frozen(moment):
            with world():
                assert sweep() == 1
            drain(isolated)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920]
    with world():
        notice = stored()
        assert (notice.state, notice.attempts) == ("failed", 8)
        assert "down" in notice.last_error


def test_refused_recipient_is_not_tried_again(tray, boss, world, isolated):
    tray.troubles = [Invalid("address", "no such mailbox")]
    with world(boss):
        invite(boss, "new@shop.example", "buyer")
    drain(isolated)
    with world():
        assert stored().state == "failed"


def test_crash_while_sending_gives_the_notice_back_after_the_lease(tray, boss, world, isolated):
    with world(boss), clock.frozen(NOON):
        invite(boss, "new@shop.example", "buyer")
    tray.troubles = [KeyboardInterrupt()]  # type: ignore[list-item]  # the process dies in the middle
    with clock.frozen(NOON), pytest.raises(KeyboardInterrupt):
        drain(isolated)
    with world():
        notice_id = stored().id
    with clock.frozen(NOON + timedelta(minutes=9)), world():
        assert sending.send(notice_id, WORDS) == "busy", "another worker may still be at it"
    with clock.frozen(NOON + timedelta(minutes=11)), world():
        assert sending.send(notice_id, WORDS) == "sent"
        assert sending.send(notice_id, WORDS) == "busy"
    assert len(tray.mails) == 1


def test_two_tries_of_one_mail_have_the_same_message_id(tray, boss, world, isolated):
    with world(boss):
        invite(boss, "new@shop.example", "buyer")
    drain(isolated)
    with world():
        send_again(Actor.system(), stored().id)
    drain(isolated)
    first, second = tray.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_later_notice_waits_for_its_time_and_is_looked_at_again_then(tray, boss, world, isolated):
    wanted: list[bool] = [True]
    kind = Kind(
        lambda actor, parameters: Letter(notices["password_changed"].letter(actor, parameters).subject),
        still_wanted=lambda actor, parameters: wanted[0],
    )
    notices._items["test_later"] = kind
    try:
        with world(), clock.frozen(NOON):
            for key in ("a", "b"):
                tell(Actor.system(boss.company_id), "test_later", dedupe_key=key, user_id=boss.user_id, way="page",
                     parameters={"user_id": boss.user_id, "at": NOON.isoformat()}, due_at=NOON + timedelta(hours=int(key == "b") + 1))  # fmt: skip
            drain(isolated)
            assert unread_count(boss) == 0
        for hours, is_wanted in ((1, True), (2, False)):
            wanted[0] = is_wanted
            with clock.frozen(NOON + timedelta(hours=hours)):
                with world():
                    sweep()
                drain(isolated)
    finally:
        del notices._items["test_later"]
    with world(boss):
        assert unread_count(boss) == 1
    with world():
        assert sorted(db.session.scalars(select(Notice.state))) == ["dropped", "sent"]


def test_optional_notices_are_not_sent_to_who_declined_them(tray, boss, world, isolated):
    notices._items["test_offer"] = Kind(notices["password_changed"].letter, is_optional=True)
    try:
        with world():
            quiet = make.person(make.customer(), may_be_contacted=False)
            parameters = {"user_id": quiet.id, "at": NOON.isoformat()}
            assert tell(Actor.system(), "test_offer", dedupe_key="x", user_id=quiet.id, parameters=parameters) is None
    finally:
        del notices._items["test_offer"]


def test_notices_on_the_page_are_the_persons_own(tray, boss, world, isolated):
    with world():
        company = make.customer()
        other = make.actor_for(make.person(company), company)
        for user in (boss, other):
            tell(Actor.system(user.company_id), "password_changed", dedupe_key=f"{user.user_id}", user_id=user.user_id,
                 way="page", parameters={"user_id": user.user_id, "at": NOON.isoformat()})  # fmt: skip
    drain(isolated)
    with world(boss):
        (mine,) = page_notices(boss)
        assert mine.subject == "Your password was changed"
    with world(other):
        (theirs,) = page_notices(other)
        with pytest.raises(NotFound):
            page_notice(other, mine.id)
        assert mark_read(other, mine.id) == 0
        assert mark_read(other) == 1
        assert unread_count(other) == 0
        assert theirs.id != mine.id
    with world(boss):
        assert unread_count(boss) == 1


class Counterpart(socketserver.StreamRequestHandler):
    """A small mail server: takes one message and keeps it; refuses the mailbox `nobody`, puts off `later`."""

    def handle(self) -> None:
        say = lambda text: self.wfile.write(f"{text}\r\n".encode())  # noqa: E731
        say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb in ("EHLO", "HELO"):
                say("250 here")
            elif verb == "RCPT":
                say("550 no such mailbox" if "nobody" in line else "451 later" if "later" in line else "250 ok")
            elif verb == "DATA":
                say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += self.rfile.readline()
                self.server.got.append(data)  # type: ignore[attr-defined]
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def server() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counterpart) as running:
        running.got = []  # type: ignore[attr-defined]
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def message(to: str) -> Any:
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "k@k.example", to, "Привет", "<1@k.example>"
    made.set_content("Текст\n")
    return made


def test_mail_leaves_by_smtp_and_refusals_say_whether_trying_again_helps(server):
    port = server.server_address[1]
    smtp = open_mailer(f"smtp://127.0.0.1:{port}?tls=none")
    assert isinstance(smtp, SmtpMailer)
    smtp.send(message("anna@shop.example"))
    (data,) = server.got
    got = message_from_bytes(data, policy=policy.default)
    assert got["Subject"] == "Привет"
    assert got.get_content().strip().startswith("Текст")
    with pytest.raises(Invalid, match="no such mailbox"):
        smtp.send(message("nobody@shop.example"))
    with pytest.raises(Unavailable, match="later"):
        smtp.send(message("later@shop.example"))
    server.shutdown()
    server.server_close()
    with pytest.raises(Unavailable):
        smtp.send(message("anna@shop.example"))


def test_mail_is_written_as_a_file_or_dropped(tmp_path):
    box = open_mailer(f"file://{tmp_path}/box")
    assert isinstance(box, FileMailer)
    box.send(message("anna@shop.example"))
    box.send(message("anna@shop.example"))
    (file,) = (tmp_path / "box").iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "anna@shop.example"
    nowhere = open_mailer("null://")
    assert isinstance(nowhere, NullMailer)
    nowhere.send(message("anna@shop.example"))
    with pytest.raises(ValueError):
        open_mailer("ftp://x")
