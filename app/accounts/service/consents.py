"""Agreeing to marketing messages and taking it back: only the person himself does, signed in or by the link of a mail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.consents import MARKETING
from app.accounts.models.consents import ContactConsent
from app.accounts.models.people import User
from app.accounts.service.tokens import is_unsubscribe_token, unsubscribe_token
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import Forbidden, NotFound
from app.core.settings import settings
from app.core.tenancy import system_scope
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class Unsubscriber:
    """The person a link in a mail belongs to, and whether he agrees now."""

    user_id: int
    name: str
    email: str
    agrees: bool


def give_consent(actor: Actor, *, text: str, locale: str, source: str = "profile", ip: str = "") -> bool:
    """Keep that the person agreed to `text`, as he saw it; False when he does already."""
    user_id = _in_person(actor)
    with system_scope("consents: a person belongs to no company"), transaction():
        values = {
            "user_id": user_id, "kind": MARKETING, "text": text, "locale": locale, "source": source, "ip": ip[:45],
            "given_at": clock.now(),
        }  # fmt: skip
        made = db.session.execute(
            insert(ContactConsent).values(values).on_conflict_do_nothing().returning(ContactConsent.id)
        ).scalar_one_or_none()
        if made is None:
            return False
        audit.record(actor, "user", user_id, "marketing_agreed", {"source": source})
        return True


def withdraw_consent(actor: Actor, *, source: str = "profile") -> bool:
    """Take it back; False when there is none."""
    user_id = _in_person(actor)
    with system_scope("consents: a person belongs to no company"), transaction():
        return _withdraw(actor, user_id, source)


def _in_person(actor: Actor) -> int:
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("Only the person himself agrees to messages."))
    return actor.user_id


def _withdraw(actor: Actor, user_id: int, source: str) -> bool:
    gone = db.session.scalars(
        update(ContactConsent)
        .where(
            ContactConsent.user_id == user_id, ContactConsent.kind == MARKETING, ContactConsent.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=clock.now(), withdrawn_source=source)
        .returning(ContactConsent.id)
    ).all()  # fmt: skip
    if gone:
        audit.record(actor, "user", user_id, "marketing_withdrawn", {"source": source})
    return bool(gone)


def unsubscribe_address(user_id: int) -> str:
    """The link for a mail that sends offers; anybody who has the mail can use it. In the operator's scope."""
    created_at = db.session.scalars(select(User.created_at).where(User.id == user_id)).one()
    return f"{settings().base_url}/unsubscribe/{unsubscribe_token(user_id, created_at)}"


def unsubscriber(token: str) -> Unsubscriber:
    """Whose link this is; NotFound for one that was not made by us."""
    with system_scope("consents: who follows the link is not signed in"):
        return _unsubscriber(token)


def unsubscribe(token: str) -> bool:
    """Take the consent back by the link of a mail; False when there is none any more."""
    with system_scope("consents: who follows the link is not signed in"):
        return _unsubscribe(token)


@command
def _unsubscribe(token: str) -> bool:
    found = _unsubscriber(token)
    return _withdraw(Actor(found.user_id, 0, Actor.system().scope, name=found.name), found.user_id, "mail")


def _unsubscriber(token: str) -> Unsubscriber:
    user_id, _dot, _secret = token.partition(".")
    user = (
        db.session.get(User, int(user_id)) if user_id.isascii() and user_id.isdecimal() and len(user_id) < 18 else None
    )
    if user is None or not is_unsubscribe_token(token, user.id, user.created_at):
        raise NotFound(N_("This link does not work any more."))
    agrees = db.session.scalar(
        select(ContactConsent.id)
        .where(ContactConsent.user_id == user.id, ContactConsent.withdrawn_at.is_(None))
        .limit(1)
    )
    return Unsubscriber(user.id, user.name, user.email, agrees is not None)
