"""Time limits that have passed: one alert to the manager, one to everybody at the desk."""

from __future__ import annotations

from sqlalchemy import select

from app.conversations.domain.due import after_hours
from app.conversations.domain.settings import ALERT_HOURS
from app.conversations.events import ConversationOverdue
from app.conversations.models.threads import Conversation
from app.conversations.service.threads import working_day
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.core.operator_settings import setting_value
from app.core.outbox import publish

MOST = 200
LEVELS = 2


@command
def alert_overdue(actor: Actor) -> int:
    """Tell of threads whose time is over; how many there were. Done twice, nobody hears twice."""
    due = db.session.scalars(
        select(Conversation.id).where(Conversation.alert_at <= clock.now()).order_by(Conversation.alert_at).limit(MOST)
    ).all()
    told = 0
    for thread in lock_rows(Conversation, due):
        if thread.alert_at is None or thread.alert_at > clock.now() or thread.waits_for != "operator":
            continue
        thread.alert_level += 1
        later = after_hours(thread.alert_at, setting_value(ALERT_HOURS), working_day(actor))
        thread.alert_at = later if thread.alert_level < LEVELS else None
        publish(ConversationOverdue(thread.id, thread.alert_level))
        told += 1
    return told
