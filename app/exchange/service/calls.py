"""Calls of partners to the addresses of channels: kept before they are answered, a repeat answered as the first time."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.companies import operator_id
from app.core import clock
from app.core.actor import Actor, Via
from app.core.db import command, db
from app.core.errors import DomainError
from app.core.jobs import enqueue
from app.core.tenancy import acting_as
from app.core.texts import Message
from app.exchange.models.channels import CallAnswer, LateAnswer
from app.exchange.models.partners import Channel
from app.exchange.queries.channels import called_channels
from app.exchange.queries.partners import channel_by_key
from app.exchange.service.channel_secrets import settings_from, transport_of
from app.exchange.service.channel_state import note_failure, note_success
from app.exchange.service.fetching import arrival_of
from app.exchange.service.inbox import receive
from app.exchange.service.receipts import note_receipt
from app.exchange.transports import Accepted, Answer, Call, Later, TransportError, as_transport_error
from app.exchange.transports.as2 import unquoted

log = logging.getLogger(__name__)
SEND_LATE = "exchange.send_late_answer"
BACK_OFF = (1, 2, 5, 15, 30, 60, 120, 240, 480, 600)
_NOBODY = Answer(404, b"There is nothing here.\n")
_LATER = Answer(503, b"Try again later.\n", headers={"Retry-After": "60"})
_STRANGER = Answer(403, b"You are not known here.\n")


def answer_call(key: str, call: Call) -> Answer:
    """Answer a call to the channel of that key. Nobody is signed in; the channel's transport finds out who calls."""
    with acting_as(Actor.system(via=Via.EDI)):
        actor = _office()
    with acting_as(actor):
        channel = channel_by_key(actor, key)
        return _answer(actor, channel, call) if channel is not None else _NOBODY


def answer_as2(call: Call) -> Answer:
    """Answer a call to the one address of all AS2 channels: the names in it say which is meant."""
    wanted = tuple(unquoted(call.headers.get(name, "")) for name in ("as2-from", "as2-to"))
    with acting_as(Actor.system(via=Via.EDI)):
        actor = _office()
    with acting_as(actor):
        for channel in called_channels(actor, "as2"):
            if (channel.settings.get("partner_id"), channel.settings.get("our_id")) == wanted:
                return _answer(actor, channel, call)
    return _STRANGER


def _office() -> Actor:
    return Actor.system(operator_id() or 0, via=Via.EDI)


def _answer(actor: Actor, channel: Channel, call: Call) -> Answer:
    if not channel.is_active or not actor.company_id:
        return _NOBODY
    db.session.expunge(channel)
    db.session.rollback()  # no transaction waits while the call is opened
    try:
        transport, settings = transport_of(channel), settings_from(channel)
    except DomainError as error:
        note_failure(channel.id, error.message)
        return _LATER
    if transport.accept is None:
        return _NOBODY
    try:
        accepted = transport.accept(settings, call)
    except TransportError as error:
        log.info("channel %s: a call from %s was refused: %s", channel.id, call.address, error.message)
        return _STRANGER
    try:
        return _keep(actor, channel, accepted)
    except DomainError as error:
        log.warning("channel %s: a call could not be kept: %s", channel.id, error.message)
        return _LATER


@command
def _keep(actor: Actor, channel: Channel, accepted: Accepted) -> Answer:
    """Everything in one transaction: the files, the answer, what is sent later."""
    for receipt in accepted.files:
        if receipt.receipt_for:
            note_receipt(channel.id, receipt)
    if accepted.fault is not None:
        note_failure(channel.id, accepted.fault)
    files = [one for one in accepted.files if not one.receipt_for]
    reference = accepted.reference[:255] or (f"once {uuid.uuid4()}" if accepted.later is not None else "")
    if reference:
        answer_id = _first(channel.id, reference, accepted.answer)
        if answer_id is None:
            return _again(channel.id, reference)
        if accepted.later is not None:
            _plan(answer_id, accepted.later)
    for one in files:
        receive(actor, arrival_of(channel, one))
    if files:
        note_success(channel.id, "called_at")
    return accepted.answer


def _first(channel_id: int, reference: str, answer: Answer) -> int | None:
    """The id of the note; None when that call came before."""
    values = {
        "channel_id": channel_id, "reference": reference, "status": answer.status, "media_type": answer.media_type,
        "headers": dict(answer.headers), "body": answer.body,
    }  # fmt: skip
    statement = insert(CallAnswer).values(**values).on_conflict_do_nothing(index_elements=["channel_id", "reference"])
    return db.session.scalar(statement.returning(CallAnswer.id))


def _again(channel_id: int, reference: str) -> Answer:
    row = db.session.scalars(
        select(CallAnswer).where(CallAnswer.channel_id == channel_id, CallAnswer.reference == reference)
    ).one()
    row.repeats += 1
    late = update(LateAnswer).where(LateAnswer.answer_id == row.id, LateAnswer.state != "due")
    for late_id in db.session.scalars(
        late.values(state="due", attempts=0, due_at=clock.now()).returning(LateAnswer.id)
    ):
        enqueue(SEND_LATE, late_id)
    return Answer(row.status, row.body, row.media_type, row.headers)


def _plan(answer_id: int, later: Later) -> None:
    row = LateAnswer(
        answer_id=answer_id, address=later.address, media_type=later.media_type, headers=dict(later.headers), body=later.body
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    enqueue(SEND_LATE, row.id)


def send_late_answer(late_id: int) -> None:
    """Deliver an answer that goes out in a call of its own; what fails is tried again for a day."""
    claimed = _claim_late(late_id)
    if claimed is None:
        return
    channel, later = claimed
    try:
        with as_transport_error():
            transport, settings = transport_of(channel), settings_from(channel)
            if transport.reply is not None:
                transport.reply(settings, later)
    except TransportError as error:
        _end_late(late_id, error.message, may_pass=error.may_pass)
    else:
        _end_late(late_id, None, may_pass=True)


@command
def _claim_late(late_id: int) -> tuple[Channel, Later] | None:
    row = db.session.get(LateAnswer, late_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "due" or row.due_at > clock.now():
        return None
    answer = db.session.get_one(CallAnswer, row.answer_id)
    channel = db.session.get_one(Channel, answer.channel_id)
    row.attempts += 1
    row.due_at = clock.now() + timedelta(minutes=BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1] + 10)
    db.session.flush()
    db.session.expunge(channel)
    return channel, Later(row.address, row.body, row.media_type, row.headers)


@command
def _end_late(late_id: int, trouble: Message | None, *, may_pass: bool) -> None:
    row = db.session.get_one(LateAnswer, late_id, with_for_update=True, populate_existing=True)
    if trouble is None:
        row.state, row.sent_at, row.error = "sent", clock.now(), None
        return
    row.error = trouble.as_json()
    if may_pass and row.attempts <= len(BACK_OFF):
        row.due_at = clock.now() + timedelta(minutes=BACK_OFF[row.attempts - 1])
    else:
        row.state = "failed"
        note_failure(db.session.get_one(CallAnswer, row.answer_id).channel_id, trouble)
