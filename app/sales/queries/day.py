"""What waits this morning: conversations without an answer and quotes that run out, of one manager's accounts or of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db

SHOWN = 6
EXPIRES_WITHIN = timedelta(days=7)

_WAITING = text("""
SELECT v.id, c.code, c.name, v.subject_kind, v.subject_number, v.last_author, v.last_text, v.waiting_since, v.due_at
FROM conversations v JOIN companies c ON c.id = v.company_id
WHERE v.waits_for = 'operator' AND (CAST(:manager AS bigint) IS NULL OR c.manager_id = :manager)
ORDER BY v.due_at NULLS LAST, v.id LIMIT :most""")
_EXPIRING = text("""
SELECT q.number, c.code, c.name, q.title, q.net_total, q.currency, q.valid_until
FROM quotes q JOIN companies c ON c.id = q.company_id
WHERE q.state IN ('offered', 'countered') AND q.valid_until BETWEEN :now AND :until
    AND (CAST(:manager AS bigint) IS NULL OR c.manager_id = :manager OR q.owner_id = :manager)
ORDER BY q.valid_until, q.id LIMIT :most""")


@dataclass(frozen=True, slots=True)
class WaitingThread:
    """A conversation in which a customer waits for us."""

    id: int
    company_code: str
    company_name: str
    subject_kind: str
    subject_number: str
    author: str
    text: str
    waiting_since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpiringQuote:
    """An offer that can soon no longer be accepted; `net` in `currency`."""

    number: str
    company_code: str
    company_name: str
    title: str
    net: Decimal | None
    currency: str
    valid_until: datetime


def waiting_threads(actor: Actor, manager_id: int | None) -> list[WaitingThread]:
    """The most urgent first."""
    return [WaitingThread(*row) for row in db.session.execute(_WAITING, {"manager": manager_id, "most": SHOWN})]


def expiring_quotes(actor: Actor, manager_id: int | None) -> list[ExpiringQuote]:
    """Offers that end within a week, the next end first; also those the manager made for accounts of others."""
    now = clock.now()
    values: dict[str, Any] = {"manager": manager_id, "now": now, "until": now + EXPIRES_WITHIN, "most": SHOWN}
    return [ExpiringQuote(*row) for row in db.session.execute(_EXPIRING, values)]
