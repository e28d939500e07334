"""The job of the outbox: compose, write, deliver; what fails is tried again for a day, then a person is asked."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import func, select

from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.texts import N_, Message
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.partners import Terms
from app.exchange.models.messages import DeliveryAttempt, ExchangeMessage
from app.exchange.models.partners import Channel
from app.exchange.queries.partners import agreement_by_id
from app.exchange.service.channels import deliver
from app.exchange.service.composing import NotYet, Say, compose, plain
from app.exchange.service.outbox import SEND_MESSAGE, record_sent
from app.exchange.service.steps import LEASE, locked_message, step
from app.exchange.service.writing import store_document
from app.exchange.transports import Outgoing, Sent, TransportError

log = logging.getLogger(__name__)
S = MessageState
# Minutes between attempts: a little more than a day in all.
BACK_OFF = (1, 2, 5, 15, 30, 60, 120, 240, 480, 600)
_WAIT = timedelta(minutes=2)


def send_message(actor: Actor, message_id: int, say: Say = plain) -> None:
    """Move one message as far as it goes now; a repeat finds it where it is."""
    if _write(actor, message_id, say):
        outgoing = _claim(actor, message_id)
        if outgoing is not None:
            _hand_over(actor, message_id, *outgoing)


@command
def _write(actor: Actor, message_id: int, say: Say) -> bool:
    """Compose and write what is planned; whether the message is ready to be delivered."""
    message = locked_message(message_id)
    if message.state == S.WAITING:
        step(actor, message, S.PLANNED, action="looked_again")
    if message.state == S.PLANNED:
        agreed = agreement_by_id(message.agreement_id) if message.agreement_id is not None else None
        if agreed is None:
            step(actor, message, S.FAILED, reason=N_("The agreement for this document was removed."))
            return False
        try:
            document = compose(actor, message, say)
            store_document(actor, message, agreed, document)
        except NotYet as error:
            step(actor, message, S.WAITING, reason=error.message)
            message.due_at = clock.now() + _WAIT
            return False
        except (Invalid, NotFound, Conflict) as error:
            step(actor, message, S.FAILED, action="not_written", reason=error.message)
            return False
    return message.state == S.QUEUED


@command
def _claim(actor: Actor, message_id: int) -> tuple[Channel, Outgoing, int] | None:
    """Take a queued message for this process, and note that an attempt begins; None: it is not due or waits its turn."""
    message = locked_message(message_id)
    if message.state != S.QUEUED or message.due_at > clock.now() or message.stored_id is None:
        return None
    if message.channel_id is None:
        message.due_at = clock.now() + timedelta(days=1)  # it is fetched, or given back as the answer to a call
        return None
    channel = db.session.get(Channel, message.channel_id)
    if channel is None or not channel.is_active:
        step(actor, message, S.FAILED, reason=N_("The channel is switched off."))
        return None
    if _has_earlier(message):
        message.due_at = clock.now() + timedelta(seconds=20)
        return None
    message.attempts += 1
    message.due_at = clock.now() + LEASE
    attempt = DeliveryAttempt(message_id=message.id, channel_id=channel.id)
    db.session.add(attempt)
    db.session.flush()
    stored = storage.find(actor, message.stored_id)
    return channel, outgoing_of(message, stored.name, stored.media_type, storage.load(stored)), attempt.id


def outgoing_of(message: ExchangeMessage, name: str, media_type: str, data: bytes) -> Outgoing:
    return Outgoing(
        message.reference,
        name,
        media_type,
        data,
        message.document,
        message.is_test,
        f"{message.document} {message.number}",
    )


def _has_earlier(message: ExchangeMessage) -> bool:
    """Of one subject the documents leave in the order in which they were made."""
    if message.subject_id is None:
        return False
    statement = select(func.count()).where(
        ExchangeMessage.subject_kind == message.subject_kind, ExchangeMessage.subject_id == message.subject_id,
        ExchangeMessage.partner_id == message.partner_id, ExchangeMessage.direction == "out",
        ExchangeMessage.id < message.id, ExchangeMessage.state.in_(("planned", "written", "checked", "queued")),
        ExchangeMessage.channel_id.is_not(None),
    )  # fmt: skip
    return bool(db.session.scalar(statement))


def _hand_over(actor: Actor, message_id: int, channel: Channel, outgoing: Outgoing, attempt_id: int) -> None:
    """The slow part, in no transaction."""
    db.session.expunge(channel)
    try:
        sent = deliver(channel, outgoing)
    except TransportError as error:
        _failed(actor, message_id, attempt_id, error.message, may_pass=error.may_pass)
    except DomainError as error:
        _failed(actor, message_id, attempt_id, error.message, may_pass=error.is_retryable)
    else:
        _sent(actor, message_id, attempt_id, sent)


@command
def _sent(actor: Actor, message_id: int, attempt_id: int, sent: Sent) -> None:
    message = locked_message(message_id)
    attempt = db.session.get_one(DeliveryAttempt, attempt_id)
    attempt.ended_at, attempt.reference = clock.now(), sent.reference[:255]
    attempt.outcome, attempt.facts = "pending" if sent.is_pending else "sent", dict(sent.facts)
    if sent.answer:
        kept = storage.keep(actor, sent.answer, name=f"answer-{message.reference}", media_type=sent.answer_type[:120])
        attempt.answer_id = kept.id
    if message.state != S.QUEUED:
        return  # somebody else was first, or it was acknowledged meanwhile
    message.remote_reference, message.sent_at = sent.reference[:255], clock.now()
    step(actor, message, S.SENT)
    if not sent.is_pending and sent.answer and not _expects_answer(message):
        step(actor, message, S.DELIVERED)
    record_sent(actor, message)


def _expects_answer(message: ExchangeMessage) -> bool:
    agreed = agreement_by_id(message.agreement_id) if message.agreement_id is not None else None
    return agreed is not None and agreed.acknowledge is Terms.ALWAYS and message.document != "acknowledgement"


@command
def _failed(actor: Actor, message_id: int, attempt_id: int, reason: Message, *, may_pass: bool) -> None:
    """Again later, or, when nothing helps or a day is over, to a person."""
    message = locked_message(message_id)
    attempt = db.session.get_one(DeliveryAttempt, attempt_id)
    attempt.ended_at, attempt.outcome, attempt.error = clock.now(), "failed", reason.as_json()
    if message.state != S.QUEUED:
        return
    if may_pass and message.attempts <= len(BACK_OFF):
        message.reason = reason.as_json()
        message.due_at = clock.now() + timedelta(minutes=BACK_OFF[message.attempts - 1])
        return
    step(actor, message, S.FAILED, reason=reason)


def taken_along(actor: Actor, message_id: int, say: Say = plain) -> bytes:
    """The bytes of a queued message without a channel, which is handed over as the answer to a call; it counts as sent."""
    return _taken(actor, message_id, say)


@command
def _taken(actor: Actor, message_id: int, say: Say) -> bytes:
    _write(actor, message_id, say)
    message = locked_message(message_id)
    if message.stored_id is None:
        raise NotFound(N_("This message could not be written."))
    if message.state == S.QUEUED:
        message.sent_at = clock.now()
        step(actor, message, S.SENT)
    return storage.load(storage.find(actor, message.stored_id))


def send_soon(message_id: int) -> None:
    enqueue(SEND_MESSAGE, message_id)
