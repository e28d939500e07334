"""Mail in both directions: who is told, answers that land in their threads, and mail that fits nowhere."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.conversations.domain.mails import read_mail, read_token, token_of
from app.conversations.models.mails import InboundMail
from app.conversations.models.threads import ConversationMessage
from app.conversations.queries.threads import thread
from app.conversations.service.alerts import alert_overdue
from app.conversations.service.inbound import assign_mail, discard_mail, due_mails, fetch_mails, keep_mail, place_mail
from app.conversations.service.threads import close
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, Unavailable
from app.core.mailbox import open_mailbox
from app.core.settings import settings
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from tests.factories.conversations import Talk, email_of, say, talk, thread_row
from tests.factories.ordering import buyer, change_company, sales
from tests.support.mail import tray
from tests.support.work import drain

KEY = b"t" * 40
SYSTEM = Actor.system()


@pytest.fixture
def box(app, isolated) -> Path:
    folder = settings().instance_dir / "replies"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.fixture
def play(app, world, isolated) -> Talk:
    with world():
        made = talk()
        change_company(made.buyer.company_id, manager_id=made.desk.user_id)
    mails_out(app)  # about the order
    return made


def mail(sender: str, to: str, text: str = "On Monday.\n\nOn Mon, Mar 2, 2026 A <a@b.example> wrote:\n> When?",
         subject: str = "Re: About Order", files: Any = (), **heads: str) -> EmailMessage:  # fmt: skip
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = heads.pop("message_id", f"<{abs(hash((sender, text, subject)))}@client.example>")
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def put(box: Path, message: EmailMessage, name: str = "1.eml") -> None:
    (box / name).write_bytes(message.as_bytes())


def take(world) -> list[tuple[str, str]]:
    """Fetch and place what lies there; state and reason of all mails, the oldest first."""
    with world():
        fetch_mails(SYSTEM)
        for mail_id in due_mails(SYSTEM):
            place_mail(SYSTEM, mail_id)
        rows = db.session.scalars(
            select(InboundMail).order_by(InboundMail.id).execution_options(populate_existing=True)
        )
        return [(row.state, row.reason) for row in rows]


def mails_out(app) -> list[EmailMessage]:
    with tray() as out:
        drain(app)
    return out


def reply_to(app, play: Talk, world, text: str = "We look.") -> tuple[str, str]:
    """The buyer asks, sales answers; the buyer's address and his reply address."""
    with world():
        say(play.buyer, play)
    drain(app)
    with world():
        say(play.desk, play, text)
        address = email_of(play.buyer)
    (out,) = [one for one in mails_out(app) if one["To"] == address]
    return address, parseaddr(str(out["Reply-To"]))[1]


def test_each_side_is_mailed_once_and_mails_hang_together(app, world, play):
    with world():
        say(play.buyer, play, "Is it on its way?\nAnn")
    (asked,) = mails_out(app)
    with world():
        assert asked["To"] == email_of(play.desk), "the account's manager; never the author"
        answer = say(play.desk, play, f"@{sales_name(play)} On Friday.")
        assert answer
    (told,) = mails_out(app)
    assert told["Subject"] == asked["Subject"] == f"About Order {play.order_number}"
    assert asked["References"] == told["References"] == f"<conversation-{thread_id(world, play)}@localhost>"
    body = told.get_body(("plain",)).get_content()
    assert "On Friday." in body and "/conversations/" in body
    assert "reply+" in told["Reply-To"] and told["Reply-To"] != asked["Reply-To"]
    with world(), system_scope("test"):
        rows = db.session.execute(select(Notice.way, Notice.code).where(Notice.code.startswith("conversation")))
        ways = sorted(tuple(row) for row in rows)
    assert ways == [("mail", "conversation_message")] * 2 + [("page", "conversation_message")] * 2
    assert mails_out(app) == []


def sales_name(play: Talk) -> str:
    return play.desk.name


def thread_id(world, play: Talk) -> int:
    with world():
        return thread_row(play).id


