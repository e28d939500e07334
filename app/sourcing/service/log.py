"""Appending to the chains of events. Nothing else writes them: see `append_sourcing_event` in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db, in_command
from app.sourcing.domain.chain import canonical

_LOCK = text("SELECT at FROM lock_event_chain(:kind, :object, :company, :tag)")
_APPEND = text("SELECT append_sourcing_event(:kind, :object, :company, :tag, :content)")


def append(
    actor: Actor,
    object_type: str,
    object_id: int,
    company_id: int,
    event: str,
    *,
    role: str,
    from_state: str | None,
    to_state: str,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    supplier_id: int | None = None,
    owner_tag: str = "",
    is_internal: bool = False,
    is_anonymous: bool = False,
) -> int:
    """Write one event into the chain of a quote or tender of a company; returns its number. Call inside a command.

    With `owner_tag` (hexadecimal) it goes into the sealed chain of a bid, where nobody else reads it before the tender
    is opened; like an anonymous one it names nobody. `supplier_id`: that supplier may read the row, too.
    """
    if not in_command():
        raise RuntimeError("append() needs an open command")
    is_nameless = is_anonymous or bool(owner_tag)
    values: dict[str, Any] = {"kind": object_type, "object": object_id, "company": company_id, "tag": owner_tag}
    moment = db.session.execute(_LOCK, values).scalar_one()
    content = {
        "actor": "" if is_nameless else (actor.staff_name or actor.name),
        "at": moment,
        "changes": dict(changes or {}),
        "event": event,
        "from": from_state or "",
        "internal": is_internal,
        "object": f"{object_type}:{object_id}",
        "on_behalf": actor.name if actor.staff_name and not is_nameless else "",
        "reason": reason,
        "role": role,
        "supplier": None if is_nameless else supplier_id,
        "to": to_state,
        "user": None if is_nameless else (actor.staff_id or actor.user_id),
    }
    number: int = db.session.execute(_APPEND, values | {"content": canonical(content).decode()}).scalar_one()
    return number
