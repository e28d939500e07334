"""Messages with their history, for the services that move them and the pages that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.exchange.domain.message_machine import IN_WORK
from app.exchange.models.messages import DeliveryAttempt, ExchangeEvent, ExchangeFile, ExchangeMessage
from app.exchange.queries.partners import formats_of

_FINISHED_BADLY = ("refused", "failed", "ignored", "duplicate", "parked")


def message(actor: Actor, message_id: int) -> ExchangeMessage:
    statement = select(ExchangeMessage).where(ExchangeMessage.id == message_id)
    found = db.session.scalar(visible(actor, statement, ExchangeMessage))
    if found is None:
        raise NotFound(N_("There is no such message."))
    return found


def known_formats(actor: Actor, found: ExchangeMessage) -> dict[str, Mapping[str, Any]]:
    """How to read a message again: as it was read, by what was agreed with the partner about that format."""
    agreed = formats_of(found.partner_id, found.agreement_id) if actor.is_operator else {}
    return {found.format: agreed.get(found.format, {})} if found.format else agreed


def file(actor: Actor, file_id: int) -> ExchangeFile:
    found = db.session.get(ExchangeFile, file_id) if actor.is_operator else None
    if found is None:
        raise NotFound(N_("There is no such file."))
    return found


def events(actor: Actor, message_id: int) -> list[ExchangeEvent]:
    message(actor, message_id)
    statement = select(ExchangeEvent).where(ExchangeEvent.message_id == message_id).order_by(ExchangeEvent.id)
    return list(db.session.scalars(statement))


def attempts(actor: Actor, message_id: int) -> list[DeliveryAttempt]:
    if not actor.is_operator:
        return []
    statement = select(DeliveryAttempt).where(DeliveryAttempt.message_id == message_id).order_by(DeliveryAttempt.id)
    return list(db.session.scalars(statement))


def messages_of_file(file_id: int) -> list[ExchangeMessage]:
    statement = select(ExchangeMessage).where(ExchangeMessage.file_id == file_id)
    return list(db.session.scalars(statement.order_by(ExchangeMessage.position, ExchangeMessage.id)))


def same_control_number(found: ExchangeFile) -> ExchangeFile | None:
    """An earlier file of the partner under the same control number."""
    if not found.control_number or found.partner_id is None:
        return None
    statement = select(ExchangeFile).where(
        ExchangeFile.partner_id == found.partner_id, ExchangeFile.control_number == found.control_number,
        ExchangeFile.family == found.family, ExchangeFile.is_test == found.is_test, ExchangeFile.id < found.id,
        ExchangeFile.state.in_(("read", "kept")),
    )  # fmt: skip
    return db.session.scalar(statement.order_by(ExchangeFile.id).limit(1))


def same_bytes(found: ExchangeFile) -> ExchangeFile | None:
    """An earlier file of the partner with the same bytes, for formats without control numbers."""
    statement = select(ExchangeFile).where(
        ExchangeFile.sha256 == found.sha256, ExchangeFile.partner_id == found.partner_id, ExchangeFile.id < found.id,
        ExchangeFile.state == "read",
    )  # fmt: skip
    return db.session.scalar(statement.order_by(ExchangeFile.id).limit(1))


def same_document(found: ExchangeMessage) -> ExchangeMessage | None:
    """An earlier message of the partner with the same document number that was or is being executed."""
    if not found.number or found.partner_id is None:
        return None
    statement = select(ExchangeMessage).where(
        ExchangeMessage.partner_id == found.partner_id, ExchangeMessage.document == found.document,
        ExchangeMessage.number == found.number, ExchangeMessage.direction == "in", ExchangeMessage.id < found.id,
        ExchangeMessage.is_test == found.is_test, ExchangeMessage.state.not_in(_FINISHED_BADLY),
    )  # fmt: skip
    if found.company_id is not None:
        statement = statement.where(
            (ExchangeMessage.company_id == found.company_id) | ExchangeMessage.company_id.is_(None)
        )
    return db.session.scalar(statement.order_by(ExchangeMessage.id).limit(1))


def answers_to(message_ids: Sequence[int], file_id: int | None = None) -> list[ExchangeMessage]:
    """What we sent as answer to messages or to a file, the oldest first."""
    about: list[ColumnElement[bool]] = [ExchangeMessage.answers_id.in_(message_ids)]
    if file_id is not None:
        about.append(ExchangeMessage.answers_file_id == file_id)
    statement = select(ExchangeMessage).where(or_(*about), ExchangeMessage.direction == "out")
    return list(db.session.scalars(statement.order_by(ExchangeMessage.id)))


def order_message(partner_id: int, number: str, *, company_id: int | None = None) -> ExchangeMessage | None:
    """The executed order of the partner by its number: what changes, answers and despatches refer to."""
    statement = select(ExchangeMessage).where(
        ExchangeMessage.partner_id == partner_id, ExchangeMessage.document == "order", ExchangeMessage.number == number,
        ExchangeMessage.direction == "in", ExchangeMessage.subject_id.is_not(None),
    )  # fmt: skip
    if company_id is not None:
        statement = statement.where(ExchangeMessage.company_id == company_id)
    return db.session.scalar(statement.order_by(ExchangeMessage.id.desc()).limit(1))


def inbound_order(subject_kind: str, subject_id: int) -> ExchangeMessage | None:
    """The message that an order (or a request for its approval) came from."""
    statement = select(ExchangeMessage).where(
        ExchangeMessage.subject_kind == subject_kind, ExchangeMessage.subject_id == subject_id,
        ExchangeMessage.direction == "in", ExchangeMessage.document.in_(("order", "basket")),
    )  # fmt: skip
    return db.session.scalar(statement.order_by(ExchangeMessage.id).limit(1))


def sent_message(partner_id: int, control_number: str, message_number: str = "") -> list[ExchangeMessage]:
    """What we sent to a partner under a control number; X12 pads them, so they are compared without zeros in front."""
    statement = select(ExchangeMessage).where(
        ExchangeMessage.partner_id == partner_id, ExchangeMessage.direction == "out",
        ExchangeMessage.control_number == (control_number.lstrip("0") or "0"),
    )  # fmt: skip
    if message_number:
        statement = statement.where(ExchangeMessage.message_number == message_number)
    return list(db.session.scalars(statement.order_by(ExchangeMessage.id)))


def sent_document(partner_id: int, document: str, number: str) -> ExchangeMessage | None:
    statement = select(ExchangeMessage).where(
        ExchangeMessage.partner_id == partner_id, ExchangeMessage.direction == "out", ExchangeMessage.number == number
    )
    if document:
        statement = statement.where(ExchangeMessage.document == document)
    return db.session.scalar(statement.order_by(ExchangeMessage.id.desc()).limit(1))


def waiting_for(partner_id: int, number: str) -> list[int]:
    statement = select(ExchangeMessage.id).where(
        ExchangeMessage.partner_id == partner_id, ExchangeMessage.state == "waiting",
        ExchangeMessage.waits_for == number, ExchangeMessage.direction == "in",
    )  # fmt: skip
    return list(db.session.scalars(statement.order_by(ExchangeMessage.id)))


def overdue(now: datetime, limit: int = 500) -> tuple[list[int], list[int], list[int]]:
    """Files and messages (in, out) in work that nobody has moved on: (files, inbound, outbound)."""
    files = select(ExchangeFile.id).where(ExchangeFile.state == "kept", ExchangeFile.due_at <= now)
    files = files.order_by(ExchangeFile.id).limit(limit)
    states = sorted({state.value for states in IN_WORK.values() for state in states})
    due = select(ExchangeMessage.id, ExchangeMessage.direction).where(
        ExchangeMessage.state.in_(states), ExchangeMessage.due_at <= now
    )
    rows = db.session.execute(due.order_by(ExchangeMessage.id).limit(limit)).all()
    return (
        list(db.session.scalars(files)),
        [row.id for row in rows if row.direction == "in"],
        [row.id for row in rows if row.direction == "out"],
    )
