"""The secret settings of channels: passwords, tokens, private keys. In the database they are locked with SEALING_KEY."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.core.errors import Invalid
from app.core.settings import settings
from app.core.texts import N_
from app.exchange.models.partners import Channel
from app.exchange.transports import TRANSPORTS, Transport, settings_of
from app.sourcing.domain import sealing


def _key() -> bytes:
    return sealing.derived(settings().sealing_key, "secrets of channels")


def _bound_to(channel_key: str) -> bytes:
    return f"channel {channel_key}".encode()


def seal_secrets(channel_key: str, values: Mapping[str, str]) -> bytes:
    """Locked to the channel: the secrets of one are of no use in the row of another."""
    return sealing.lock(_key(), json.dumps(dict(values)).encode(), _bound_to(channel_key))


def open_secrets(channel: Channel) -> dict[str, str]:
    """Raises Invalid where this machine has another sealing key."""
    if not channel.secrets:
        return {}
    try:
        found: dict[str, str] = json.loads(sealing.unlock(_key(), channel.secrets, _bound_to(channel.key)))
    except sealing.SealBrokenError as error:
        raise Invalid(
            "secrets",
            N_(
                "The secrets of this channel were locked with another SEALING_KEY. Restore that key or enter them again."
            ),
        ) from error
    return found


def transport_of(channel: Channel) -> Transport:
    """Raises Invalid where the channel's transport is not known (any more)."""
    if channel.transport not in TRANSPORTS:
        raise Invalid("transport", N_("There is no transport {code}.", code=channel.transport))
    return TRANSPORTS[channel.transport]


def settings_from(channel: Channel) -> Any:
    """The settings of the channel's transport, secrets opened; Invalid names the field that cannot be used."""
    return settings_of(transport_of(channel), {**channel.settings, **open_secrets(channel)})


def parted(transport: Transport, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What of a form's values is plain, and what is to be sealed; what the transport does not know is left out."""
    plain: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for one in fields(transport.settings):
        if one.name in values:
            if one.metadata["secret"]:
                secret[one.name] = str(values[one.name])
            else:
                plain[one.name] = values[one.name]
    return plain, secret
