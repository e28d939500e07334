"""The bytes of a message, for those who may read it."""

from __future__ import annotations

from sqlalchemy import select

from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.models import StoredFile
from app.core.tenancy import system_scope
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import message


def stored_message(actor: Actor, message_id: int) -> StoredFile | None:
    """The stored file of a message that the actor may see; None where nothing is written yet.

    It came to the operator and is kept as its file. An account reads the bytes of its own messages, never those of a
    file that holds messages of others, too.
    """
    found = message(actor, message_id)
    if found.stored_id is None:
        return None
    if actor.is_operator:
        return storage.find(actor, found.stored_id)
    with system_scope("message: its bytes lie with the operator"):
        others = select(ExchangeMessage.id).where(
            ExchangeMessage.stored_id == found.stored_id, ExchangeMessage.company_id.is_distinct_from(actor.company_id)
        )
        if db.session.scalar(others.limit(1)) is not None:
            return None
        file = storage.find(Actor.system(), found.stored_id)
        db.session.expunge(file)  # out of this scope the row cannot be read again
        return file
