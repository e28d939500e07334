"""Who changed what: written in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, or_, select

from app.core.actor import Actor
from app.core.db import db
from app.core.models import AuditEntry
from app.core.texts import Message


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.as_json()
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return value


def record(
    actor: Actor,
    object_type: str,
    object_id: int,
    action: str,
    changes: Mapping[str, Any] | None = None,
    *,
    company_id: int | None = None,
) -> None:
    """Write one audit row. `company_id` is the owner of the object when that is not the actor's company.

    `changes` maps a field to its new value or to a pair [before, after]; exact values become text.
    """
    owner = actor.company_id if company_id is None else company_id
    _write(actor, object_type, [(object_id, action, owner, changes or {})])


def record_many(actor: Actor, object_type: str, entries: Iterable[tuple[int, str, int, Mapping[str, Any]]]) -> None:
    """The same for many objects in one statement: (object id, action, id of the owning company, changes)."""
    _write(actor, object_type, entries)


def _write(actor: Actor, object_type: str, entries: Iterable[tuple[int, str, int, Mapping[str, Any]]]) -> None:
    rows = [
        {
            "company_id": owner,
            "user_id": actor.user_id,
            "user_name": actor.name,
            "staff_id": actor.staff_id,
            "staff_name": actor.staff_name,
            "via": str(actor.via),
            "object_type": object_type,
            "object_id": object_id,
            "action": action,
            "changes": _plain(changes),
        }
        for object_id, action, owner, changes in entries
    ]
    if rows:
        db.session.execute(insert(AuditEntry).inline(), rows)


def history(actor: Actor, object_type: str, object_id: int) -> list[AuditEntry]:
    """The audit rows of one object, oldest first; a tenant sees only rows of its own company."""
    statement = select(AuditEntry).where(AuditEntry.object_type == object_type, AuditEntry.object_id == object_id)
    if not actor.is_operator:
        statement = statement.where(AuditEntry.company_id == actor.company_id)
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))


def entries(
    actor: Actor,
    *,
    search: str = "",
    object_type: str = "",
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 51,
) -> list[AuditEntry]:
    """Audit rows, the latest first, for the operator's page; `search` finds persons and actions.

    `before_id` goes on to older rows, `after_id` back to newer ones; both in reading order.
    """
    statement = select(AuditEntry)
    if not actor.is_operator:
        statement = statement.where(AuditEntry.company_id == actor.company_id)
    if search.strip():
        statement = statement.where(
            or_(
                AuditEntry.user_name.icontains(search.strip(), autoescape=True),
                AuditEntry.staff_name.icontains(search.strip(), autoescape=True),
                AuditEntry.action.icontains(search.strip(), autoescape=True),
            )
        )
    if object_type:
        statement = statement.where(AuditEntry.object_type == object_type)
    if before_id is not None:
        statement = statement.where(AuditEntry.id < before_id)
    if after_id is not None:
        rows = db.session.scalars(statement.where(AuditEntry.id > after_id).order_by(AuditEntry.id).limit(limit)).all()
        return list(rows)[::-1]
    return list(db.session.scalars(statement.order_by(AuditEntry.id.desc()).limit(limit)))
