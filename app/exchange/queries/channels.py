"""Channels whose turn it is, and how they fare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.exchange.models.channels import AwaitedReceipt, ChannelState, LateAnswer
from app.exchange.models.partners import Channel


def due_channels(now: datetime) -> list[int]:
    """Channels that are to be asked again, the longest waiting first; one that is being asked is not among them."""
    statement = (
        select(Channel.id)
        .outerjoin(ChannelState, ChannelState.channel_id == Channel.id)
        .where(Channel.is_active, Channel.poll_seconds.is_not(None), Channel.next_poll_at <= now)
        .where(ChannelState.held_until.is_(None) | (ChannelState.held_until < now))
        .order_by(Channel.next_poll_at, Channel.id)
    )
    return list(db.session.scalars(statement))


def due_late_answers(now: datetime) -> list[int]:
    statement = select(LateAnswer.id).where(LateAnswer.state == "due", LateAnswer.due_at <= now)
    return list(db.session.scalars(statement.order_by(LateAnswer.due_at, LateAnswer.id)))


def untold_receipts() -> list[int]:
    """Receipts that came or are overdue, of which the outbox has not heard."""
    statement = select(AwaitedReceipt.id).where(AwaitedReceipt.state != "awaited", AwaitedReceipt.told_at.is_(None))
    return list(db.session.scalars(statement.order_by(AwaitedReceipt.id)))


def called_channels(actor: Actor, transport: str) -> list[Channel]:
    """All channels in use of one transport."""
    if not actor.is_operator:
        return []
    statement = select(Channel).where(Channel.transport == transport, Channel.is_active).order_by(Channel.id)
    return list(db.session.scalars(statement))


def channels_named(actor: Actor, name: str) -> list[Channel]:
    """By key or by name."""
    if not actor.is_operator:
        return []
    statement = select(Channel).where((Channel.key == name) | (Channel.name == name)).order_by(Channel.id)
    return list(db.session.scalars(statement))


def polled_channels(actor: Actor) -> list[Channel]:
    """All in use that fetch by themselves."""
    if not actor.is_operator:
        return []
    statement = select(Channel).where(Channel.is_active, Channel.poll_seconds.is_not(None)).order_by(Channel.id)
    return list(db.session.scalars(statement))


def channel_state(actor: Actor, channel_id: int) -> ChannelState | None:
    """When a channel last fetched, sent, was called and failed; None where it never did anything."""
    return db.session.get(ChannelState, channel_id) if actor.is_operator else None
