"""Roles of the people of a company. One active administrator always remains.

`company_id` names the company, by default the actor's own; only the operator may name another.
"""

from __future__ import annotations

from sqlalchemy import func, select

from app.accounts.domain.roles import ADMIN_ROLE, CompanyKind, Role, fits
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership
from app.accounts.queries.companies import own_or_asked
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_


@command
def change_role(actor: Actor, membership_id: int, role: Role | str, *, company_id: int | None = None) -> None:
    membership, kind = _locked(actor, membership_id, company_id)
    if role not in list(Role) or not fits(Role(role), kind):
        raise Invalid("role", N_("There is no such role in this company."))
    if role == membership.role:
        return
    before = membership.role
    membership.role = str(role)
    _demand_admin(membership.company_id, kind)
    _record(actor, membership, "role_changed", {"role": [before, str(role)]})


@command
def deactivate(actor: Actor, membership_id: int, *, company_id: int | None = None) -> None:
    """End a person's access to this company; running sessions there end with it."""
    membership, kind = _locked(actor, membership_id, company_id)
    if membership.user_id == actor.user_id:
        raise Conflict(N_("You cannot end your own access. Ask another administrator."))
    if not membership.is_active:
        return
    membership.is_active = False
    _demand_admin(membership.company_id, kind)
    _record(actor, membership, "access_ended", {})


@command
def activate(actor: Actor, membership_id: int, *, company_id: int | None = None) -> None:
    membership, _ = _locked(actor, membership_id, company_id)
    if not membership.is_active:
        membership.is_active = True
        _record(actor, membership, "access_given", {})


def _locked(actor: Actor, membership_id: int, company_id: int | None) -> tuple[Membership, CompanyKind]:
    """The membership, with its company locked so that two administrators cannot remove each other at once."""
    membership = db.session.scalar(
        select(Membership).where(
            Membership.id == membership_id, Membership.company_id == own_or_asked(actor, company_id)
        )
    )
    if membership is None:
        raise NotFound
    (company,) = lock_rows(Company, [membership.company_id])
    db.session.refresh(membership)
    return membership, CompanyKind(company.kind)


def _demand_admin(company_id: int, kind: CompanyKind) -> None:
    db.session.flush()  # count what was just changed
    admins = db.session.scalar(
        select(func.count()).where(
            Membership.company_id == company_id, Membership.is_active, Membership.role == ADMIN_ROLE[kind]
        )
    )
    if not admins:
        raise Conflict(N_("The company needs at least one administrator. Make somebody else administrator first."))


def _record(actor: Actor, membership: Membership, action: str, changes: dict[str, object]) -> None:
    audit.record(
        actor, "company", membership.company_id, action, {"user_id": membership.user_id, **changes},
        company_id=membership.company_id,
    )  # fmt: skip
