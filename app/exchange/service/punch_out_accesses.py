"""The operator's settings: which buyers' systems may open the shop, and how they want their baskets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.accounts.queries.companies import account_id
from app.accounts.service.hashing import hash_password
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.locks import lock_rows
from app.core.texts import N_
from app.exchange.domain.punch_out import AccessSettings, Protocol, origin_of
from app.exchange.models.punch_out import PunchOutAccess
from app.exchange.queries.punch_out import access as access_of
from app.exchange.queries.punch_out import access_by_name, people_of
from app.exchange.service.punch_out_visits import Asking, ask

MIN_SECRET = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """What the operator enters. Without a `secret` the known one stays."""

    name: str
    protocol: str
    identity: str
    user_mail: str
    secret: str = ""
    domain: str = ""
    our_domain: str = ""
    our_identity: str = ""
    matches_people: bool = False
    hosts: tuple[str, ...] = ()
    frame_origin: str = ""
    is_active: bool = True
    partner_id: int | None = None
    settings: AccessSettings = field(default_factory=AccessSettings)


@command
def add_access(actor: Actor, company_code: str, entry: AccessEntry) -> int:
    company_id = account_id(actor, company_code)
    if not entry.secret:
        raise Invalid("secret", N_("Enter the secret that the purchasing system proves itself by."))
    access = PunchOutAccess(company_id=company_id, secret_hash=_hashed(entry.secret), **_values(company_id, entry))
    _demand_free(entry, None)
    db.session.add(access)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Invalid("identity", N_("Another access goes by this name already.")) from error
    audit.record(actor, "punch_out_access", access.id, "made", _shown(access))
    return access.id


@command
def change_access(actor: Actor, access_id: int, entry: AccessEntry, *, row_version: int) -> None:
    access = access_of(actor, access_id)
    lock_rows(PunchOutAccess, [access.id])
    db.session.refresh(access)
    if access.row_version != row_version:
        raise Conflict(N_("Somebody changed this meanwhile. Look at it again."))
    before = _shown(access)
    _demand_free(entry, access.id)
    for name, value in _values(access.company_id, entry).items():
        setattr(access, name, value)
    if entry.secret:
        access.secret_hash = _hashed(entry.secret)
    access.row_version += 1
    after = _shown(access)
    changes: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    audit.record(actor, "punch_out_access", access.id, "changed", changes | ({"secret": "new"} if entry.secret else {}))


def _demand_free(entry: AccessEntry, own_id: int | None) -> None:
    other = access_by_name(entry.protocol, entry.domain, entry.identity)
    if other is not None and other.id != own_id:
        raise Invalid("identity", N_("Another access goes by this name already."))


def _values(company_id: int, entry: AccessEntry) -> dict[str, Any]:
    mail = entry.user_mail.strip().lower()
    user_id = next((person for person, _, email in people_of(company_id) if email == mail), None)
    if user_id is None:
        raise Invalid("user_mail", N_("Nobody of this account who buys has this e-mail address."))
    if entry.protocol == Protocol.CXML and not entry.domain:
        raise Invalid("domain", N_("Enter the domain of the number, such as DUNS or NetworkID."))
    if entry.frame_origin and (
        origin_of(entry.frame_origin) != entry.frame_origin or not entry.frame_origin.startswith("https://")
    ):
        raise Invalid("frame_origin", N_("Write it like https://purchasing.example, without a path."))
    return {
        "name": entry.name, "protocol": Protocol(entry.protocol).value, "domain": entry.domain if entry.protocol == Protocol.CXML else "",
        "identity": entry.identity, "user_id": user_id, "our_domain": entry.our_domain, "our_identity": entry.our_identity,
        "matches_people": entry.matches_people, "hosts": list(entry.hosts), "frame_origin": entry.frame_origin,
        "is_active": entry.is_active, "partner_id": entry.partner_id, "settings": entry.settings.as_json(),
    }  # fmt: skip


def _hashed(secret: str) -> str:
    if len(secret) < MIN_SECRET:
        raise Invalid("secret", N_("At least {least} characters.", least=MIN_SECRET))
    return hash_password(secret)


def _shown(access: PunchOutAccess) -> dict[str, Any]:
    names = ("name", "protocol", "domain", "identity", "user_id", "our_domain", "our_identity", "matches_people", "hosts",
             "frame_origin", "is_active", "partner_id", "settings")  # fmt: skip
    return {name: getattr(access, name) for name in names}


@command
def try_access(actor: Actor, access_id: int, return_url: str) -> str:
    """A visit as the buyer's system would ask for it, with a way back to a page of ours; returns the token."""
    access = access_of(actor, access_id)
    return ask(
        actor,
        access,
        Asking(return_url=return_url, cookie=secrets.token_hex(8), visitor=actor.name, is_test=True, is_ours=True),
    )
