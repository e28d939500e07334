"""Sending what is due: claimed in one transaction, put into words and mailed in none, recorded in a second."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol

from sqlalchemy import or_, select, update

from app.accounts.domain.text_settings import MAIL_SIGNATURE
from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.accounts.queries.companies import operator_party
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Invalid, NotFound
from app.core.mail import mailer
from app.core.operator_settings import setting_text
from app.core.settings import settings
from app.core.tenancy import system_scope
from app.core.texts import Message
from app.notifications.models import Notice
from app.notifications.notices import Letter, notices

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=10)  # a worker that dies while sending gives the notice back after so long
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)
_BLOT = "•" * 8


class Words(Protocol):
    """Puts templates and messages into the recipient's words; given by the task, because services know no web."""

    def render(self, template: str, locale: str, zone: str, facts: Mapping[str, Any]) -> str: ...

    def say(self, message: Message, locale: str, zone: str) -> str: ...


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    code: str
    way: str
    address: str
    locale: str
    zone: str
    attempts: int
    created_at: datetime
    letter: Letter
    sender: dict[str, str]
    actor: Actor
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Written:
    subject: str
    text: str
    html: str


def due_ids(limit: int = 500) -> list[int]:
    """Notices whose time has come, the oldest first."""
    with system_scope("sweep: notices of all companies"):
        return list(
            db.session.scalars(
                select(Notice.id)
                .where(Notice.state == "waiting", Notice.due_at <= clock.now())
                .order_by(Notice.due_at)
                .limit(limit)
            )
        )


def send(notice_id: int, words: Words) -> str:
    """Send one notice if it is due and still wanted. Returns its state; "busy" where another worker has it.

    A crash after the mail left and before it is recorded sends it twice, with the same Message-ID.
    """
    try:
        claimed = _claim(notice_id)
        if isinstance(claimed, str):
            return claimed
        written = _write(claimed, words)
        if claimed.way == "mail":
            mailer().send(_message(claimed, written))
    except Exception as error:
        log.warning("notice %s could not be sent: %s", notice_id, error)
        return _note_failure(notice_id, error)
    _note_sent(claimed, written)
    return "sent"


def _claim(notice_id: int) -> _Claimed | str:
    now = clock.now()
    with system_scope("sending: the words need facts of the whole portal"), transaction() as session:
        notice = session.scalar(
            update(Notice)
            .where(Notice.id == notice_id, Notice.state == "waiting", Notice.due_at <= now)
            .values(attempts=Notice.attempts + 1, due_at=now + LEASE)
            .returning(Notice)
            .execution_options(populate_existing=True)
        )
        if notice is None:
            return "busy"
        actor = Actor.system(notice.company_id)
        kind = notices[notice.code]
        try:
            is_wanted = kind.still_wanted(actor, notice.parameters)
            letter = kind.letter(actor, notice.parameters) if is_wanted else None
        except NotFound:
            letter = None  # what it was about is gone
        if letter is None:
            notice.state = "dropped"
            return "dropped"
        zone = session.scalar(select(User.time_zone).where(User.id == notice.user_id)) or session.scalar(
            select(Company.time_zone).where(Company.id == notice.company_id)
        )
        return _Claimed(
            notice.id, notice.code, notice.way, notice.address, notice.locale, zone or "UTC", notice.attempts,
            notice.created_at, letter, _sender(actor) | {"signature": setting_text(MAIL_SIGNATURE, notice.locale)}, actor, notice.parameters,
        )  # fmt: skip


def _sender(actor: Actor) -> dict[str, str]:
    """Who writes, for the foot of the mail; a portal without an operator signs with its address only."""
    try:
        party = operator_party(actor)
    except NotFound:
        return {"name": "Kontor", "email": "", "phone": "", "place": ""}
    place = ", ".join(party.address.lines) if party.address else ""
    return {"name": party.legal_name, "email": party.email, "phone": party.phone, "place": place}


def _write(claimed: _Claimed, words: Words) -> _Written:
    letter, locale, zone = claimed.letter, claimed.locale, claimed.zone
    subject = " ".join(words.say(letter.subject, locale, zone).split())
    if claimed.way == "page":
        return _Written(subject, words.say(letter.summary, locale, zone) if letter.summary else "", "")
    base = settings().base_url
    facts = {
        **letter.facts,
        "subject": subject,
        "url": base + letter.link if letter.link else "",
        "base_url": base,
        "sender": claimed.sender,
        "locale": locale,
    }
    text = words.render(f"emails/{claimed.code}.txt", locale, zone, facts)
    return _Written(subject, text.strip() + "\n", words.render(f"emails/{claimed.code}.html", locale, zone, facts))


def _message(claimed: _Claimed, written: _Written) -> EmailMessage:
    sender = settings().MAIL_FROM
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = claimed.address
    message["Subject"] = written.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<notice-{claimed.id}-{claimed.created_at:%Y%m%d%H%M%S}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    if claimed.letter.reply_to or claimed.sender["email"]:
        message["Reply-To"] = claimed.letter.reply_to or claimed.sender["email"]
    if claimed.letter.references:
        message["In-Reply-To"] = claimed.letter.references[-1]
        message["References"] = " ".join(claimed.letter.references)
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    for one in claimed.letter.attachments:
        main, _slash, sub = one.media_type.partition("/")
        with storage.store().open(one.sha256) as source:
            message.add_attachment(source.read(), maintype=main, subtype=sub, filename=one.name)
    message["Content-Language"] = claimed.locale  # last, or it moves to the first part
    return message


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _note_sent(claimed: _Claimed, written: _Written) -> None:
    blot = _blotter(claimed.letter.secrets)
    link = blot(claimed.letter.link)
    with system_scope("sending: record what left"), transaction() as session:
        recorded = session.scalar(
            update(Notice)
            .where(Notice.id == claimed.id, or_(Notice.state == "waiting", Notice.state == "failed"))
            .values(
                state="sent",
                sent_at=clock.now(),
                subject=written.subject[:300],
                text_body=blot(written.text),
                html_body=blot(written.html),
                link=link[:300],
                last_error="",
            )
            .returning(Notice.id)
        )
        if recorded is not None:
            notices[claimed.code].on_sent(claimed.actor, claimed.parameters)


def _blotter(secrets: tuple[str, ...]) -> Callable[[str], str]:
    def blot(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, _BLOT)
        return text

    return blot


def _note_failure(notice_id: int, error: Exception) -> str:
    """Try again later, ever more rarely; what cannot succeed, or failed eight times, waits for a person."""
    with system_scope("sending: record what failed"), transaction() as session:
        notice = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
        if notice is None or notice.state != "waiting":
            return "busy"
        is_hopeless = isinstance(error, Invalid) or notice.attempts >= MAX_ATTEMPTS
        notice.state = "failed" if is_hopeless else "waiting"
        notice.last_error = f"{type(error).__name__}: {error}"[:2000]
        pause: timedelta = min(_FIRST_PAUSE * 2 ** max(notice.attempts - 1, 0), _LONGEST_PAUSE)
        notice.due_at = clock.now() + pause
        return notice.state
