"""How channels fare: noted after each success and failure, in transactions of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import command, db
from app.core.texts import Message
from app.exchange.models.channels import ChannelState


@command
def note_success(channel_id: int, what: str) -> None:
    """`what`: fetched_at, sent_at or called_at."""
    _note(channel_id, {what: clock.now()})


@command
def note_failure(channel_id: int, reason: Message) -> None:
    _note(channel_id, {"failed_at": clock.now(), "error": reason.as_json()})


def _note(channel_id: int, values: dict[str, Any]) -> None:
    statement = insert(ChannelState).values(channel_id=channel_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["channel_id"], set_=values))