def test_who_is_called_in_gets_one_mail_and_inner_notes_no_reply_address(app, world, play):
    with world():
        other = sales()
        say(play.desk, play, "Look at this one.", is_inner=True, mentions=(other.user_id,))
        address = email_of(other)
    (out,) = mails_out(app)
    assert out["To"] == address
    assert "reply+" not in str(out["Reply-To"])
    with world():
        say(play.buyer, play, "Hello?")
        recipients = {email_of(other), email_of(play.desk)}
    assert {str(one["To"]) for one in mails_out(app)} == recipients, "who was called in follows"


def test_an_answer_by_mail_lands_in_its_thread_once(app, world, play, box):
    address, reply = reply_to(app, play, world)
    answer = mail(f"Jonas <{address.upper()}>", reply, files=[("plan.pdf", b"%PDF"), ("bad.exe", b"MZ")])
    put(box, answer)
    assert take(world) == [("posted", "")]
    put(box, answer, "again.eml")
    assert take(world) == [("posted", "")], "the same mail twice is one"
    assert sorted(one.name for one in (box / "Kontor").iterdir()) == ["1.eml", "again.eml"]
    with acting(world, play.desk):
        page = thread(play.desk, thread_row(play).id)
        last = page.messages[-1]
        assert (last.text, last.via, last.side, last.author) == ("On Monday.", "mail", "customer", play.buyer.name)
        assert "> When?" in last.cut and "bad.exe" in last.cut
        assert [one.name for one in last.files] == ["plan.pdf"]
        assert (page.row.state, page.row.waits_for, len(page.messages)) == ("open", "operator", 3)
    with world():
        say(play.desk, play, "Good.")
    (out,) = [one for one in mails_out(app) if one["To"] == address]
    assert out["In-Reply-To"] == answer["Message-ID"]


def acting(world, actor: Actor):
    return world(actor)


def test_sales_answer_by_mail_too_and_a_closed_thread_opens(app, world, play, box):
    with world():
        say(play.buyer, play)
        desk = email_of(play.desk)
    (out,) = mails_out(app)
    put(box, mail(desk, str(out["Reply-To"]), "Tomorrow."))
    assert take(world) == [("posted", "")]
    with world():
        row = thread_row(play)
        assert (row.state, row.last_text, row.last_author) == ("answered", "Tomorrow.", play.desk.name)
    address, reply = reply_to(app, play, world)
    with acting(world, play.desk):
        close(play.desk, thread_id_of(play))
    put(box, mail(address, reply, "One more thing."), "2.eml")
    take(world)
    with world():
        assert (thread_row(play).state, thread_row(play).last_text) == ("open", "One more thing.")


def thread_id_of(play: Talk) -> int:
    return thread_row(play).id


def test_machines_and_strangers_are_never_posted(app, world, play, box):
    address, reply = reply_to(app, play, world)
    with world():
        before = thread_row(play).message_count
    cases = [
        ("ignored", "auto", mail(address, reply, "a", Auto_Submitted="auto-replied")),
        ("ignored", "auto", mail(address, reply, "b", Precedence="bulk")),
        ("ignored", "auto", mail(address, reply, "c", X_Autoreply="yes")),
        ("ignored", "auto", mail(address, reply, "d", Return_Path="<>")),
        ("ignored", "auto", mail(address, reply, "e", subject="Out of office: holidays")),
        ("ignored", "auto", mail(address, reply, "f", subject="Автоответ: Re")),
        ("ignored", "auto", mail("MAILER-DAEMON@mx.example", reply, "g")),
        ("ignored", "loop", mail("kontor@localhost", reply, "h")),
        ("waiting", "sender", mail("other@client.example", reply, "i")),
        ("waiting", "no_thread", mail(address, "reply@localhost", "j")),
        ("waiting", "no_thread", mail(address, reply.replace("@", "0@"), "k")),
        ("waiting", "empty", mail(address, reply, " ")),
    ]
    for place, (_state, _reason, one) in enumerate(cases):
        put(box, one, f"{place:02}.eml")
    (box / "99.eml").write_bytes(b"x" * 25_000_001)
    assert take(world) == [(state, reason) for state, reason, _one in cases[:0]] + [
        *((state, reason) for state, reason, _one in cases), ("refused", "too_large"),
    ]  # fmt: skip
    with world():
        assert thread_row(play).message_count == before
    assert mails_out(app) == [], "nobody answers a machine"


