"""What mails about requests say, and to whom they go; asked in operator scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.service.tokens import approval_token
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import Money
from app.core.texts import Message
from app.core.units import unit_name
from app.ordering.domain.approval_conditions import Firing
from app.ordering.domain.approval_request import RequestState, Trouble
from app.ordering.models.approvals import ApprovalLine

LINES_NAMED = 5


@dataclass(frozen=True, slots=True)
class RequestLetter:
    """One request for one reader. `link_made_at` is None where he has no link that still works."""

    id: int
    company_id: int
    number: str
    company: str
    person: str
    requester_id: int
    reader: str
    state: RequestState
    net_total: Decimal
    currency: str
    line_count: int
    reason: str
    trouble: Trouble | None
    expires_at: datetime
    order_number: str
    link_made_at: datetime | None
    why: tuple[Message, ...]
    lines: tuple[tuple[Decimal, str, str], ...]  # quantity, unit, name
    changes: tuple[tuple[str, Decimal, Decimal, str], ...]  # SKU, asked for, now (0: struck), reason
    decided_by: str


_ONE = text("""
SELECT a.id, a.company_id, a.number, c.name AS company, u.name AS person, a.user_id, r.name AS reader, a.state,
    a.net_total, a.currency, a.line_count, a.reason, a.trouble, a.expires_at,
    coalesce((SELECT o.number FROM orders o WHERE o.id = a.order_id), '') AS order_number,
    (SELECT max(k.created_at) FROM approval_links k
     WHERE k.approval_id = a.id AND k.user_id = :reader AND k.ended_at IS NULL) AS link_made_at,
    (SELECT coalesce(json_agg(t.firing ORDER BY t.position, t.id), '[]') FROM approval_steps t
     WHERE t.approval_id = a.id AND t.state = 'open') AS firings,
    (SELECT coalesce(string_agg(DISTINCT b.name, ', '), '') FROM approval_steps t
     JOIN approval_seats s ON s.step_id = t.id JOIN users b ON b.id = s.decided_by_id
     WHERE t.approval_id = a.id) AS decided_by
FROM approvals a JOIN companies c ON c.id = a.company_id JOIN users u ON u.id = a.user_id
JOIN users r ON r.id = :reader WHERE a.id = :id""")


def request_letter(actor: Actor, approval_id: int, reader_id: int) -> RequestLetter:
    row = db.session.execute(_ONE, {"id": approval_id, "reader": reader_id}).one_or_none()
    if row is None:
        raise NotFound
    lines = db.session.execute(
        select(
            ApprovalLine.quantity, ApprovalLine.unit, ApprovalLine.name, ApprovalLine.sku, ApprovalLine.asked_quantity,
            ApprovalLine.is_struck, ApprovalLine.reason,
        ).where(ApprovalLine.approval_id == approval_id).order_by(ApprovalLine.net.desc(), ApprovalLine.position)
    ).all()  # fmt: skip
    return RequestLetter(
        row.id, row.company_id, row.number, row.company, row.person, row.user_id, row.reader, RequestState(row.state),
        row.net_total, row.currency, row.line_count, row.reason,
        Trouble.from_json(row.trouble) if row.trouble else None, row.expires_at, row.order_number, row.link_made_at,
        tuple(Firing.from_json(one).message for one in row.firings),
        tuple((one.quantity, one.unit, one.name) for one in lines if not one.is_struck)[:LINES_NAMED],
        tuple(_change(one) for one in lines if one.reason), row.decided_by,
    )  # fmt: skip


def _change(row: Any) -> tuple[str, Decimal, Decimal, str]:
    return row.sku, row.asked_quantity, Decimal(0) if row.is_struck else row.quantity, row.reason


def asking(row: RequestLetter) -> dict[str, Any]:
    """The facts of every mail that asks somebody to decide."""
    return {
        "name": row.reader, "person": row.person, "company": row.company, "number": row.number,
        "value": Money(row.net_total, row.currency), "count": row.line_count, "why": row.why,
        "expires_at": row.expires_at,
        "lines": [(quantity, unit_name(unit), name) for quantity, unit, name in row.lines],
        "more": max(row.line_count - len(row.lines), 0),
    }  # fmt: skip


def way_in(row: RequestLetter, user_id: int, way: str) -> tuple[str, tuple[str, ...]]:
    """The address in a notice, and what of it is secret: a link of the reader's own by mail, on the page the request's."""
    if way == "page":
        return f"/approvals/{row.number}", ()
    if row.link_made_at is None:
        raise NotFound
    token = approval_token(row.id, user_id, row.link_made_at)
    return f"/approvals/by-mail/{token}", (token,)


_ASKED = text("""
SELECT DISTINCT k.user_id FROM approval_links k
JOIN approval_steps t ON t.approval_id = k.approval_id AND t.state = 'open'
JOIN approval_seats s ON s.step_id = t.id AND s.approved_at IS NULL
WHERE k.approval_id = :id AND k.ended_at IS NULL AND (CAST(:step AS bigint) IS NULL OR (t.id = :step AND s.is_escalated))
    AND (k.user_id = s.holder_id OR EXISTS (
        SELECT 1 FROM approval_deputies d WHERE d.user_id = s.holder_id AND d.deputy_id = k.user_id
        AND CAST(:day AS date) BETWEEN d.starts_on AND d.ends_on))
ORDER BY k.user_id""")


def asked_people(actor: Actor, approval_id: int, day: Any, step_id: int | None = None) -> list[int]:
    """Who may decide now, deputies of the day included; of one step those who were asked because nobody decided."""
    return list(db.session.scalars(_ASKED, {"id": approval_id, "step": step_id, "day": day}))


def company_and_day(actor: Actor, approval_id: int) -> tuple[int, Any, int]:
    """(company, its day, who asks)."""
    row = db.session.execute(_COMPANY, {"id": approval_id}).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


_COMPANY = text("""
SELECT a.company_id, (now() AT TIME ZONE c.time_zone)::date, a.user_id
FROM approvals a JOIN companies c ON c.id = a.company_id WHERE a.id = :id""")
