"""A channel as a person sets it up: its settings are checked by the transport, secrets that were not entered stay."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.exchange.queries.partners import channel as channel_of
from app.exchange.service.channel_secrets import open_secrets, parted, seal_secrets, settings_from, transport_of
from app.exchange.service.partners import save_channel
from app.exchange.transports import TRANSPORTS, Step, TransportError, as_transport_error, settings_of


@command
def keep_channel(
    actor: Actor, channel_id: int | None, transport: str, head: Mapping[str, Any], values: Mapping[str, Any]
) -> int:
    """Make (None) or change a channel. `head`: name, partner_id, is_active, is_test, poll_seconds. Returns its id.

    Raises Invalid under the name of the setting that cannot be used.
    """
    if transport not in TRANSPORTS:
        raise Invalid("transport", N_("There is no transport {code}.", code=transport))
    before = channel_of(actor, channel_id) if channel_id is not None else None
    if before is not None and before.transport != transport:
        raise NotFound
    way = TRANSPORTS[transport]
    plain, entered = parted(way, values)
    kept = open_secrets(before) if before is not None else {}
    secret = kept | {name: value for name, value in entered.items() if value.strip()}
    settings_of(way, {**plain, **secret})
    key = before.key if before is not None else secrets.token_urlsafe(18)
    given = {**head, "settings": plain, "secrets": seal_secrets(key, secret) if secret else None}
    if before is None:
        given |= {"key": key, "transport": transport}
    return save_channel(actor, channel_id, given)


def known_secrets(actor: Actor, channel_id: int) -> set[str]:
    """Names of the secrets a channel has; empty where they cannot be opened on this machine."""
    try:
        return {name for name, value in open_secrets(channel_of(actor, channel_id)).items() if value}
    except Invalid:
        return set()


def try_channel(actor: Actor, channel_id: int) -> list[Step]:
    """Try a channel without sending or taking anything; the last step says why where it does not work."""
    row = channel_of(actor, channel_id)
    way = transport_of(row)
    if way.probe is None:
        return []
    steps: list[Step] = []
    try:
        with as_transport_error():
            steps.extend(way.probe(settings_from(row)))
    except TransportError as error:
        steps.append(Step(error.message, is_good=False))
    return steps
