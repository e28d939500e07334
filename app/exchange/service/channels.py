"""Bytes through channels: handing over what goes out, fetching what waits elsewhere."""

from __future__ import annotations

from app.core.texts import N_
from app.exchange.models.partners import Channel
from app.exchange.service.channel_secrets import open_secrets, seal_secrets, settings_from, transport_of
from app.exchange.transports import Outgoing, Sent, TransportError, as_transport_error

__all__ = ["deliver", "open_secrets", "seal_secrets"]


def deliver(channel: Channel, outgoing: Outgoing) -> Sent:
    """Hand bytes to the channel's transport, outside of any transaction. Raises TransportError."""
    with as_transport_error():
        transport, settings = transport_of(channel), settings_from(channel)
    if transport.send is None:
        raise TransportError(N_("{transport} does not send.", transport=transport.name), may_pass=False)
    if not channel.is_active:
        raise TransportError(N_("The channel {name} is switched off.", name=channel.name), may_pass=False)
    return transport.send(settings, outgoing)
