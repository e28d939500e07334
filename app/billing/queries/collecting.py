"""What waits for a collective invoice, the runs, and one run as it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from app.accounts.models.companies import Company
from app.billing.domain.rules import RunPeriod
from app.billing.models.deposits import PackagingItem, PackagingMove
from app.billing.models.invoices import Invoice
from app.billing.models.runs import InvoiceRun, InvoiceRunItem
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible

_WAITING = text("""
SELECT c.code, c.name, coalesce(r.period, '') AS period, count(*) AS lines, min(b.sent_on) AS since
FROM billables b JOIN companies c ON c.id = b.company_id
LEFT JOIN invoice_rules r ON r.company_id = b.company_id AND r.mode = 'collective'
WHERE b.invoice_id IS NULL GROUP BY c.code, c.name, r.period ORDER BY min(b.sent_on), c.code LIMIT :limit""")
_CLOSED = text("""
SELECT DISTINCT ON (entity_id) entity_id, through, user_name, closed_at, reason FROM closed_periods
WHERE reopened_at IS NULL ORDER BY entity_id, through DESC""")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of an account that were sent and are not invoiced; `period` is empty where it is not invoiced in runs."""

    code: str
    name: str
    period: str
    lines: int
    since: date


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run; `done` of `total` invoices are settled one way or the other, `failed` of them wait for a person."""

    id: int
    period: RunPeriod
    through: date
    issued_on: date
    state: str
    total: int
    done: int
    failed: int
    person: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True, slots=True)
class RunItem:
    code: str
    name: str
    state: str
    number: str
    last_error: str


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound


def waiting(actor: Actor, *, limit: int = _SHOWN) -> list[Waiting]:
    """Accounts with deliveries that wait for an invoice, the oldest first. One statement."""
    _demand_operator(actor)
    return [Waiting(*row) for row in db.session.execute(_WAITING, {"limit": limit})]


_RUN: tuple[Any, ...] = (
    InvoiceRun.id, InvoiceRun.period, InvoiceRun.through, InvoiceRun.issued_on, InvoiceRun.state, InvoiceRun.total,
    func.count(InvoiceRunItem.id).filter(InvoiceRunItem.state != "waiting"),
    func.count(InvoiceRunItem.id).filter(InvoiceRunItem.state == "failed"), InvoiceRun.user_name, InvoiceRun.created_at,
    InvoiceRun.finished_at,
)  # fmt: skip


def runs(actor: Actor, *, limit: int = 20) -> list[RunRow]:
    """The newest runs. One statement."""
    _demand_operator(actor)
    asked = select(*_RUN).outerjoin(InvoiceRunItem).group_by(InvoiceRun.id).order_by(InvoiceRun.id.desc()).limit(limit)
    return [_run(row) for row in db.session.execute(asked)]


def run(actor: Actor, run_id: int) -> RunRow:
    """One run."""
    _demand_operator(actor)
    asked = select(*_RUN).outerjoin(InvoiceRunItem).where(InvoiceRun.id == run_id).group_by(InvoiceRun.id)
    row = db.session.execute(asked).one_or_none()
    if row is None:
        raise NotFound
    return _run(row)


def _run(row: Any) -> RunRow:
    return RunRow(row[0], RunPeriod(row[1]), *row[2:])


def run_items(actor: Actor, run_id: int, *, limit: int = _SHOWN) -> list[RunItem]:
    """Its invoices, what failed first. One statement."""
    _demand_operator(actor)
    asked = (
        select(
            Company.code,
            Company.name,
            InvoiceRunItem.state,
            func.coalesce(Invoice.number, ""),
            InvoiceRunItem.last_error,
        )
        .join(Company, Company.id == InvoiceRunItem.company_id)
        .outerjoin(Invoice, Invoice.id == InvoiceRunItem.invoice_id)
        .where(InvoiceRunItem.run_id == run_id)
        .order_by((InvoiceRunItem.state == "failed").desc(), InvoiceRunItem.position)
        .limit(limit)
    )
    return [RunItem(*row) for row in db.session.execute(asked)]


@dataclass(frozen=True, slots=True)
class ClosedBooks:
    """The books of an entity (`entity_id` None: the operator's) up to the newest day that is closed."""

    entity_id: int | None
    through: date
    person: str
    closed_at: datetime
    reason: str


def closed_books(actor: Actor) -> list[ClosedBooks]:
    """What is closed, one row each entity. One statement."""
    _demand_operator(actor)
    return [ClosedBooks(*row) for row in db.session.execute(_CLOSED)]


@dataclass(frozen=True, slots=True)
class PackagingRow:
    """Returnable packaging; `held` is how much of it an account has, or all accounts together."""

    code: str
    name: str
    deposit: Any
    currency: str
    held: Any


def packaging(actor: Actor, company_id: int | None = None) -> list[PackagingRow]:
    """Returnable packaging with what an account (None: all together) has of it. One statement."""
    held = select(func.coalesce(func.sum(PackagingMove.quantity), 0)).where(PackagingMove.item_id == PackagingItem.id)
    if company_id is not None:
        held = held.where(PackagingMove.company_id == company_id)
    held = visible(actor, held, PackagingMove)
    asked = select(
        PackagingItem.code, PackagingItem.name, PackagingItem.deposit, PackagingItem.currency, held.scalar_subquery()
    ).where(PackagingItem.is_active).order_by(PackagingItem.code)  # fmt: skip
    return [PackagingRow(*row) for row in db.session.execute(asked)]
