"""The desk of a customer's accountant: all companies that the person keeps the books of, at once.

A person belongs to several companies and acts for one at a time. Here the rows of all of them are read, so the companies
come from the person's own memberships inside the same statement, never from outside; who acts for a buyer sees one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.billing.policy import GRANTS, Permission
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import system_scope
from app.core.texts import N_

STATES = ("open", "overdue", "settled")
MOST_FILES = 500
_ROLES = sorted(GRANTS[Permission.RECEIVABLES])
_MINE = """
WITH mine AS (
    SELECT c.id, c.code, c.name FROM memberships m JOIN companies c ON c.id = m.company_id
    WHERE m.user_id = :user AND m.is_active AND m.role = ANY(:roles) AND c.kind = 'customer' AND c.state = 'approved'
      AND (CAST(:only AS bigint) IS NULL OR c.id = :only)
)"""
_COMPANIES = text(f"""{_MINE}
SELECT mine.id, mine.code, mine.name, coalesce(i.currency, ''), coalesce(sum(i.open_amount), 0),
    coalesce(sum(i.open_amount) FILTER (WHERE i.open_amount > 0 AND i.due_on < :today), 0),
    count(i.id) FILTER (WHERE i.open_amount > 0)
FROM mine LEFT JOIN open_items i ON i.company_id = mine.id AND i.open_amount <> 0
GROUP BY mine.id, mine.code, mine.name, i.currency ORDER BY mine.name, mine.id, i.currency""")  # noqa: S608 -- constants
_DOCUMENTS = f"""{_MINE}, found AS (
    SELECT n.id, mine.id AS company_id, mine.name AS company, n.number, n.kind, n.order_number, n.po_number, n.issued_on,
        n.due_on, n.currency, n.net_total, n.gross_total, coalesce(i.open_amount, 0) AS open_amount,
        coalesce(i.dispute_amount, 0) AS disputed, n.state, f.sha256
    FROM mine JOIN invoices n ON n.company_id = mine.id
    LEFT JOIN open_items i ON i.invoice_id = n.id AND i.kind IN ('invoice', 'credit_note', 'prepayment')
    LEFT JOIN invoice_files f ON f.invoice_id = n.id AND f.form = 'pdf'
    WHERE (CAST(:company AS bigint) IS NULL OR mine.id = :company)
      AND (CAST(:start AS date) IS NULL OR n.issued_on >= :start) AND (CAST(:end AS date) IS NULL OR n.issued_on <= :end)
      AND (:text = '' OR strpos(n.search_text, :text) > 0)
      AND (:state = '' OR (:state = 'open' AND i.open_amount > 0) OR (:state = 'settled' AND i.open_amount = 0)
           OR (:state = 'overdue' AND i.open_amount > 0 AND n.due_on < :today))
)"""  # noqa: S608 -- constants
_FORWARDS = text(f"""{_DOCUMENTS} SELECT * FROM found
WHERE CAST(:day AS date) IS NULL OR (issued_on, id) < (CAST(:day AS date), :id)
ORDER BY issued_on DESC, id DESC LIMIT :limit""")  # noqa: S608 -- constants
_BACKWARDS = text(f"""{_DOCUMENTS} SELECT * FROM found
WHERE (issued_on, id) > (CAST(:day AS date), :id) ORDER BY issued_on, id LIMIT :limit""")  # noqa: S608 -- constants
_SUMS = text(f"""{_DOCUMENTS} SELECT currency, count(*), sum(gross_total), sum(open_amount) FROM found
GROUP BY currency ORDER BY currency""")  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class DeskCompany:
    """A company of the person and what it owes in one currency; `currency` is empty when nothing is open."""

    id: int
    code: str
    name: str
    currency: str
    balance: Decimal
    overdue: Decimal
    open_count: int


@dataclass(frozen=True, slots=True)
class DeskDocument:
    """An invoice or credit note of one of the companies. `sha256` is that of its PDF, None while it is made."""

    id: int
    company_id: int
    company: str
    number: str
    kind: str
    order_number: str
    po_number: str
    issued_on: date
    due_on: date
    currency: str
    net: Decimal
    gross: Decimal
    open: Decimal
    disputed: Decimal
    state: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class DeskFilters:
    """Empty fields do not narrow; days are those of issue, both included."""

    company_id: int | None = None
    state: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""


def companies(actor: Actor, today: date) -> list[DeskCompany]:
    """The companies whose books the person keeps, with what they owe; one row a currency. One statement."""
    return [DeskCompany(*row) for row in _read(_COMPANIES, _who(actor) | {"today": today})]


def documents(
    actor: Actor,
    filters: DeskFilters,
    today: date,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[DeskDocument]:
    """Documents of all these companies, the newest first; keys are (issued_on, id). One statement."""
    values = _values(actor, filters, today) | {"day": None, "id": None, "limit": limit}
    bound = before or after
    if bound is not None:
        try:
            values |= {"day": date.fromisoformat(bound[0]), "id": int(bound[1])}
        except (ValueError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
    rows = [DeskDocument(*row) for row in _read(_BACKWARDS if before else _FORWARDS, values)]
    return rows[::-1] if before else rows


def sums(actor: Actor, filters: DeskFilters, today: date) -> list[tuple[str, int, Decimal, Decimal]]:
    """Currency, number of documents, gross and what is open of all that the filters let through. One statement."""
    return [(row[0], row[1], row[2], row[3]) for row in _read(_SUMS, _values(actor, filters, today))]


def _values(actor: Actor, filters: DeskFilters, today: date) -> dict[str, Any]:
    return _who(actor) | {
        "company": filters.company_id, "state": filters.state, "start": filters.start, "end": filters.end,
        "text": filters.text.lower(), "today": today,
    }  # fmt: skip


def _who(actor: Actor) -> dict[str, Any]:
    if actor.user_id is None:
        raise NotFound
    return {"user": actor.user_id, "roles": _ROLES, "only": actor.company_id if actor.desk else None}


def _read(statement: Any, values: dict[str, Any]) -> Sequence[Any]:
    with system_scope("desk: a person's companies are several"):
        return db.session.execute(statement, values).all()
