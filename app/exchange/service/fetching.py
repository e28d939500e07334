"""Fetching what waits at the other side of a channel: by one process at a time, each file kept once, then tidied up."""

from __future__ import annotations

import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.texts import N_, Message
from app.exchange.domain.arrivals import Arrival
from app.exchange.models.channels import ChannelState, SeenFile
from app.exchange.models.partners import Channel
from app.exchange.queries.partners import channel as channel_of
from app.exchange.service.channel_secrets import settings_from, transport_of
from app.exchange.service.channel_state import note_failure, note_success
from app.exchange.service.inbox import receive
from app.exchange.transports import Incoming, TransportError, as_transport_error

log = logging.getLogger(__name__)
POLL = "exchange.poll_channel"
LEASE = timedelta(minutes=10)
_LONGEST_WAIT = 3600
_SHORTEST_WAIT = 60


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a turn went; `is_ours` is False where somebody else is fetching."""

    count: int = 0
    error: Message | None = None
    is_ours: bool = True


class _LostError(Exception):
    """Somebody else has taken over."""


def fetch(actor: Actor, channel_id: int) -> Fetched:
    """Keep what waits at the other side. Call it outside of a transaction; trouble is noted at the channel, not raised."""
    channel = channel_of(actor, channel_id)
    holder = str(uuid.uuid4())
    if not channel.is_active or not _claim(channel_id, holder):
        return Fetched(is_ours=False)
    count, trouble = 0, None
    db.session.expunge(channel)
    try:
        with as_transport_error():
            transport, settings = transport_of(channel), settings_from(channel)
        if transport.poll is None:
            raise TransportError(N_("{transport} does not fetch.", transport=transport.name), may_pass=False)
        for incoming in transport.poll(settings, lambda key: _is_seen(channel_id, key)):
            count += _keep(actor, channel, incoming, holder)
            try:
                incoming.done()
            except TransportError as error:
                trouble = error.message
    except TransportError as error:
        trouble = error.message
    except _LostError:
        return Fetched(count, is_ours=False)
    except Exception:
        log.exception("fetching by channel %s failed", channel_id)
        trouble = N_("Fetching failed for a reason that only the log knows.")
    _end(channel_id, holder, trouble)
    return Fetched(count, trouble)


@command
def _claim(channel_id: int, holder: str) -> bool:
    now = clock.now()
    db.session.execute(insert(ChannelState).values(channel_id=channel_id).on_conflict_do_nothing())
    statement = (
        update(ChannelState)
        .where(ChannelState.channel_id == channel_id)
        .where(ChannelState.held_until.is_(None) | (ChannelState.held_until < now))
        .values(holder=holder, held_until=now + LEASE)
        .returning(ChannelState.channel_id)
    )
    return db.session.scalar(statement) is not None


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@command
def _is_seen(channel_id: int, key: str) -> bool:
    statement = select(SeenFile.id).where(SeenFile.channel_id == channel_id, SeenFile.key == _mark(key))
    return db.session.scalar(statement) is not None


@command
def _keep(actor: Actor, channel: Channel, incoming: Incoming, holder: str) -> int:
    """The file and the note that it is kept, in one transaction; 1 when it was new."""
    hold = (
        update(ChannelState)
        .where(ChannelState.channel_id == channel.id, ChannelState.holder == holder)
        .values(held_until=clock.now() + LEASE)
        .returning(ChannelState.channel_id)
    )
    if db.session.scalar(hold) is None:
        raise _LostError
    key = incoming.key or f"{incoming.name}|{hashlib.sha256(incoming.data).hexdigest()}"
    seen = insert(SeenFile).values(channel_id=channel.id, key=_mark(key), name=incoming.name[-255:])
    seen_id = db.session.scalar(seen.on_conflict_do_nothing().returning(SeenFile.id))
    if seen_id is None:
        return 0
    file_id = receive(actor, arrival_of(channel, incoming))
    db.session.execute(update(SeenFile).where(SeenFile.id == seen_id).values(file_id=file_id))
    return 1


def arrival_of(channel: Channel, incoming: Incoming) -> Arrival:
    """What the inbox is told about a file."""
    return Arrival(
        incoming.name, incoming.data, incoming.media_type, channel.id, channel.partner_id, incoming.sender,
        incoming.reference, channel.transport, incoming.facts,
    )  # fmt: skip


@command
def _end(channel_id: int, holder: str, trouble: Message | None) -> None:
    """The next turn: after the agreed time, after a failure later and later, up to an hour."""
    now = clock.now()
    channel = db.session.get_one(Channel, channel_id, with_for_update=True, populate_existing=True)
    release = update(ChannelState).where(ChannelState.channel_id == channel_id, ChannelState.holder == holder)
    if not db.session.scalar(release.values(holder="", held_until=None).returning(ChannelState.channel_id)):
        return
    wait = channel.poll_seconds or _LONGEST_WAIT
    if trouble is None:
        channel.failures, channel.last_error = 0, None
        note_success(channel_id, "fetched_at")
    else:
        channel.failures += 1
        channel.last_error = trouble.as_json()
        wait = max(wait, min(_SHORTEST_WAIT * 2 ** min(channel.failures - 1, 6), _LONGEST_WAIT))
        note_failure(channel_id, trouble)
    channel.polled_at, channel.next_poll_at = now, now + timedelta(seconds=wait)
