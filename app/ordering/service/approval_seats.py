"""Who sits at which step of a request, when the steps are opened, and the links that are mailed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import insert, select, update

from app.accounts.models.companies import Company
from app.accounts.service.tokens import approval_token, token_hash
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.outbox import publish
from app.ordering.domain.approval import Step
from app.ordering.events import ApprovalAsked
from app.ordering.models.approvals import (
    Approval,
    ApprovalDeputy,
    ApprovalLink,
    ApprovalSeat,
    ApprovalStep,
)


def insert_steps(approval: Approval, steps: Sequence[Step]) -> None:
    """The steps that a person must decide, with a seat for everybody who may; two statements."""
    wanted = [step for step in steps if not step.is_automatic]
    if not wanted:
        return
    rows = db.session.scalars(
        insert(ApprovalStep).returning(ApprovalStep.id, sort_by_parameter_order=True),
        [
            {
                "company_id": approval.company_id, "approval_id": approval.id, "position": step.order,
                "kind": str(step.kind), "rule_id": step.rule_id, "name": step.name, "firing": step.firing.as_json(),
                "need": step.need, "is_fallback": step.is_fallback,
            }
            for step in wanted
        ],
    ).all()  # fmt: skip
    add_seats(approval, ((row, user_id) for row, step in zip(rows, wanted, strict=True) for user_id in step.candidates))


def add_seats(approval: Approval, pairs: Iterable[tuple[int, int]], *, is_escalated: bool = False) -> None:
    """Seats for (step id, user id)."""
    rows = [
        {
            "company_id": approval.company_id, "step_id": step_id, "user_id": user_id, "holder_id": user_id,
            "is_escalated": is_escalated,
        }
        for step_id, user_id in pairs
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(ApprovalSeat), rows)


def steps_of(approval: Approval) -> list[ApprovalStep]:
    statement = select(ApprovalStep).where(
        ApprovalStep.approval_id == approval.id, ApprovalStep.company_id == approval.company_id
    )
    return list(db.session.scalars(statement.order_by(ApprovalStep.position, ApprovalStep.id)))


def seats_of(steps: Collection[ApprovalStep]) -> list[ApprovalSeat]:
    ids = [step.id for step in steps]
    return list(db.session.scalars(select(ApprovalSeat).where(ApprovalSeat.step_id.in_(ids)).order_by(ApprovalSeat.id)))


def open_next(actor: Actor, approval: Approval) -> bool:
    """Open the steps of the lowest position that is not done yet; False when none is left."""
    left = [step for step in steps_of(approval) if step.state != "done"]
    if not left:
        return False
    position = min(step.position for step in left)
    opened = [step for step in left if step.position == position]
    now = clock.now()
    for step in opened:
        step.state, step.opened_at = "open", now
    db.session.flush()
    mail_links(approval, [seat.holder_id for seat in seats_of(opened)])
    publish(ApprovalAsked(approval.id, position))
    return True


def deputies_on(company_id: int, user_ids: Collection[int], day: date) -> dict[int, set[int]]:
    """Who decides for whom on a day: user id -> ids of his deputies."""
    rows = db.session.execute(
        select(ApprovalDeputy.user_id, ApprovalDeputy.deputy_id).where(
            ApprovalDeputy.company_id == company_id,
            ApprovalDeputy.user_id.in_(list(user_ids)),
            ApprovalDeputy.starts_on <= day,
            ApprovalDeputy.ends_on >= day,
        )
    )
    found: dict[int, set[int]] = {}
    for user_id, deputy_id in rows:
        found.setdefault(user_id, set()).add(deputy_id)
    return found


def company_day(company_id: int) -> date:
    """Today in the calendar of the account."""
    zone = db.session.scalars(select(Company.time_zone).where(Company.id == company_id)).one()
    return clock.today(zone)


def mail_links(approval: Approval, user_ids: Collection[int]) -> None:
    """A link of his own for everybody who may decide now, deputies included, until the request expires."""
    known = deputies_on(approval.company_id, user_ids, company_day(approval.company_id))
    wanted = set(user_ids).union(*known.values()) - {approval.user_id}
    there = db.session.scalars(
        select(ApprovalLink.user_id).where(ApprovalLink.approval_id == approval.id, ApprovalLink.ended_at.is_(None))
    )
    now = clock.now()
    rows = [
        {
            "company_id": approval.company_id, "approval_id": approval.id, "user_id": user_id, "created_at": now,
            "expires_at": approval.expires_at,
            "token_hash": token_hash(approval_token(approval.id, user_id, now)),
        }
        for user_id in sorted(wanted - set(there))
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(ApprovalLink), rows)


def end_links(approval: Approval, user_id: int | None = None) -> None:
    """The mailed links of a person, or of all, work no more."""
    statement = update(ApprovalLink).where(ApprovalLink.approval_id == approval.id, ApprovalLink.ended_at.is_(None))
    if user_id is not None:
        statement = statement.where(ApprovalLink.user_id == user_id)
    db.session.execute(statement.values(ended_at=clock.now()))
