"""What comes in: the bytes are kept first, in a transaction of their own; all else is done by jobs, at any time again."""

from __future__ import annotations

import logging

from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.jobs import enqueue
from app.exchange.domain.arrivals import Arrival
from app.exchange.models.messages import ExchangeFile
from app.exchange.queries.messages import messages_of_file
from app.exchange.service.taking_apart import take_apart
from app.exchange.service.working import work_message

log = logging.getLogger(__name__)
READ_FILE = "exchange.read_file"


@command
def receive(actor: Actor, arrival: Arrival) -> int:
    """Keep a file and have it worked off; returns its id. Nothing of it is looked at before the bytes are safe."""
    file_id = _keep(actor, arrival)
    enqueue(READ_FILE, file_id)
    return file_id


def receive_and_finish(actor: Actor, arrival: Arrival) -> tuple[int, ...]:
    """The same, and work its messages off in this call: for partners that wait for the answer. Returns their ids.

    Call it outside of a transaction. What cannot be finished now stays for the jobs.
    """
    file_id = _kept(actor, arrival)
    take_apart(actor, file_id)
    ids = tuple(message.id for message in messages_of_file(file_id))
    for message_id in ids:
        work_message(actor, message_id)
    return ids


@command
def _kept(actor: Actor, arrival: Arrival) -> int:
    return _keep(actor, arrival)


def _keep(actor: Actor, arrival: Arrival) -> int:
    media_type = arrival.media_type[:120] or "application/octet-stream"
    stored = storage.keep(actor, arrival.data, name=arrival.name or "file", media_type=media_type)
    row = ExchangeFile(
        file_id=stored.id, sha256=stored.sha256, size=stored.size, name=(arrival.name or "file")[-255:],
        media_type=media_type, channel_id=arrival.channel_id, partner_id=arrival.partner_id,
        sender=arrival.sender[:255], reference=arrival.reference[:255], via=arrival.via[:40], facts=dict(arrival.facts),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    log.info("kept file %s of %s bytes from %s by %s", row.id, stored.size, arrival.sender or "?", arrival.via or "?")
    return row.id
