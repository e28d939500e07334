"""Acting for a buyer: asking, allowing, beginning. (Ending is in `service.sessions`.)"""

from __future__ import annotations

from sqlalchemy import select, update

from app.accounts.domain.roles import CompanyState, Role
from app.accounts.domain.visits import LENGTH, StaffAccess, VisitState
from app.accounts.events import VisitAsked, VisitBegun
from app.accounts.models.companies import Company
from app.accounts.models.sign_ins import SignInSession
from app.accounts.models.visits import BuyerVisit
from app.accounts.policy import Permission
from app.accounts.queries.people import member
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_

REASON_LENGTH = 300


@command
def visit_buyer(actor: Actor, membership_id: int, reason: str, *, company_id: int, session_id: int) -> VisitState:
    """Begin to act for a person of an account in this browser session, or ask where the account wants to be asked.

    Sales may at the accounts they look after, administrators at all. Raises Invalid("reason"), Forbidden (another's
    account, or the account lets nobody), Conflict (the account or the person is not active).
    """
    actor.demand(Permission.ACT_FOR)
    if not reason.strip():
        raise Invalid("reason", N_("Say why: the account sees it."))
    if len(reason.strip()) > REASON_LENGTH:
        raise Invalid("reason", N_("At most {most} characters.", most=REASON_LENGTH))
    buyer = member(actor, membership_id, company_id=company_id)
    access = _demand_open_account(actor, company_id)
    if not buyer.is_active or buyer.role not in (Role.COMPANY_ADMIN, Role.BUYER):
        raise Conflict(N_("{name} does not buy for this account.", name=buyer.name))
    found = BuyerVisit(
        company_id=company_id,
        buyer_id=buyer.user_id,
        buyer_name=buyer.name,
        staff_id=actor.user_id,
        staff_name=actor.name,
        reason=reason.strip(),
        state=str(VisitState.ASKED if access == StaffAccess.ASK else VisitState.GRANTED),
    )
    db.session.add(found)
    db.session.flush()
    if access == StaffAccess.ASK:
        audit.record(actor, "visit", found.id, "asked", _facts(found), company_id=company_id)
        publish(VisitAsked(found.id))
    else:
        _begin(actor, found, session_id)
    return VisitState(found.state)


@command
def begin_visit(actor: Actor, visit_id: int, *, session_id: int) -> None:
    """Begin a visit that was allowed; Conflict when it was not, or has been."""
    actor.demand(Permission.ACT_FOR)
    found = _locked(visit_id)
    if found.staff_id != actor.user_id:
        raise NotFound
    _demand_open_account(actor, found.company_id)
    if found.state != VisitState.GRANTED:
        raise Conflict(N_("This visit is not allowed, or it has been."))
    _begin(actor, found, session_id)


@command
def answer_visit(actor: Actor, visit_id: int, *, is_granted: bool) -> None:
    """Say yes or no: the person asked for, or an administrator of the company."""
    found = _locked(visit_id)
    if found.company_id != actor.company_id or actor.staff_id is not None:
        raise NotFound
    if found.buyer_id != actor.user_id and not actor.can(Permission.MANAGE_PEOPLE):
        raise Forbidden(N_("Only {name} or an administrator decides.", name=found.buyer_name))
    if found.state != VisitState.ASKED:
        raise Conflict(N_("This was answered already."))
    found.state = str(VisitState.GRANTED if is_granted else VisitState.REFUSED)
    found.decided_at, found.decided_by = clock.now(), actor.name
    audit.record(actor, "visit", found.id, "granted" if is_granted else "refused", _facts(found))


@command
def set_staff_access(actor: Actor, access: StaffAccess) -> None:
    """Whether sales may act for the people of the own company."""
    actor.demand(Permission.MANAGE_PEOPLE)
    company = db.session.get_one(Company, actor.company_id)
    if company.staff_access == access:
        return
    before, company.staff_access = company.staff_access, str(access)
    audit.record(actor, "company", company.id, "staff_access", {"staff_access": [before, str(access)]})


def _begin(actor: Actor, found: BuyerVisit, session_id: int) -> None:
    found.state, found.started_at = str(VisitState.OPEN), clock.now()
    found.expires_at = found.started_at + LENGTH
    db.session.flush()
    changed = db.session.scalars(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.user_id == actor.user_id)
        .values(visit_id=found.id)
        .returning(SignInSession.id)
    ).all()
    if not changed:
        raise NotFound
    audit.record(actor, "visit", found.id, "begun", _facts(found), company_id=found.company_id)
    publish(VisitBegun(found.id))


def _demand_open_account(actor: Actor, company_id: int) -> StaffAccess:
    row = db.session.execute(
        select(Company.name, Company.state, Company.manager_id, Company.staff_access).where(Company.id == company_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    name, state, manager_id, access = row
    if state != CompanyState.APPROVED:
        raise Conflict(N_("{name} is not an active account.", name=name))
    if manager_id not in (None, actor.user_id) and not actor.can(Permission.ACT_FOR_ALL):
        raise Forbidden(N_("{name} is looked after by a colleague.", name=name))
    if access == StaffAccess.NEVER:
        raise Forbidden(N_("{name} lets nobody act for its people.", name=name))
    return StaffAccess(access)


def _locked(visit_id: int) -> BuyerVisit:
    found = lock_rows(BuyerVisit, [visit_id])
    if not found:
        raise NotFound
    return found[0]


def _facts(found: BuyerVisit) -> dict[str, str]:
    return {"staff": found.staff_name, "buyer": found.buyer_name, "reason": found.reason}
