"""What goes out: a message is planned in the transaction that causes it; jobs write, check and deliver it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.jobs import enqueue
from app.core.texts import N_, Message
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.message_machine import CAN_RESEND, MessageState
from app.exchange.domain.partners import Agreed
from app.exchange.models.messages import ExchangeMessage
from app.exchange.models.partners import Partner
from app.exchange.policy import Permission
from app.exchange.queries.partners import agreement, agreements_of_company
from app.exchange.service.steps import locked_message, note, step
from app.exchange.service.writing import store_document

SEND_MESSAGE = "exchange.send_message"
S = MessageState


@command
def send_document(
    actor: Actor,
    company_id: int | None,
    document: Any,
    *,
    subject: Subject,
    client_ref: str,
    partner_id: int | None = None,
    answers_id: int | None = None,
) -> int | None:
    """Write a document in the format of the account's partner and queue it; None: nothing was agreed about it.

    The same `client_ref` is sent once. Without `partner_id` the first partner of the account that wants such documents.
    """
    agreed = _agreed(company_id, document.kind, partner_id)
    if agreed is None:
        return None
    message, is_new = _planned(actor, agreed, company_id, subject, client_ref, answers_id=answers_id)
    if is_new:
        store_document(actor, message, agreed, document)
        enqueue(SEND_MESSAGE, message.id)
    return message.id


@command
def plan(
    actor: Actor,
    company_id: int | None,
    kind: str,
    *,
    subject: Subject,
    client_ref: str,
    partner_id: int | None = None,
    answers_id: int | None = None,
) -> int | None:
    """Plan a document that the job composes of its subject when it is due; None: nothing was agreed about it."""
    agreed = _agreed(company_id, kind, partner_id)
    if agreed is None:
        return None
    message, is_new = _planned(actor, agreed, company_id, subject, client_ref, answers_id=answers_id)
    if is_new:
        enqueue(SEND_MESSAGE, message.id)
    return message.id


def _agreed(company_id: int | None, kind: str, partner_id: int | None) -> Agreed | None:
    if partner_id is not None:
        return agreement(partner_id, "out", kind)
    found = agreements_of_company(company_id, "out", kind) if company_id is not None else []
    return found[0] if found else None


def _planned(
    actor: Actor, agreed: Agreed, company_id: int | None, subject: Subject | None, client_ref: str, **facts: Any
) -> tuple[ExchangeMessage, bool]:
    """The message row, and whether it is new."""
    partner = db.session.get_one(Partner, agreed.partner_id)
    values = {
        "company_id": company_id, "partner_id": agreed.partner_id, "agreement_id": agreed.id,
        "channel_id": agreed.channel_id, "direction": "out", "document": agreed.document, "format": agreed.format,
        "version": agreed.version, "is_test": partner.is_test, "state": S.PLANNED.value, "client_ref": client_ref[:160],
        "subject_kind": subject.kind if subject else "", "subject_id": subject.id if subject else None, **facts,
    }  # fmt: skip
    statement = (
        insert(ExchangeMessage)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["client_ref"], index_where=ExchangeMessage.client_ref != "")
        .returning(ExchangeMessage.id)
    )
    message_id = db.session.scalar(statement)
    if message_id is None:
        known = db.session.scalars(select(ExchangeMessage).where(ExchangeMessage.client_ref == client_ref[:160])).one()
        return known, False
    message = db.session.get_one(ExchangeMessage, message_id)
    message.reference = f"K{message_id:010}"
    note(actor, message, "planned")
    return message, True


def planned_answer(
    actor: Actor, agreed: Agreed, company_id: int | None, *, client_ref: str, **facts: Any
) -> tuple[ExchangeMessage, bool]:
    """The row of an acknowledgement, which has no subject of its own."""
    return _planned(actor, agreed, company_id, None, client_ref, **facts)


@command
def resend(actor: Actor, message_id: int) -> None:
    """Send a message again, unchanged and under the same reference; one that was never written is written first."""
    actor.demand(Permission.REPAIR)
    message = locked_message(message_id)
    if message.direction != "out" or MessageState(message.state) not in CAN_RESEND:
        raise Conflict(N_("This message cannot be sent again now."))
    queue_again(actor, message, "resent")


def queue_again(actor: Actor, message: ExchangeMessage, action: str) -> None:
    """Put a locked message of the outbox back to where its job takes it up."""
    if message.state in (S.PLANNED, S.WRITTEN, S.CHECKED, S.QUEUED, S.WAITING):
        return
    message.attempts = 0
    step(actor, message, S.QUEUED if message.stored_id is not None else S.PLANNED, action=action)
    message.due_at = clock.now()
    enqueue(SEND_MESSAGE, message.id)


@command
def cancel(actor: Actor, message_id: int, reason: str) -> None:
    """Keep a message that has not been sent from being sent."""
    actor.demand(Permission.REPAIR)
    words = demand_reason(reason)
    message = locked_message(message_id)
    if message.direction != "out":
        raise Conflict(N_("This message cannot be cancelled."))
    step(actor, message, S.CANCELLED, action="cancelled", reason=Message(words))


def demand_reason(reason: str) -> str:
    words = reason.strip()[:500]
    if not words:
        raise Invalid("reason", N_("Say why: others will read it."))
    return words.replace("{", "(").replace("}", ")")


@command
def confirm_receipt(actor: Actor, reference: str, *, fault: str = "", channel_id: int | None = None) -> bool:
    """The other side says that it has got (or refuses) what was sent as `reference`; False: nothing was sent so."""
    statement = select(ExchangeMessage.id).where(
        ExchangeMessage.direction == "out",
        (ExchangeMessage.remote_reference == reference) | (ExchangeMessage.reference == reference),
    )
    if channel_id is not None:
        statement = statement.where(ExchangeMessage.channel_id == channel_id)
    found = db.session.scalar(statement.order_by(ExchangeMessage.id.desc()).limit(1))
    if found is None:
        return False
    acknowledged(actor, locked_message(found), is_refused=bool(fault), words=Message(_plain(fault)) if fault else None)
    return True


def acknowledged(actor: Actor, message: ExchangeMessage, *, is_refused: bool, words: Message | None = None) -> None:
    """Note on a locked message what the other side said of it; saying it twice changes nothing."""
    state = S.REFUSED if is_refused else S.DELIVERED
    if message.state == state:
        return
    if message.state not in (S.QUEUED, S.SENT, S.DELIVERED, S.REFUSED):
        note(actor, message, "receipt", words)
        return
    if message.state == S.QUEUED:
        step(actor, message, S.SENT)
    message.acknowledged_at = clock.now()
    step(actor, message, state, reason=words)


def _plain(words: str) -> str:
    return words[:500].replace("{", "(").replace("}", ")")


def record_sent(actor: Actor, message: ExchangeMessage) -> None:
    """Say on the subject's own history that its document went out."""
    if (
        message.subject_id is not None
        and message.company_id is not None
        and message.subject_kind in ("order", "invoice")
    ):
        facts = {"document": message.document, "format": message.format, "reference": message.reference}
        audit.record(
            actor, message.subject_kind, message.subject_id, "document_sent", facts, company_id=message.company_id
        )


def day_of(document: Any) -> date | None:
    found: date | None = getattr(document, "issue_date", None)
    return found if found is not None and found.year > 1 else None
