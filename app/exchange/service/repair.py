"""The work list: what a person does with a message that could not go on by itself. The original is never changed."""

from __future__ import annotations

from decimal import Decimal

from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.jobs import enqueue
from app.core.texts import N_, Message
from app.documents.model.order_change import OrderChange
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.message_machine import CAN_REPLAY, MessageState
from app.exchange.domain.source_text import bytes_of
from app.exchange.mapping.neutral_order import order_of
from app.exchange.mapping.order_plan import OrderPlan, PlannedLine
from app.exchange.models.messages import ExchangeMessage
from app.exchange.policy import Permission
from app.exchange.queries.messages import answers_to
from app.exchange.queries.partners import partner as partner_of
from app.exchange.service.composing import document_of
from app.exchange.service.executing import ANSWERED_BY
from app.exchange.service.outbox import demand_reason, plan
from app.exchange.service.partners import put_code
from app.exchange.service.steps import locked_message, step
from app.exchange.service.taking_apart import WORK_MESSAGE

S = MessageState
MAX_TEXT = 5_000_000


@command
def replay(actor: Actor, message_id: int, *, in_spite: bool = False) -> None:
    """Work a message off again from its stored bytes; `in_spite`: although rules were broken."""
    actor.demand(Permission.REPAIR)
    message = _held(message_id)
    if in_spite:
        message.report = message.report | {"in_spite": True}
    _again(actor, message, "replayed")


@command
def set_partner(actor: Actor, message_id: int, partner_id: int) -> None:
    """Say who sent it, and work it off again."""
    actor.demand(Permission.REPAIR)
    partner = partner_of(actor, partner_id)
    message = _held(message_id)
    audit.record(actor, "exchange_message", message.id, "partner", {"partner": [message.partner_id, partner.code]})
    message.partner_id, message.company_id = partner.id, None
    _again(actor, message, "partner_set")


@command
def add_code(actor: Actor, message_id: int, kind: str, theirs: str, ours: str) -> None:
    """Say what a code of the partner is here, for this message and all that come, and work it off again."""
    actor.demand(Permission.REPAIR)
    message = _held(message_id)
    if message.partner_id is None:
        raise Conflict(N_("Say first which partner sent it."))
    put_code(actor, message.partner_id, kind, theirs, ours)
    _again(actor, message, "code_added")


@command
def edit(actor: Actor, message_id: int, text: str) -> int:
    """Work off a mended copy in the place of the original, which stays as it came; returns the id of the copy."""
    actor.demand(Permission.REPAIR)
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid("text", N_("The text is empty or too long."))
    message = _held(message_id)
    if message.stored_id is None:
        raise Conflict(N_("The stored file is missing."))
    old = storage.find(actor, message.stored_id)
    try:
        data = bytes_of(text, storage.load(old))
    except UnicodeEncodeError as error:
        char = text[error.start]
        raise Invalid(
            "text", N_("The character set of the file does not have this character: {char}", char=char)
        ) from None
    stored = storage.keep(actor, data, name=f"mended-{old.name}", media_type=old.media_type)
    copy = ExchangeMessage(
        partner_id=message.partner_id, channel_id=message.channel_id, file_id=message.file_id, position=1,
        stored_id=stored.id, direction="in", document=message.document, type_code=message.type_code,
        format=message.format, control_number=message.control_number, is_test=message.is_test, state=S.KEPT.value,
        edited_from_id=message.id, number=message.number,
    )  # fmt: skip
    step(actor, message, S.IGNORED, action="edited", reason=N_("A mended copy took its place."))
    db.session.add(copy)
    db.session.flush()
    audit.record(actor, "exchange_message", copy.id, "edited", {"from": message.id})
    enqueue(WORK_MESSAGE, copy.id)
    return copy.id


@command
def refuse(actor: Actor, message_id: int, reason: str) -> None:
    """Say no to a document; the partner gets the reason where answers were agreed."""
    actor.demand(Permission.REPAIR)
    words = Message(demand_reason(reason))
    message = _held(message_id)
    message.report = message.report | {"refused": words.as_json()}
    step(actor, message, S.REFUSED, action="refused", reason=words)
    kind = ANSWERED_BY.get(message.document, "")
    if not kind or message.partner_id is None or message.company_id is None:
        return
    if "plan" not in message.report:
        message.report = message.report | {"plan": _nothing_of(actor, message, words).as_json()}
    plan(
        actor, message.company_id, kind, subject=Subject("message", message.id), partner_id=message.partner_id,
        client_ref=f"answer:{message.id}:refused:{len(answers_to([message.id]))}", answers_id=message.id,
    )  # fmt: skip


def _nothing_of(actor: Actor, message: ExchangeMessage, words: Message) -> OrderPlan:
    document = document_of(actor, message)
    lines = tuple(
        PlannedLine(line.position, None, line.quantity or Decimal(0), line.unit, words)
        for line in order_of(document).lines
    )
    number = document.order.number if isinstance(document, OrderChange) else document.number
    return OrderPlan(lines, None, number)


@command
def ignore(actor: Actor, message_id: int, reason: str) -> None:
    """Put a message aside without answering it."""
    actor.demand(Permission.REPAIR)
    words = Message(demand_reason(reason))
    step(actor, _held(message_id), S.IGNORED, action="ignored", reason=words)


def _held(message_id: int) -> ExchangeMessage:
    message = locked_message(message_id)
    if message.direction != "in" or MessageState(message.state) not in CAN_REPLAY:
        raise Conflict(N_("This message is not held any more."))
    return message


def _again(actor: Actor, message: ExchangeMessage, action: str) -> None:
    message.attempts, message.waits_for = 0, ""
    message.report = {name: value for name, value in message.report.items() if name not in ("refused", "plan")}
    step(actor, message, S.KEPT, action=action)
    message.due_at = clock.now()
    enqueue(WORK_MESSAGE, message.id)
