"""Mandates, what can be collected by them, and the runs that were given to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.billing.models.payments import DebitRun, Mandate
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

# Claims in euro in our own name, less what is contested, of accounts with a mandate in force; none is collected twice.
_DUE = text("""
SELECT i.id, i.company_id, c.code, c.name, i.number, i.due_on, i.open_amount - least(i.dispute_amount, i.open_amount) AS amount,
    m.id AS mandate_id, m.reference, m.scheme, m.is_used
FROM open_items i JOIN companies c ON c.id = i.company_id
JOIN LATERAL (
    SELECT * FROM mandates m WHERE m.company_id = i.company_id AND m.revoked_on IS NULL AND m.signed_on <= :today
    ORDER BY m.signed_on DESC, m.id DESC LIMIT 1
) m ON true
WHERE i.open_amount > i.dispute_amount AND i.currency = 'EUR' AND i.entity_id IS NULL AND i.kind <> 'refund'
  AND (CAST(:ids AS bigint[]) IS NULL OR i.id = ANY(CAST(:ids AS bigint[])))
  AND NOT EXISTS (SELECT 1 FROM debit_entries e WHERE e.item_id = i.id AND e.state = 'sent')
ORDER BY i.due_on, i.id LIMIT 1000""")
_ENTRIES = text("""
SELECT e.id, c.code, c.name, i.number, e.amount, m.reference, e.sequence, e.end_to_end, e.state
FROM debit_entries e JOIN companies c ON c.id = e.company_id JOIN open_items i ON i.id = e.item_id
JOIN mandates m ON m.id = e.mandate_id WHERE e.run_id = :run ORDER BY e.id""")


@dataclass(frozen=True, slots=True)
class Due:
    """A claim that can be collected; `amount` in euro."""

    item_id: int
    company_id: int
    code: str
    name: str
    number: str
    due_on: date
    amount: Decimal
    mandate_id: int
    mandate: str
    scheme: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim within a run."""

    id: int
    code: str
    name: str
    number: str
    amount: Decimal
    mandate: str
    sequence: str
    end_to_end: str
    state: str


def due(actor: Actor, today: date, item_ids: Sequence[int] | None = None) -> list[Due]:
    """What can be collected (all of it, or of these items), the longest due first. Operator only. One statement."""
    _demand_operator(actor)
    ids = None if item_ids is None else list(item_ids)
    return [Due(*row) for row in db.session.execute(_DUE, {"today": today, "ids": ids})]


def runs(actor: Actor, *, limit: int = 20) -> Sequence[DebitRun]:
    """The latest runs."""
    _demand_operator(actor)
    return db.session.scalars(select(DebitRun).order_by(DebitRun.id.desc()).limit(limit)).all()


def run(actor: Actor, run_id: int) -> tuple[DebitRun, list[Entry]]:
    """A run and its entries. Two statements."""
    _demand_operator(actor)
    found = db.session.get(DebitRun, run_id)
    if found is None:
        raise NotFound
    return found, [Entry(*row) for row in db.session.execute(_ENTRIES, {"run": run_id})]


def mandates(actor: Actor, company_id: int) -> Sequence[Mandate]:
    """The mandates of an account, the newest first."""
    _demand_operator(actor)
    return db.session.scalars(
        select(Mandate).where(Mandate.company_id == company_id).order_by(Mandate.id.desc())
    ).all()  # fmt: skip


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
