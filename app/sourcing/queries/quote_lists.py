"""Quotes in lists, and why offers were declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.texts import Message
from app.sourcing.domain.quote_machine import LABELS, LOST_REASONS


@dataclass(frozen=True, slots=True)
class QuoteFilter:
    """What to leave out; `due_within_days`: the offer ends within so many days."""

    states: tuple[str, ...] = ()
    text: str = ""
    owner_id: int | None = None
    company_id: int | None = None
    due_within_days: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote in a list; `label` is the state in the words of the reader's side."""

    id: int
    number: str
    state: str
    title: str
    company_id: int
    company_code: str
    company_name: str
    buyer_name: str
    owner_name: str
    currency: str
    net_total: Decimal | None
    list_total: Decimal | None
    valid_until: datetime | None
    changed_at: datetime
    current_version: int
    reason_code: str
    line_count: int
    side: str

    @property
    def label(self) -> Message:
        return LABELS[self.side][self.state]

    @property
    def key(self) -> tuple[str, int]:
        """Where the list goes on."""
        return self.changed_at.isoformat(), self.id


@dataclass(frozen=True, slots=True)
class LostRow:
    """Offers declined for one reason, in one currency."""

    reason_code: str
    label: Message
    count: int
    net: Decimal | None
    currency: str


_CONTAINS = """(q.number ILIKE :text OR q.title ILIKE :text OR EXISTS (
    SELECT FROM companies k WHERE k.id = q.company_id AND (k.name ILIKE :text OR k.code ILIKE :text)))"""
_PAGE = """
WITH page AS (
    SELECT q.* FROM quotes q
    WHERE {wanted}
      AND (CAST(:at AS timestamptz) IS NULL OR (q.changed_at, q.id) {beyond} (CAST(:at AS timestamptz), CAST(:id AS bigint)))
    ORDER BY q.changed_at {way}, q.id {way} LIMIT :limit
)
SELECT q.id, q.number, q.state, q.title, q.company_id, c.code, c.name, q.buyer_name,
       coalesce(nullif(q.owner_name, ''), u.name, ''), q.currency, q.net_total, q.list_total, q.valid_until,
       q.changed_at, q.current_version, q.reason_code,
       (SELECT count(*) FROM quote_lines l WHERE l.quote_id = q.id), :side
FROM page q JOIN companies c ON c.id = q.company_id LEFT JOIN users u ON u.id = q.owner_id
ORDER BY q.changed_at {way}, q.id {way}"""


def quotes_page(
    actor: Actor,
    filters: QuoteFilter,
    *,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
    limit: int = 51,
) -> list[QuoteRow]:
    """Quotes the actor may see, the latest change first; one statement. What buyers have not sent is theirs alone."""
    is_backwards = before is not None and not after
    key = after or before or (None, None)
    wanted, values = _wanted(actor, filters)
    side = "sales" if actor.is_operator else "buyer"
    way, beyond = ("ASC", ">") if is_backwards else ("DESC", "<")
    statement = text(_PAGE.format(wanted=wanted, way=way, beyond=beyond))
    rows = db.session.execute(statement, values | {"at": key[0], "id": key[1], "limit": limit, "side": side})
    found = [QuoteRow(*row) for row in rows]
    return found[::-1] if is_backwards else found


def _wanted(actor: Actor, filters: QuoteFilter) -> tuple[str, dict[str, Any]]:
    """Conditions of constant text, and their values."""
    company_id = filters.company_id if actor.is_operator else actor.company_id
    conditions = ["q.state <> 'draft'" if actor.is_operator else "NOT q.is_hidden"]
    values: dict[str, Any] = {}
    for condition, name, value in (
        ("q.company_id = :company", "company", company_id),
        ("q.state = ANY(CAST(:states AS text[]))", "states", list(filters.states) or None),
        ("q.owner_id = :owner", "owner", filters.owner_id),
        ("q.user_id = :person", "person", filters.user_id),
        ("q.valid_until < clock_timestamp() + make_interval(days => :days)", "days", filters.due_within_days),
        (_CONTAINS, "text", _pattern(filters.text)),
    ):
        if value is not None:
            conditions.append(condition)
            values[name] = value
    return " AND ".join(conditions), values


def _pattern(entered: str) -> str | None:
    if not entered.strip():
        return None
    plain = "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in entered.strip())
    return f"%{plain}%"


_COUNTS = text("""
SELECT q.state, count(*) FROM quotes q
WHERE (CAST(:company AS bigint) IS NULL OR q.company_id = :company)
  AND q.state = ANY(ARRAY['draft', 'requested', 'info_needed', 'in_preparation', 'price_approval', 'offered', 'countered',
                          'accepted'])
GROUP BY q.state""")


def quote_counts(actor: Actor) -> Mapping[str, int]:
    """How many open quotes are in each state; one statement."""
    rows = db.session.execute(_COUNTS, {"company": None if actor.is_operator else actor.company_id})
    return dict(iter(rows))


_LOST = text("""
SELECT q.reason_code, count(*), sum(q.net_total), q.currency FROM quotes q
WHERE q.state = 'declined_by_buyer' AND q.ended_at >= :since AND q.ended_at < :until
GROUP BY q.reason_code, q.currency ORDER BY count(*) DESC, q.reason_code""")


def lost_reasons(actor: Actor, since: datetime, until: datetime) -> list[LostRow]:
    """Why buyers declined offers in a time, the most frequent reason first; for the operator."""
    rows = db.session.execute(_LOST, {"since": since, "until": until})
    return [
        LostRow(code, LOST_REASONS.get(code, LOST_REASONS["other"]), count, net, currency)
        for code, count, net, currency in rows
    ]
