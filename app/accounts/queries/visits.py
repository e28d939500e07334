"""Visits: times in which somebody of the operator acted for a person of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from app.accounts.domain.visits import StaffAccess, VisitState
from app.accounts.models.companies import Company
from app.accounts.models.visits import BuyerVisit
from app.accounts.policy import Permission
from app.accounts.queries.companies import own_or_asked
from app.accounts.queries.sign_ins import id_of
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit. `deeds`: how many changes were made in it."""

    id: int
    company_id: int
    buyer_id: int
    buyer_name: str
    staff_id: int
    staff_name: str
    reason: str
    state: VisitState
    asked_at: datetime
    started_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    decided_by: str
    deeds: int


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a visit lets somebody act at this moment."""
    return (BuyerVisit.state == VisitState.OPEN) & (BuyerVisit.expires_at > now)


def _columns() -> tuple[Any, ...]:
    deeds = (
        select(func.count())
        .where(
            AuditEntry.company_id == BuyerVisit.company_id, AuditEntry.staff_id == BuyerVisit.staff_id,
            AuditEntry.user_id == BuyerVisit.buyer_id, AuditEntry.at >= BuyerVisit.started_at,
            AuditEntry.at <= func.coalesce(BuyerVisit.ended_at, BuyerVisit.expires_at),
        )
        .scalar_subquery()
    )  # fmt: skip
    state = case(
        ((BuyerVisit.state == VisitState.OPEN) & (BuyerVisit.expires_at <= clock.now()), str(VisitState.ENDED)),
        else_=BuyerVisit.state,
    )
    return (
        BuyerVisit.id, BuyerVisit.company_id, BuyerVisit.buyer_id, BuyerVisit.buyer_name, BuyerVisit.staff_id,
        BuyerVisit.staff_name, BuyerVisit.reason, state, BuyerVisit.asked_at, BuyerVisit.started_at,
        BuyerVisit.expires_at, func.coalesce(BuyerVisit.ended_at, BuyerVisit.expires_at), BuyerVisit.decided_by, deeds,
    )  # fmt: skip


def visits(
    actor: Actor,
    company_id: int | None = None,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int,
) -> list[VisitRow]:
    """The visits at an account, by default the own one, the latest first; keys are (id,). One statement."""
    statement = select(*_columns()).where(BuyerVisit.company_id == own_or_asked(actor, company_id))
    from_id, to_id = id_of(after), id_of(before)
    if to_id is not None:
        rows = db.session.execute(statement.where(BuyerVisit.id > to_id).order_by(BuyerVisit.id).limit(limit)).all()
        return [_visit(row) for row in reversed(rows)]
    if from_id is not None:
        statement = statement.where(BuyerVisit.id < from_id)
    return [_visit(row) for row in db.session.execute(statement.order_by(BuyerVisit.id.desc()).limit(limit))]


def waiting(actor: Actor) -> list[VisitRow]:
    """What the person may say yes or no to: asked for himself, for an administrator also for colleagues."""
    statement = select(*_columns()).where(
        BuyerVisit.company_id == actor.company_id, BuyerVisit.state == VisitState.ASKED
    )
    if not actor.can(Permission.MANAGE_PEOPLE):
        statement = statement.where(BuyerVisit.buyer_id == actor.user_id)
    return [_visit(row) for row in db.session.execute(statement.order_by(BuyerVisit.id))]


def own_open(actor: Actor) -> list[VisitRow]:
    """What somebody of the operator has asked for or may begin."""
    statement = select(*_columns()).where(
        BuyerVisit.staff_id == actor.user_id,
        or_(BuyerVisit.state == VisitState.ASKED, BuyerVisit.state == VisitState.GRANTED),
    )
    return [_visit(row) for row in db.session.execute(statement.order_by(BuyerVisit.id.desc()))]


def visit(actor: Actor, visit_id: int) -> VisitRow:
    """One visit; a stranger's is NotFound."""
    statement = select(*_columns()).where(BuyerVisit.id == visit_id)
    if not actor.is_operator:
        statement = statement.where(BuyerVisit.company_id == actor.company_id)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _visit(row)


def staff_access(actor: Actor, company_id: int | None = None) -> StaffAccess:
    """What the account has chosen."""
    found = db.session.scalar(select(Company.staff_access).where(Company.id == own_or_asked(actor, company_id)))
    if found is None:
        raise NotFound
    return StaffAccess(found)


def _visit(row: Sequence[Any]) -> VisitRow:
    values = list(row)
    values[7] = VisitState(values[7])
    return VisitRow(*values)
