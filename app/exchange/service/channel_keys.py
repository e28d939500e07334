"""Keys and certificates of AS2 channels: made here, told with the day they end, changed over without a gap.

Roll-over of ours: make a new key (it becomes the second: it opens, but does not sign yet), send its certificate to the
partner, and change over when the partner has it; the former one goes on opening. Of the partner: enter the new
certificate as the second (both may have signed), change over on the day the partner names.
"""

from __future__ import annotations

from app.core import clock
from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict, DomainError
from app.core.texts import N_
from app.exchange.domain import certificates
from app.exchange.queries.partners import channel as channel_of
from app.exchange.service.channel_secrets import open_secrets, seal_secrets, settings_from, transport_of
from app.exchange.service.partners import save_channel
from app.exchange.transports import Step


def channel_facts(actor: Actor, channel_id: int) -> list[Step]:
    """What a person should know of a channel's settings: certificates with the day they end; none where they are odd."""
    row = channel_of(actor, channel_id)
    try:
        transport = transport_of(row)
        return transport.facts(settings_from(row)) if transport.facts is not None else []
    except DomainError:
        return []


def own_certificate(actor: Actor, channel_id: int) -> str:
    """The newest of ours, in PEM, to be given to the partner."""
    row = channel_of(actor, channel_id)
    found: str = row.settings.get("second_own_certificate") or row.settings.get("own_certificate") or ""
    first = row.settings.get("own_certificate") or ""
    if found and first and found != first:
        newer, older = (certificates.certificate(pem, "own_certificate") for pem in (found, first))
        return found if newer.not_valid_before_utc > older.not_valid_before_utc else first
    return found


@command
def make_own_key(actor: Actor, channel_id: int) -> None:
    """A new key with its certificate: the first one, or the second while another signs."""
    row = channel_of(actor, channel_id)
    prefix = "second_own" if row.settings.get("own_certificate") else "own"
    certificate, key = certificates.make(str(row.settings.get("our_id") or row.name), clock.now())
    secrets = open_secrets(row) | {f"{prefix}_key": key}
    save_channel(
        actor, channel_id,
        {"settings": {**row.settings, f"{prefix}_certificate": certificate}, "secrets": seal_secrets(row.key, secrets)},
    )  # fmt: skip


@command
def change_own_key(actor: Actor, channel_id: int) -> None:
    """The second own key signs from now on; the former one still opens."""
    row = channel_of(actor, channel_id)
    secrets = open_secrets(row)
    if not row.settings.get("second_own_certificate") or not secrets.get("second_own_key"):
        raise Conflict(N_("There is no second certificate to change over to."))
    secrets["own_key"], secrets["second_own_key"] = secrets["second_own_key"], secrets.get("own_key", "")
    save_channel(
        actor, channel_id, {"settings": _swapped(row.settings, "own_certificate"), "secrets": seal_secrets(row.key, secrets)}
    )  # fmt: skip


@command
def change_partner_certificate(actor: Actor, channel_id: int) -> None:
    """What goes out is encrypted for the second certificate of the partner from now on."""
    row = channel_of(actor, channel_id)
    if not row.settings.get("second_partner_certificate"):
        raise Conflict(N_("There is no second certificate to change over to."))
    save_channel(actor, channel_id, {"settings": _swapped(row.settings, "partner_certificate")})


def _swapped(settings: dict[str, object], name: str) -> dict[str, object]:
    return {**settings, name: settings.get(f"second_{name}", ""), f"second_{name}": settings.get(name, "")}
