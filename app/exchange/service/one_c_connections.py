"""Connections of 1C: making them, their passwords, what is taken, which list a kind of price feeds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.accounts.service.hashing import hash_password
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.exchange.models.one_c import OneCConnection
from app.exchange.models.partners import Partner
from app.exchange.policy import Permission

_PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """What a person says of a connection."""

    name: str
    is_active: bool = True
    takes_articles: bool = True
    takes_prices: bool = True
    takes_stock: bool = True
    sends_orders: bool = True
    takes_orders: bool = True
    makes_lists: bool = True
    makes_warehouses: bool = True
    drops_missing: bool = False
    number_from: str = "article"
    chain: str = ""
    encoding: str = "UTF-8"
    containers: str = "auto"
    orders_since: date | None = None
    partner_id: int | None = None


@command
def add_connection(actor: Actor, row: ConnectionRow, login: str) -> tuple[int, str]:
    """Make a connection; returns its id and the password, which is shown this once."""
    actor.demand(Permission.PARTNERS)
    login = login.strip()
    if not login or ":" in login or not login.isascii() or not login.isprintable() or len(login) > 80:
        raise Invalid("login", N_("Use Latin letters, digits and signs, no colon."))
    if db.session.scalar(select(OneCConnection.id).where(OneCConnection.login == login)) is not None:
        raise Invalid("login", N_("This name is taken."))
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    made = OneCConnection(
        company_id=actor.company_id, login=login, password_hash=hash_password(password), **_checked(row)
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "one_c_connection", made.id, "create", _shown(row) | {"login": login})
    return made.id, password


@command
def save_connection(actor: Actor, connection_id: int, row: ConnectionRow, *, row_version: int) -> None:
    """Change what is taken. Conflict when somebody else has changed it meanwhile."""
    found = _locked(actor, connection_id, row_version)
    changes = {
        name: [getattr(found, name), value] for name, value in _checked(row).items() if getattr(found, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(found, name, value)
    if changes:
        found.row_version += 1
        said = {name: [str(old), str(new)] for name, (old, new) in changes.items()}
        audit.record(actor, "one_c_connection", found.id, "update", said)


@command
def new_password(actor: Actor, connection_id: int, *, row_version: int) -> str:
    """Another password; the old one opens nothing from now on."""
    found = _locked(actor, connection_id, row_version)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    found.password_hash = hash_password(password)
    found.row_version += 1
    audit.record(actor, "one_c_connection", found.id, "new_password", {})
    return password


@command
def map_names(
    actor: Actor, connection_id: int, lists: Mapping[str, str], warehouses: Mapping[str, str], *, row_version: int
) -> None:
    """Say which list each kind of price feeds, and which warehouse is which; an empty code: not taken."""
    found = _locked(actor, connection_id, row_version)
    kinds, places = dict(found.price_kinds), dict(found.warehouses)
    for known, given, key in ((kinds, lists, "list"), (places, warehouses, "code")):
        for name, code in given.items():
            if name not in known:
                raise NotFound
            if len(code.strip()) > 40:
                raise Invalid(key, N_("At most {length} characters fit here.", length=40))
            known[name] = {**known[name], key: code.strip()}
    if (kinds, places) != (found.price_kinds, found.warehouses):
        audit.record(actor, "one_c_connection", found.id, "map", {"lists": dict(lists), "warehouses": dict(warehouses)})
        found.price_kinds, found.warehouses = kinds, places
        found.row_version += 1


def _locked(actor: Actor, connection_id: int, row_version: int) -> OneCConnection:
    actor.demand(Permission.PARTNERS)
    for found in lock_rows(OneCConnection, [connection_id]):
        if found.company_id == actor.company_id:
            if found.row_version != row_version:
                raise Conflict(N_("Somebody else has changed this meanwhile. Look at it again."))
            return found
    raise NotFound


def _checked(row: ConnectionRow) -> dict[str, Any]:
    values = asdict(row)
    values["name"] = row.name.strip()
    if not values["name"]:
        raise Invalid("name", N_("The name is missing."))
    if row.partner_id is not None and db.session.get(Partner, row.partner_id) is None:
        raise Invalid("partner_id", N_("There is no such partner."))
    return values


def _shown(row: ConnectionRow) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(row).items()}
