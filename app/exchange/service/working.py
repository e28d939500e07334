"""Working a message of the inbox off. Three transactions, each safe to repeat:

1. recognise, check, map it to our terms (or hold it for a person, refuse it, let it wait);
2. carry it out with the rights of the account's person, once for a document number;
3. note what became of it and plan the answer.

What dies in between is taken up again when its time is over; the second transaction finds what it did before.
"""

from __future__ import annotations

import logging
from typing import Any

from app.accounts.queries.people import person_actor
from app.core import clock, storage
from app.core.actor import Actor, Via
from app.core.db import command, db
from app.core.errors import DomainError, Forbidden
from app.core.jobs import enqueue
from app.core.tenancy import acting_as
from app.core.texts import N_, Message
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.message_machine import MessageState
from app.exchange.mapping.opening import Opened, Part, open_file
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import answers_to, known_formats, waiting_for
from app.exchange.service.executing import Outcome, Work, carry_out
from app.exchange.service.outbox import plan, send_document
from app.exchange.service.recognising import prepare
from app.exchange.service.steps import LEASE, locked_message, note, step
from app.exchange.service.writing import inspected

log = logging.getLogger(__name__)
WORK_MESSAGE = "exchange.work_message"
S = MessageState
MOST_ATTEMPTS = 5


def work_message(actor: Actor, message_id: int) -> None:
    """Move a message as far as it goes now."""
    message = db.session.get(ExchangeMessage, message_id, populate_existing=True)
    if message is None or message.direction != "in" or message.stored_id is None:
        return
    data = storage.load(storage.find(actor, message.stored_id))
    prefer = known_formats(actor, message)
    position, is_new = message.position, message.state != S.MAPPED
    db.session.rollback()  # reading and checking take time: no transaction is open meanwhile
    opened = open_file(data, prefer)
    part = _part(opened, position, data)
    report = inspected(data, "") if is_new and part.document is not None else {}
    try:
        work = prepare(actor, message_id, part, opened, report)
        if work is None:
            return
        outcome = _carried_out(actor, work)
        _finish(actor, work, outcome)
    except DomainError as error:
        if not error.is_retryable:
            _trouble(actor, message_id, error.message)
    except Exception as error:
        log.exception("message %s could not be worked off", message_id)
        _trouble(actor, message_id, N_("Kontor could not work it off: {error}.", error=type(error).__name__))


def _part(opened: Opened, position: int, data: bytes) -> Part:
    if len(opened.parts) >= position:
        return opened.parts[position - 1]
    return opened.parts[0] if opened.parts else Part(position, data)


def _carried_out(actor: Actor, work: Work) -> Outcome:
    if work.user_id is None:
        return Outcome(refused=N_("No person of the account is named to order for this partner."), is_ours=True)
    try:
        person = person_actor(work.company_id, work.user_id, via=Via.EDI)
    except Forbidden as error:
        return Outcome(refused=error.message, is_ours=True)
    with acting_as(person):
        return carry_out(person, work)


@command
def _finish(actor: Actor, work: Work, outcome: Outcome) -> None:
    message = locked_message(work.message_id)
    if message.state != S.MAPPED:
        return
    if outcome.is_ours and outcome.refused is not None:
        step(actor, message, S.PARKED, reason=outcome.refused)
        return
    subject = outcome.subject or Subject("message", message.id)
    message.subject_kind, message.subject_id = subject.kind, subject.id
    message.report = message.report | dict(outcome.report)
    if outcome.refused is not None:
        message.report = message.report | {"refused": outcome.refused.as_json()}
        step(actor, message, S.REFUSED, reason=outcome.refused)
    else:
        step(actor, message, S.EXECUTED, reason=outcome.words)
    if work.answer:
        reference = f"answer:{message.id}:{len(answers_to([message.id]))}"
        facts: dict[str, Any] = {
            "subject": subject,
            "client_ref": reference,
            "partner_id": work.partner_id,
            "answers_id": message.id,
        }
        if outcome.answer is not None:
            sent = send_document(actor, message.company_id, outcome.answer, **facts)
        else:
            sent = plan(actor, message.company_id, work.answer, **facts)
        if sent is None:
            note(actor, message, "no_answer", N_("Nothing was agreed about answering."))
    if message.state == S.EXECUTED:
        step(actor, message, S.ANSWERED)
    for waiting in waiting_for(work.partner_id, message.number):
        enqueue(WORK_MESSAGE, waiting)


@command
def _trouble(actor: Actor, message_id: int, reason: Message) -> None:
    """Again a little later; after several vain attempts a person has to look."""
    message = locked_message(message_id)
    if message.state not in (S.KEPT, S.MAPPED, S.WAITING):
        return
    message.attempts += 1
    if message.attempts >= MOST_ATTEMPTS:
        step(actor, message, S.FAILED, reason=reason)
        return
    message.reason, message.due_at = reason.as_json(), clock.now() + LEASE
    note(actor, message, "trouble", reason)
