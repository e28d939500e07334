"""First-party activity: what customers' people do on these pages, for the funnel and the searches.

`note` collects during a web request; `flush` writes all of it with one statement after the answer is made, in a
transaction of its own: what cannot be written is logged and dropped, and never stops a page. Only people of customers
are noted, in person: neither the operator's people, nor those who act for somebody, nor machines.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text

from app.core import clock
from app.core.actor import Actor, Scope
from app.core.db import command, db, in_command, on_commit
from app.core.models import Activity
from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.operator_settings import setting_value
from app.core.tenancy import acting_as
from app.core.texts import N_

log = logging.getLogger(__name__)

KINDS = frozenset({
    "visit", "search", "search_empty", "article_view", "cart_add", "upload_problem", "checkout", "delivery_cost_shown",
    "order", "offer_shown", "offer_clicked", "recommendation_shown", "recommendation_added", "page",
})  # fmt: skip
NOTE_ACTIVITY = declare_setting(
    Setting(
        "privacy.activity",
        N_("Note what customers' people do here"),
        True,
        "switch",
        "privacy",
        help=N_("Visits, searches, articles, carts and orders, for reports. Neither address nor browser is kept."),
    )
)
ACTIVITY_DAYS = declare_setting(
    Setting(
        "privacy.activity_days",
        N_("These notes are deleted after"),
        400,
        "number",
        "privacy",
        minimum=1,
        maximum=3650,
        unit=N_("days"),
    )
)
MOST_PER_REQUEST = 200
_LONGEST = 120
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class _Note:
    actor: Actor
    kind: str
    subject: str
    subject_id: int | None
    facts: dict[str, str | int]


_notes: ContextVar[list[_Note] | None] = ContextVar("kontor_activity", default=None)

# Statement and switch in one; a lost second of notes is no loss, so the commit does not wait for the disk.
_WRITE = text(
    """
INSERT INTO activity (company_id, user_id, kind, subject, subject_id, facts)
SELECT n.company_id, n.user_id, n.kind, n.subject, n.subject_id, n.facts
FROM jsonb_to_recordset(CAST(:notes AS jsonb))
    AS n (company_id bigint, user_id bigint, kind text, subject text, subject_id bigint, facts jsonb),
    (SELECT set_config('synchronous_commit', 'off', true)) AS s (mode)
WHERE NOT EXISTS (SELECT 1 FROM operator_settings WHERE code = :switch AND value = 'false'::jsonb)
"""
)


def begin() -> None:
    """Collect from here on: around one web request."""
    _notes.set([])


def note(
    actor: Actor,
    kind: str,
    *,
    subject: str = "",
    subject_id: int | None = None,
    facts: Mapping[str, str | int] | None = None,
) -> None:
    """Note what a customer's person did. Inside a command: once it is committed, and only in a web request, so that
    what jobs and command lines do in somebody's name leaves nothing.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of activity: {kind}")
    if actor.scope is not Scope.TENANT or actor.user_id is None or actor.staff_id is not None:
        return
    short = {str(key): part[:_LONGEST] if isinstance(part, str) else part for key, part in (facts or {}).items()}
    one = _Note(actor, kind, subject[:40], subject_id, short)
    if not in_command():
        _keep(one)
    elif _notes.get() is not None:
        on_commit(lambda: _keep(one))


def _keep(one: _Note) -> None:
    held = _notes.get()
    if held is None:
        _write([one])
    elif len(held) < MOST_PER_REQUEST:
        held.append(one)


def flush() -> None:
    """Write what was collected since `begin`; whatever goes wrong is logged."""
    held = _notes.get()
    _notes.set(None)
    for company_id in dict.fromkeys(one.actor.company_id for one in held or ()):
        _write([one for one in held or () if one.actor.company_id == company_id])


def _write(notes: list[_Note]) -> None:
    rows = [
        {
            "company_id": one.actor.company_id,
            "user_id": one.actor.user_id,
            "kind": one.kind,
            "subject": one.subject,
            "subject_id": one.subject_id,
            "facts": one.facts,
        }
        for one in notes
    ]
    try:
        with acting_as(notes[0].actor):
            _store(json.dumps(rows))
    except Exception:
        log.exception("%d notes of activity are lost", len(rows))


@command
def _store(rows: str) -> None:
    db.session.execute(_WRITE, {"notes": rows, "switch": NOTE_ACTIVITY.code})


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing a person did."""

    at: datetime
    kind: str
    subject: str
    subject_id: int | None
    facts: dict[str, Any]


def traces_of(actor: Actor, user_id: int, *, limit: int = 10_000) -> list[Trace]:
    """What is kept of one person, the latest first: for the export a person may ask for. The operator only."""
    statement = (
        select(Activity.at, Activity.kind, Activity.subject, Activity.subject_id, Activity.facts)
        .where(Activity.user_id == user_id)
        .order_by(Activity.at.desc(), Activity.id.desc())
        .limit(limit)
    )
    return [Trace(*row) for row in db.session.execute(statement)] if actor.is_operator else []


def visits_of(actor: Actor, company_id: int) -> dict[int, datetime]:
    """When each person of a company was last seen doing something. The operator only."""
    statement = (
        select(Activity.user_id, func.max(Activity.at))
        .where(Activity.company_id == company_id)
        .group_by(Activity.user_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)} if actor.is_operator else {}


@command
def forget(actor: Actor, *, user_id: int | None = None, company_id: int | None = None) -> int:
    """Delete all activity of a person, of a company, or of a person in a company; how many rows went. Operator only."""
    if user_id is None and company_id is None:
        raise ValueError("whose activity?")
    if not actor.is_operator:
        return 0
    statement = delete(Activity)
    if user_id is not None:
        statement = statement.where(Activity.user_id == user_id)
    if company_id is not None:
        statement = statement.where(Activity.company_id == company_id)
    return int(getattr(db.session.execute(statement), "rowcount", 0))


@command
def drop_older(actor: Actor) -> int:
    """Delete what is older than the setting says, a bounded number at a time; how many rows went."""
    if not actor.is_operator:
        return 0
    days = setting_value(ACTIVITY_DAYS)
    old = (
        select(Activity.id)
        .where(Activity.at < clock.now() - timedelta(days=days))
        .order_by(Activity.id)
        .limit(_BATCH)
        .scalar_subquery()
    )
    return int(getattr(db.session.execute(delete(Activity).where(Activity.id.in_(old))), "rowcount", 0))
