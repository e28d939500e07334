"""New passwords: by a mailed link, or by the person who knows the old one. Either ends the other sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.domain import throttle
from app.accounts.domain.passwords import demand_good
from app.accounts.events import PasswordChanged, PasswordResetAsked
from app.accounts.models.people import PasswordReset, User
from app.accounts.queries.sign_ins import asked_lately
from app.accounts.service import hashing
from app.accounts.service.sessions import end_sessions_of
from app.accounts.service.sign_in import latest_company, note_attempt, seconds_until_allowed
from app.accounts.service.tokens import reset_token, token_hash
from app.core import audit, clock
from app.core.actor import Actor, Scope, Via
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.core.outbox import publish
from app.core.settings import settings
from app.core.tenancy import system_scope
from app.core.texts import N_


def request_password_reset(email: str, *, ip: str, user_agent: str = "") -> None:
    """Have a link mailed if the address is known. Tells nothing either way; more than a few an hour are ignored."""
    email = email.strip().lower()[:254]
    with system_scope("password reset: the person is not signed in"), transaction() as session:
        by_email, by_ip = asked_lately("reset_asked", email=email, ip=ip)
        note_attempt(email, ip, "reset_asked", user_agent=user_agent)
        user = session.scalar(select(User).where(User.email == email, User.is_active))
        is_too_often = by_email >= throttle.MAX_RESETS_PER_EMAIL or by_ip >= throttle.MAX_RESETS_PER_IP
        if user is None or is_too_often or latest_company(user.id) is None:
            return
        publish(PasswordResetAsked(_new_reset(user.id).id))


def _new_reset(user_id: int) -> PasswordReset:
    now = clock.now()
    reset = PasswordReset(
        user_id=user_id,
        token_hash=token_hash(reset_token(user_id, now)),
        created_at=now,
        expires_at=now + timedelta(hours=settings().RESET_LINK_HOURS),
    )
    db.session.add(reset)
    db.session.flush()
    return reset


def reset_password(token: str, password: str) -> None:
    """Set a new password by a mailed link: works once, ends all sessions. NotFound for a link that does not work."""
    with system_scope("password reset: the person is not signed in"), transaction() as session:
        reset = session.scalar(
            select(PasswordReset)
            .where(
                PasswordReset.token_hash == token_hash(token),
                PasswordReset.used_at.is_(None),
                PasswordReset.expires_at > clock.now(),
            )
            .with_for_update()
        )
        if reset is None:
            raise NotFound(N_("This link does not work any more. Ask for a new one."))
        user = session.get_one(User, reset.user_id)
        if not user.is_active:
            raise Conflict(N_("Your access has ended. Ask the administrator of your company."))
        demand_good(password, email=user.email, name=user.name)
        session.execute(
            update(PasswordReset)
            .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
            .values(used_at=clock.now())
        )
        set_password(user, password, action="password_reset")


def change_password(actor: Actor, session_id: int, current: str, password: str, *, ip: str) -> None:
    """Set a new password by the old one; guesses of the old one count like failed sign-ins."""
    with system_scope("profile: a person belongs to no company"), transaction() as session:
        user = session.get_one(User, actor.user_id)
        wait = seconds_until_allowed(user.email, ip)
        is_right = not wait and hashing.is_right(user.password_hash, current[:1000])
        if not wait and not is_right:
            note_attempt(user.email, ip, "wrong_password", user_id=user.id)
        if is_right:
            demand_good(password, email=user.email, name=user.name)
            set_password(user, password, action="password_changed", kept_session_id=session_id)
    if wait:
        raise Unavailable(N_("Too many attempts. Try again in {seconds} seconds.", seconds=wait), retry_after=wait)
    if not is_right:
        raise Invalid("current", N_("This is not your present password."))


def set_password(user: User, password: str, *, action: str, kept_session_id: int | None = None) -> None:
    """Store a password that is good enough, end the person's other sessions, tell him. In system scope."""
    user.password_hash = hashing.hash_password(password)
    end_sessions_of(user.id, kept_id=kept_session_id)
    company_id = latest_company(user.id) or 0
    himself = Actor(user.id, company_id, Scope.SYSTEM, via=Via.WEB, name=user.name)
    audit.record(himself, "user", user.id, action, company_id=company_id)
    publish(PasswordChanged(user.id))
