"""Receipts that come later: awaited when a message has left, compared when they come, told to the outbox once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.jobs import enqueue
from app.core.texts import N_
from app.exchange.domain.as2 import same_mic
from app.exchange.models.channels import AwaitedReceipt
from app.exchange.service.outbox import confirm_receipt
from app.exchange.transports import Incoming, Sent, TransportError

TELL = "exchange.tell_receipt"
PATIENCE = timedelta(hours=24)
_GIVE_UP_TELLING = timedelta(days=2)


@command
def await_receipt(channel_id: int, sent: Sent, begun_at: datetime) -> Sent:
    """Remember what was sent. A receipt that came while we were still sending is taken into account at once."""
    due_at = clock.now() + PATIENCE
    values = {
        "channel_id": channel_id, "reference": sent.reference[:255], "check_value": sent.check[:255], "due_at": due_at,
    }  # fmt: skip
    db.session.execute(insert(AwaitedReceipt).values(**values).on_conflict_do_nothing())
    row = _row(channel_id, sent.reference)
    if row.state != "awaited" and row.received_at is not None and row.received_at >= begun_at:
        row.told_at = clock.now()
        if row.state == "refused" or not _fits(row.check_value, sent.check):
            raise TransportError(
                N_("The partner refused the message: {reason}", reason=row.fault or "MIC"), may_pass=False
            )
        return replace(sent, is_pending=False)
    row.state, row.received_at, row.told_at, row.fault = "awaited", None, None, ""
    row.sent_at, row.due_at, row.check_value = clock.now(), due_at, sent.check[:255]
    return sent


def _row(channel_id: int, reference: str) -> AwaitedReceipt:
    statement = (
        select(AwaitedReceipt)
        .where(AwaitedReceipt.channel_id == channel_id, AwaitedReceipt.reference == reference[:255])
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one()


@command
def note_receipt(channel_id: int, incoming: Incoming) -> None:
    """Keep what a receipt says. One for something that was never sent here stays untold and ends with its patience."""
    now = clock.now()
    values = {"channel_id": channel_id, "reference": incoming.receipt_for[:255], "due_at": now}
    db.session.execute(insert(AwaitedReceipt).values(**values, check_value=incoming.receipt_check[:255]).on_conflict_do_nothing())  # fmt: skip
    row = _row(channel_id, incoming.receipt_for)
    if row.state in ("confirmed", "refused"):
        return
    fault = incoming.receipt_fault
    if not fault and not _fits(incoming.receipt_check, row.check_value):
        fault = "The check value (MIC) is not that of what was sent."
    row.state, row.fault, row.received_at = "refused" if fault else "confirmed", fault[:500], now
    enqueue(TELL, row.id)


def _fits(one: str, other: str) -> bool:
    return not other or not one or same_mic(one, other)


@command
def mark_overdue() -> int:
    """Receipts that did not come in time count as refused for the outbox: a person looks."""
    now = clock.now()
    statement = (
        update(AwaitedReceipt)
        .where(AwaitedReceipt.state == "awaited", AwaitedReceipt.due_at < now)
        .values(state="overdue", fault="No receipt came in time.")
        .returning(AwaitedReceipt.id)
    )
    return len(db.session.scalars(statement).all())


@command
def tell_receipt(actor: Actor, receipt_id: int) -> bool:
    """Tell the outbox. Where it does not know the message yet (our own call is still under way), the sweep asks again."""
    row = db.session.get(AwaitedReceipt, receipt_id, with_for_update=True, populate_existing=True)
    if row is None or row.state == "awaited" or row.told_at is not None:
        return False
    is_known = confirm_receipt(actor, row.reference, fault=row.fault, channel_id=row.channel_id)
    if is_known or (row.received_at or row.due_at) < clock.now() - _GIVE_UP_TELLING:
        row.told_at = clock.now()
    return is_known
