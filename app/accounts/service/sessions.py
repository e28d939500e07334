"""Sessions that are open: seen, switched to another company, ended."""

from __future__ import annotations

from sqlalchemy import select, update

from app.accounts.domain.roles import CompanyState
from app.accounts.domain.visits import VisitState
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership
from app.accounts.models.sign_ins import SignInSession
from app.accounts.models.visits import BuyerVisit
from app.accounts.service.tokens import token_hash
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.tenancy import system_scope


def note_seen(session_id: int) -> None:
    """Somebody works in this session: the idle limit counts from now. Called at most once a minute."""
    with system_scope("profile: a person's sessions lie in several companies"), transaction() as session:
        session.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=clock.now())
        )  # fmt: skip


def sign_out(token: str) -> None:
    with system_scope("profile: a person's sessions lie in several companies"), transaction():
        _end(SignInSession.token_hash == token_hash(token))


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the person's own sessions; NotFound for anybody else's."""
    with system_scope("profile: a person's sessions lie in several companies"), transaction():
        if not _end(SignInSession.id == session_id, SignInSession.user_id == actor.user_id):
            raise NotFound


def end_other_sessions(actor: Actor, kept_id: int) -> int:
    """End all sessions of the person but this one; returns how many there were."""
    with system_scope("profile: a person's sessions lie in several companies"), transaction():
        return end_sessions_of(actor.user_id or 0, kept_id=kept_id)


def end_sessions_of(user_id: int, *, kept_id: int | None = None) -> int:
    """The same inside a transaction in system scope; None ends all."""
    terms = [SignInSession.user_id == user_id]
    if kept_id is not None:
        terms.append(SignInSession.id != kept_id)
    return _end(*terms)


def switch_company(actor: Actor, session_id: int, company_id: int) -> None:
    """Act for another company in this session; NotFound unless the person is active there."""
    with system_scope("profile: a person's sessions lie in several companies"), transaction() as session:
        may_act = session.scalar(
            select(Membership.id)
            .join(Company, Company.id == Membership.company_id)
            .where(
                Membership.user_id == actor.user_id,
                Membership.company_id == company_id,
                Membership.is_active,
                Company.state != CompanyState.INACTIVE,
            )
        )
        if may_act is None:
            raise NotFound
        session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.user_id == actor.user_id)
            .values(company_id=company_id)
        )


def end_visit(session_id: int) -> None:
    """Stop acting for a buyer: the session is its owner's again. A repeat changes nothing."""
    with system_scope("profile: a person's sessions lie in several companies"), transaction() as session:
        visit_id = session.scalar(select(SignInSession.visit_id).where(SignInSession.id == session_id))
        session.execute(update(SignInSession).where(SignInSession.id == session_id).values(visit_id=None))
        session.execute(
            update(BuyerVisit)
            .where(BuyerVisit.id == visit_id, BuyerVisit.state == VisitState.OPEN)
            .values(state=str(VisitState.ENDED), ended_at=clock.now())
        )


def _end(*terms: object) -> int:
    statement = update(SignInSession).where(SignInSession.ended_at.is_(None), *terms).values(ended_at=clock.now())  # type: ignore[arg-type]
    return len(db.session.execute(statement.returning(SignInSession.id)).all())
