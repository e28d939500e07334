"""Bank statements and their lines as pages show them: the operator's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.models.companies import Company
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.models.statements import BankLine, BankStatement
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry

STATES = {"waiting": ("open", "proposed"), "booked": ("booked",), "aside": ("ignored",)}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the work list; `company` is the best proposal's account, or whom it was booked for."""

    id: int
    booked_on: date
    amount: Decimal
    currency: str
    payer_name: str
    text: str
    state: str
    confidence: int
    reasons: tuple[str, ...]
    company: str
    has_twin: bool


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was imported; `problems` are messages as JSON."""

    id: int
    file_name: str
    account: str
    number: str
    from_on: date | None
    to_on: date | None
    lines: int
    known: int
    waiting: int
    imported_at: datetime
    user_name: str
    problems: Sequence[Any]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """Something open of an account that money can be used for."""

    id: int
    number: str
    kind: str
    due_on: date
    currency: str
    amount: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal in words' reach: account, claims with amounts, why and how sure."""

    place: int
    company_code: str
    company_name: str
    confidence: int
    reasons: tuple[str, ...]
    parts: tuple[tuple[str, Decimal, Decimal], ...]  # number, amount, discount


@dataclass(frozen=True, slots=True)
class LinePage:
    """One line with what may be done about it. `left` is what of the payment is not used, above zero."""

    line: BankLine
    file_name: str
    company_code: str
    company_name: str
    offers: tuple[Offer, ...]
    settled: tuple[tuple[str, Decimal], ...]
    left: Decimal
    history: Sequence[AuditEntry]


def counts(actor: Actor) -> dict[str, int]:
    """How many lines are in each state of STATES."""
    _demand_operator(actor)
    found = {
        row[0]: row[1]
        for row in db.session.execute(select(BankLine.state, func.count(BankLine.id)).group_by(BankLine.state))
    }
    return {name: sum(found.get(state, 0) for state in states) for name, states in STATES.items()}


def lines(
    actor: Actor, state: str, *, search: str = "", after: tuple[str, ...] | None = None,
    before: tuple[str, ...] | None = None, limit: int = 51,
) -> list[LineRow]:  # fmt: skip
    """One page of lines in a state of STATES, the newest first; keys are ids. One statement."""
    _demand_operator(actor)
    statement = (
        select(BankLine, Company.name)
        .outerjoin(Company, Company.id == BankLine.company_id)
        .where(BankLine.state.in_(STATES[state]))
    )
    if search:
        words = [BankLine.payer_name, BankLine.text, BankLine.payer_account, Company.name]
        statement = statement.where(or_(*(word.icontains(search, autoescape=True) for word in words)))
    bound = before or after
    if bound is not None:
        try:
            key = int(bound[0])
        except (ValueError, IndexError):
            raise NotFound from None
        statement = statement.where(BankLine.id > key if before else BankLine.id < key)
    rows = db.session.execute(
        statement.order_by(BankLine.id if before else BankLine.id.desc()).limit(limit)
    ).all()  # fmt: skip
    found = [
        LineRow(
            line.id, line.booked_on, line.amount, line.currency, line.payer_name, line.text, line.state,
            line.confidence, tuple(line.proposal[0]["reasons"]) if line.proposal else (), name or "",
            line.twin_id is not None,
        )
        for line, name in rows
    ]  # fmt: skip
    return found[::-1] if before else found


def statements(actor: Actor, *, limit: int = 10) -> list[StatementRow]:
    """The latest imports. One statement."""
    _demand_operator(actor)
    waiting = (
        select(func.count(BankLine.id))
        .where(BankLine.statement_id == BankStatement.id, BankLine.state.in_(STATES["waiting"]))
        .scalar_subquery()
    )
    rows = db.session.execute(select(BankStatement, waiting).order_by(BankStatement.id.desc()).limit(limit))
    return [
        StatementRow(
            one.id, one.file_name, one.account, one.number, one.from_on, one.to_on, one.line_count, one.known_count,
            open_lines, one.imported_at, one.user_name, one.problems,
        )
        for one, open_lines in rows
    ]  # fmt: skip


def line(actor: Actor, line_id: int) -> LinePage:
    """One line with its proposals, what it settled, and its history."""
    _demand_operator(actor)
    row = db.session.execute(
        select(BankLine, BankStatement.file_name, Company.code, Company.name)
        .join(BankStatement, BankStatement.id == BankLine.statement_id)
        .outerjoin(Company, Company.id == BankLine.company_id)
        .where(BankLine.id == line_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found, file_name, code, name = row
    return LinePage(
        found, file_name, code or "", name or "", _offers(found), _settled(found), _left(found),
        audit.history(actor, "bank_line", line_id),
    )  # fmt: skip


def _offers(found: BankLine) -> tuple[Offer, ...]:
    if found.state not in STATES["waiting"]:
        return ()
    companies = {
        row.id: row
        for row in db.session.execute(
            select(Company.id, Company.code, Company.name).where(
                Company.id.in_([one["company_id"] for one in found.proposal])
            )
        )
    }
    items = [part["item_id"] for one in found.proposal for part in one["parts"]]
    numbers: dict[int, str] = {
        row[0]: row[1]
        for row in db.session.execute(select(OpenItem.id, OpenItem.number).where(OpenItem.id.in_(items)))
    }  # fmt: skip
    return tuple(
        Offer(
            place, companies[one["company_id"]].code, companies[one["company_id"]].name, one["confidence"],
            tuple(one["reasons"]),
            tuple((numbers.get(part["item_id"], "?"), Decimal(part["amount"]), Decimal(part["discount"]))
                  for part in one["parts"]),
        )
        for place, one in enumerate(found.proposal) if one["company_id"] in companies
    )  # fmt: skip


def _settled(found: BankLine) -> tuple[tuple[str, Decimal], ...]:
    if found.item_id is None:
        return ()
    rows = db.session.execute(
        select(OpenItem.number, Settlement.amount)
        .join(OpenItem, OpenItem.id == Settlement.debit_id)
        .where(Settlement.credit_id == found.item_id, Settlement.reversed_at.is_(None))
        .order_by(Settlement.id)
    )
    return tuple((row[0], row[1]) for row in rows)


def _left(found: BankLine) -> Decimal:
    if found.item_id is None or found.amount < 0:
        return Decimal(0)
    return -(db.session.scalar(select(OpenItem.open_amount).where(OpenItem.id == found.item_id)) or Decimal(0))


def open_claims(actor: Actor, company_id: int, currency: str, *, limit: int = 200) -> list[ClaimRow]:
    """What an account owes in a currency, the oldest first."""
    _demand_operator(actor)
    rows = db.session.execute(
        select(
            OpenItem.id, OpenItem.number, OpenItem.kind, OpenItem.due_on, OpenItem.currency, OpenItem.amount,
            OpenItem.open_amount,
        )
        .where(OpenItem.company_id == company_id, OpenItem.currency == currency, OpenItem.open_amount > 0)
        .order_by(OpenItem.due_on, OpenItem.id).limit(limit)
    )  # fmt: skip
    return [ClaimRow(*row) for row in rows]


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
