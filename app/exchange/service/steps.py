"""Moving a message: each step by the table of states, into its history, into the audit where a person acts."""

from __future__ import annotations

from datetime import timedelta

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.exchange.domain.message_machine import CAN_REPLAY, MessageState, check_step
from app.exchange.models.messages import ExchangeEvent, ExchangeFile, ExchangeMessage

LEASE = timedelta(minutes=2)
_DONE = frozenset({
    MessageState.ANSWERED, MessageState.REFUSED, MessageState.DUPLICATE, MessageState.IGNORED, MessageState.SENT,
    MessageState.DELIVERED, MessageState.CANCELLED, MessageState.FAILED, MessageState.PARKED,
})  # fmt: skip


def locked_message(message_id: int) -> ExchangeMessage:
    found = lock_rows(ExchangeMessage, [message_id])
    if not found:
        raise NotFound(N_("There is no such message."))
    return found[0]


def locked_file(file_id: int) -> ExchangeFile:
    found = lock_rows(ExchangeFile, [file_id])
    if not found:
        raise NotFound(N_("There is no such file."))
    return found[0]


def step(
    actor: Actor, message: ExchangeMessage, state: MessageState, *, action: str = "", reason: Message | None = None
) -> None:
    """Move a locked message; raises Conflict where the table does not have the step."""
    check_step(message.direction, message.state, state)
    before, message.state = message.state, state.value
    message.reason = reason.as_json() if reason is not None else None
    message.done_at = clock.now() if state in _DONE else None
    if state in CAN_REPLAY or state in _DONE:
        message.due_at = clock.now() + LEASE
    note(actor, message, action or state.value, reason)
    if actor.user_id is not None:
        facts = {"state": [before, state.value], **({"reason": reason} if reason else {})}
        audit.record(
            actor, "exchange_message", message.id, action or state.value, facts,
            company_id=message.company_id or actor.company_id,
        )  # fmt: skip


def note(actor: Actor, message: ExchangeMessage, action: str, words: Message | None = None) -> None:
    """A line in the history without a change of state."""
    db.session.add(
        ExchangeEvent(
            message_id=message.id, state=message.state, action=action[:20], message=words.as_json() if words else None,
            user_id=actor.user_id, user_name=actor.name,
        )
    )  # fmt: skip
    db.session.flush()
