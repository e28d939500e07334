"""What a mailed link to a request leads to, for people who need not be signed in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.queries.people import person_actor
from app.accounts.service.tokens import token_hash
from app.core import clock
from app.core.actor import Actor, Via
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.tenancy import system_scope
from app.core.texts import N_
from app.ordering.models.approvals import ApprovalLink, ApprovalSeat, ApprovalStep


@dataclass(frozen=True, slots=True)
class Link:
    """The person acts with the rights of today. `is_ended`: used or revoked; it decides nothing any more."""

    approval_id: int
    actor: Actor
    is_ended: bool


def link_of(token: str) -> Link:
    """NotFound for a link that never was, has expired, was revoked, or whose person does not act for the company now.

    One that its person has used shows what became of the request.
    """
    decided = (
        select(ApprovalSeat.id)
        .join(ApprovalStep, ApprovalStep.id == ApprovalSeat.step_id)
        .where(ApprovalStep.approval_id == ApprovalLink.approval_id, ApprovalSeat.decided_by_id == ApprovalLink.user_id)
        .exists()
    )
    statement = select(
        ApprovalLink.approval_id, ApprovalLink.company_id, ApprovalLink.user_id, ApprovalLink.expires_at,
        ApprovalLink.ended_at, decided.label("is_used"),
    ).where(ApprovalLink.token_hash == token_hash(token))  # fmt: skip
    with system_scope("approval: the approver is not signed in"):
        row = db.session.execute(statement).one_or_none()
        if row is None or row.expires_at <= clock.now() or (row.ended_at is not None and not row.is_used):
            raise NotFound(N_("This link does not work any more. Sign in to see what waits for you."))
        try:
            actor = person_actor(row.company_id, row.user_id, via=Via.WEB)
        except Forbidden:
            raise NotFound(N_("This link does not work any more. Sign in to see what waits for you.")) from None
    return Link(row.approval_id, actor, row.ended_at is not None)
