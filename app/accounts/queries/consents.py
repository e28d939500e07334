"""Who agreed to what. Consents belong to a person, not to a company: the operator's code reads them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.domain.consents import MARKETING
from app.accounts.models.consents import ContactConsent
from app.accounts.models.people import User
from app.accounts.queries.people import people
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import system_scope


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent with the words the person saw; `withdrawn_at` is None while it stands."""

    given_at: datetime
    text: str
    source: str
    withdrawn_at: datetime | None
    withdrawn_source: str


def may_market(actor: Actor, user_ids: Collection[int]) -> set[int]:
    """Of these people the ones who agreed to marketing messages; nobody agrees who has not said so."""
    if not user_ids:
        return set()
    statement = (
        select(ContactConsent.user_id)
        .join(User, User.id == ContactConsent.user_id)
        .where(
            ContactConsent.user_id.in_(set(user_ids)), ContactConsent.kind == MARKETING,
            ContactConsent.withdrawn_at.is_(None), User.is_active,
        )
    )  # fmt: skip
    return set(db.session.scalars(statement))


def own_consents(actor: Actor) -> list[Consent]:
    """What the person agreed to and took back, the latest first."""
    with system_scope("consents: a person belongs to no company"):
        return consents_of(actor.user_id or 0)


def consents_of(user_id: int) -> list[Consent]:
    statement = (
        select(
            ContactConsent.given_at, ContactConsent.text, ContactConsent.source, ContactConsent.withdrawn_at,
            ContactConsent.withdrawn_source,
        )
        .where(ContactConsent.user_id == user_id, ContactConsent.kind == MARKETING)
        .order_by(ContactConsent.id.desc())
    )  # fmt: skip
    return [Consent(*row) for row in db.session.execute(statement)]


def consents_in(actor: Actor, company_id: int) -> dict[int, Consent]:
    """The standing consents of an account's people by user id, for the operator's page."""
    ids = [one.user_id for one in people(actor, company_id)]
    statement = select(
        ContactConsent.user_id, ContactConsent.given_at, ContactConsent.text, ContactConsent.source,
        ContactConsent.withdrawn_at, ContactConsent.withdrawn_source,
    ).where(ContactConsent.user_id.in_(ids), ContactConsent.withdrawn_at.is_(None))  # fmt: skip
    return {row[0]: Consent(*row[1:]) for row in db.session.execute(statement)}