def test_a_person_places_what_fits_nowhere_or_discards_it(app, world, play, box):
    with world():
        address = email_of(play.buyer)
    put(box, mail(f"Jonas <{address}>", "reply@localhost", "Where is my order?"))
    put(box, mail("Eve <eve@else.example>", "reply@localhost", "Buy my list!"), "2.eml")
    take(world)
    with acting(world, play.desk):
        first, second = db.session.scalars(select(InboundMail.id).order_by(InboundMail.id)).all()
        assert assign_mail(play.desk, first, play.about) == thread_row(play).id
        with pytest.raises(Conflict):
            discard_mail(play.desk, first)
        discard_mail(play.desk, second)
        with pytest.raises(Conflict):
            assign_mail(play.desk, second, play.about)
        (message,) = thread(play.desk, thread_row(play).id).messages
        assert (message.author, message.side, message.user_id) == (play.buyer.name, "customer", play.buyer.user_id)


def test_killed_between_keeping_and_putting_away_it_goes_on(app, world, play, box):
    address, reply = reply_to(app, play, world)
    one = mail(address, reply, "Hello again.")
    put(box, one)
    with world():
        assert keep_mail(SYSTEM, one.as_bytes()) == 1  # and then the power went
        (mail_id,) = due_mails(SYSTEM)
        assert place_mail(SYSTEM, mail_id) == "posted"
        assert place_mail(SYSTEM, mail_id) == "posted"
    assert take(world) == [("posted", "")]
    with world():
        texts = db.session.scalars(select(ConversationMessage.text)).all()
    assert texts.count("Hello again.") == 1


def test_tokens_fit_one_person_in_one_thread():
    token = token_of(7, 12, KEY)
    assert read_token(token.upper(), KEY) == (7, 12)
    for wrong in (token.replace("7", "8", 1), token[:-1], token + "0", "", "7-12-", token_of(7, 12, b"other")):
        assert read_token(wrong, KEY) is None


def test_odd_mails_are_read():
    page = "<p>Ok<br>then</p>"
    html = EmailMessage()
    html["From"], html["To"] = "a@b.example", "X <reply+T-1@firm.example>"
    html.set_content(page, subtype="html")
    found = read_mail(html.as_bytes(), "reply@firm.example")
    assert (found.text, found.token, len(found.key)) == ("Ok\nthen", "t-1", 64)
    broken = (
        b"From: =?bad?= <a@b.example>\nContent-Type: text/plain; charset=nonsense\n"
        b"Content-Transfer-Encoding: base64\n\n////"
    )
    assert read_mail(broken, "reply@firm.example").sender == "a@b.example"
    assert read_mail(b"", "reply@firm.example").text == ""
    assert read_mail(b"\xff\xfe\x00 no mail at all", "").token == ""


def test_late_answers_are_told_once_to_the_manager_then_to_everybody(app, world, play):
    monday = datetime(2099, 3, 2, 9, 0, tzinfo=UTC)
    with world():
        other = email_of(sales())
        manager = email_of(play.desk)
        with clock.frozen(monday):
            say(play.buyer, play)
    mails_out(app)
    found: list[set[str]] = []
    for hours in (1, 23, 24, 27, 28, 72):
        with clock.frozen(monday + timedelta(hours=hours)):
            with world():
                alert_overdue(SYSTEM)
            found.append({str(one["To"]) for one in mails_out(app)})
    assert found == [set(), {manager}, set(), {manager, other}, set(), set()]
    with world():
        say(play.desk, play, "Sorry!")
        assert thread_row(play).alert_at is None


def test_a_mailbox_is_a_folder_or_speaks_imap(box):
    with open_mailbox(f"file://{box}/nowhere") as found:
        assert found.names() == []
    with pytest.raises(Invalid), open_mailbox("pop3://host/x"):
        pass
    with pytest.raises(Unavailable), open_mailbox("imaps://u:p@192.0.2.1:993/INBOX"):
        pass


def test_strangers_of_another_account_hear_nothing(app, world, play):
    with world():
        stranger = email_of(buyer())
        say(play.desk, play, "Your order is packed.")
    assert stranger not in {str(one["To"]) for one in mails_out(app)}
    with world(), acting_as(SYSTEM):
        assert thread_row(play).waits_for == "customer"
