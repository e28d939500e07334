"""Answers by mail: fetched, kept whole and once, put into their threads; what fits nowhere waits for a person."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.conversations.domain.mails import MOST_BYTES, Mail, read_mail, read_token
from app.conversations.models.mails import InboundMail
from app.conversations.models.threads import Conversation
from app.conversations.policy import Permission
from app.conversations.queries.people import answerer, operator_company_id, person_by_address, sees_subject
from app.conversations.queries.subjects import Subject, subject
from app.conversations.service.threads import Said, keep_uploads, locked_thread, write
from app.core import audit, clock, storage
from app.core.actor import Actor, Scope
from app.core.db import command, db, transaction
from app.core.errors import Conflict, DomainError, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.mailbox import Mailbox, open_mailbox
from app.core.models import StoredFile
from app.core.settings import settings
from app.core.texts import N_

log = logging.getLogger(__name__)

PLACE = "conversations.place_mail"
READ, LARGE = "Kontor", "Kontor-too-large"  # where mails are put away
MAX_ATTEMPTS = 8
_PAUSE = timedelta(seconds=30)


def fetch_mails(actor: Actor) -> int:
    """Keep each mail of the mailbox, then put it away; how many were new. Killed anywhere, it goes on next time."""
    if not settings().reply_address:
        return 0
    new = 0
    with open_mailbox(settings().reply_mailbox_url) as box:
        for name in box.names():
            new += _fetch(actor, box, name)
    return new


def _fetch(actor: Actor, box: Mailbox, name: str) -> int:
    raw = box.read(name, MOST_BYTES)
    if raw is None:
        is_new = _keep_refused(actor, name)
        box.move(name, LARGE)
        return is_new
    is_new = keep_mail(actor, raw)
    box.move(name, READ)
    return is_new


@command
def keep_mail(actor: Actor, raw: bytes) -> int:
    """Store a mail and have it placed; 1 where it was not known yet, by its Message-ID, 0 where it was."""
    mail = parsed(raw)
    made = db.session.scalar(
        insert(InboundMail)
        .values(
            mail_key=mail.key, sender=mail.sender, sender_name=mail.sender_name, subject=mail.subject, token=mail.token,
            text=mail.text, cut=mail.cut, size=len(raw), due_at=clock.now(), received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["mail_key"])
        .returning(InboundMail.id)
    )  # fmt: skip
    if made is None:
        return 0
    name = f"{hashlib.sha256(mail.key.encode()).hexdigest()[:16]}.eml"
    file = storage.keep(actor, raw, name=name, media_type="message/rfc822", company_id=operator_company_id())
    db.session.execute(update(InboundMail).where(InboundMail.id == made).values(file_id=file.id))
    enqueue(PLACE, made)
    return 1


@command
def _keep_refused(actor: Actor, name: str) -> int:
    """A mail that is too large, of which only the fact is kept."""
    made = db.session.scalar(
        insert(InboundMail)
        .values(
            mail_key=f"too-large:{name}"[:255], subject=name[:300], state="refused", reason="too_large",
            received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["mail_key"])
        .returning(InboundMail.id)
    )  # fmt: skip
    return int(made is not None)


def parsed(raw: bytes) -> Mail:
    """A mail read with the addresses of this portal."""
    return read_mail(raw, settings().reply_address, settings().MAIL_FROM)


def due_mails(actor: Actor, limit: int = 200) -> list[int]:
    """Mails kept and not yet placed, the oldest first."""
    return list(
        db.session.scalars(
            select(InboundMail.id)
            .where(InboundMail.state == "new", InboundMail.due_at <= clock.now())
            .order_by(InboundMail.id)
            .limit(limit)
        )
    )


def place_mail(actor: Actor, mail_id: int) -> str:
    """Put one mail into its thread, or say why it waits; its state. A second run finds it done."""
    try:
        return _place(actor, mail_id)
    except Exception as error:
        log.warning("mail %s could not be placed: %s", mail_id, error)
        return _note_failure(mail_id, error)


@command
def _place(actor: Actor, mail_id: int) -> str:
    row = db.session.get(InboundMail, mail_id)
    if row is None or row.state != "new":
        return row.state if row else "gone"
    mail = _whole(row)
    if mail.auto:
        return _decide(_locked(mail_id), "ignored", mail.auto)
    found = read_token(row.token, settings().secret_key.encode()) if row.token else None
    thread = db.session.get(Conversation, found[0]) if found else None
    if found is None or thread is None:
        return _decide(_locked(mail_id), "waiting", "no_thread")
    person = answerer(thread, found[1])
    if person is None:
        return _decide(_locked(mail_id), "waiting", "no_person")
    if person.email != row.sender:
        return _decide(_locked(mail_id), "waiting", "sender")
    about = sees_subject(person.actor, thread)
    if about is None or not person.actor.can(Permission.WRITE):
        return _decide(_locked(mail_id), "waiting", "no_right")
    if not (mail.text or mail.files):
        return _decide(_locked(mail_id), "waiting", "empty")
    return _post(person.actor, about, mail_id, mail)


def _post(writer: Actor, about: Subject, mail_id: int, mail: Mail) -> str:
    """The thread is locked before the mail, as the order of locks says."""
    thread = locked_thread(writer, about)
    row = _locked(mail_id)
    if row.state not in ("new", "waiting"):
        return row.state
    kept = keep_uploads(writer, mail.files, thread.company_id)
    said = Said(
        mail.text or mail.subject or "…", f"mail:{hashlib.sha256(mail.key.encode()).hexdigest()}", file_ids=kept,
        cut=mail.cut, via="mail", mail_id=mail.key,
    )  # fmt: skip
    row.message_id = write(writer, about, thread, said)
    row.conversation_id = thread.id
    return _decide(row, "posted", "")


def _locked(mail_id: int) -> InboundMail:
    return lock_rows(InboundMail, [mail_id])[0]


def _decide(row: InboundMail, state: str, reason: str) -> str:
    if row.state in ("new", "waiting"):
        row.state, row.reason, row.last_error = state, reason, ""
        db.session.flush()
    return row.state


def _whole(row: InboundMail) -> Mail:
    file = db.session.get(StoredFile, row.file_id)
    if file is None:
        raise NotFound
    return parsed(storage.load(file))


def _note_failure(mail_id: int, error: Exception) -> str:
    """Try again, ever more rarely; what cannot succeed, or failed eight times, waits for a person."""
    with transaction():
        row = _locked(mail_id)
        if row.state != "new":
            return row.state
        row.attempts += 1
        row.last_error = f"{type(error).__name__}: {error}"[:2000]
        row.due_at = clock.now() + _PAUSE * 2**row.attempts
        is_hopeless = isinstance(error, DomainError) and not error.is_retryable
        if is_hopeless or row.attempts >= MAX_ATTEMPTS:
            row.state, row.reason = "waiting", "failed"
        return row.state


@command
def assign_mail(actor: Actor, mail_id: int, about: tuple[str, int]) -> int:
    """Put a mail that fits nowhere into the thread of a subject, as its sender's words; returns the thread's id."""
    actor.demand(Permission.ANSWER)
    found = subject(actor, *about)
    mail_row = _waiting(mail_id)
    mail = _whole(mail_row)
    thread = locked_thread(actor, found)
    row = _locked(mail_id)
    if row.state != "waiting":
        raise Conflict(N_("Somebody has dealt with this mail already."))
    customer = _as_customer(actor, found, row)
    kept = keep_uploads(actor, mail.files, thread.company_id)
    said = Said(
        mail.text or mail.subject or "…", f"mail:{hashlib.sha256(mail.key.encode()).hexdigest()}", file_ids=kept,
        cut=mail.cut, via="mail", mail_id=mail.key,
    )  # fmt: skip
    row.message_id, row.conversation_id = write(customer, found, thread, said), thread.id
    _decided(actor, row, "posted", {"thread": thread.id})
    return thread.id


def _as_customer(actor: Actor, about: Subject, row: InboundMail) -> Actor:
    """The sender as the writer: a person of the account where the address is known, else by name only."""
    person = person_by_address(about.company_id, row.sender)
    if person is not None:
        return person
    name = row.sender_name or row.sender
    return Actor(None, about.company_id, Scope.TENANT, frozenset({Permission.WRITE}), via=actor.via, name=name)


@command
def discard_mail(actor: Actor, mail_id: int) -> None:
    """A mail nobody needs; it stays in the list of what was discarded."""
    actor.demand(Permission.ANSWER)
    _waiting(mail_id)
    row = _locked(mail_id)
    if row.state != "waiting":
        raise Conflict(N_("Somebody has dealt with this mail already."))
    _decided(actor, row, "discarded", {})


def _waiting(mail_id: int) -> InboundMail:
    row = db.session.get(InboundMail, mail_id)
    if row is None:
        raise NotFound
    if row.state != "waiting":
        raise Conflict(N_("Somebody has dealt with this mail already."))
    return row


def _decided(actor: Actor, row: InboundMail, state: str, facts: dict[str, Any]) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name[:200], clock.now()
    db.session.flush()
    audit.record(actor, "inbound_mail", row.id, state, facts | {"state": ["waiting", state]})
