"""Bytes through channels: handing over what goes out, keeping note of how that went."""

from __future__ import annotations

from dataclasses import replace

from app.core import clock
from app.core.settings import settings as machine
from app.core.texts import N_
from app.exchange.models.partners import Channel
from app.exchange.service.channel_secrets import settings_from, transport_of
from app.exchange.service.channel_state import note_failure, note_success
from app.exchange.service.receipts import await_receipt
from app.exchange.transports import Outgoing, Sent, TransportError, as_transport_error


def address_of(channel: Channel) -> str:
    """The channel's own address, which the partner calls."""
    return f"{machine().base_url}/edi/{channel.key}"


def deliver(channel: Channel, outgoing: Outgoing) -> Sent:
    """Hand bytes to the channel's transport; call it outside of a transaction. Raises TransportError."""
    begun_at = clock.now()
    try:
        sent = _hand_over(channel, replace(outgoing, answer_to=outgoing.answer_to or address_of(channel)))
        if sent.is_pending:
            sent = await_receipt(channel.id, sent, begun_at)
    except TransportError as error:
        note_failure(channel.id, error.message)
        raise
    note_success(channel.id, "sent_at")
    return sent


def _hand_over(channel: Channel, outgoing: Outgoing) -> Sent:
    with as_transport_error():
        transport, settings = transport_of(channel), settings_from(channel)
    if transport.send is None:
        raise TransportError(N_("{transport} does not send.", transport=transport.name), may_pass=False)
    if not channel.is_active:
        raise TransportError(N_("The channel {name} is switched off.", name=channel.name), may_pass=False)
    return transport.send(settings, outgoing)
