"""Keys of the machine interface: those of a company, and whom a key that comes in with a request belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.models.api_keys import ApiKey
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.queries.companies import own_or_asked
from app.core import clock
from app.core.actor import Actor, Scope, Via
from app.core.db import db
from app.core.permissions import lent, of_role
from app.core.tenancy import system_scope


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key in a list; `prefix` is its beginning, `person` the one in whose name it acts."""

    id: int
    name: str
    prefix: str
    person: str
    made_by: str
    made_at: datetime
    expires_on: date | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str

    @property
    def is_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < clock.today()


_LINE: tuple[Any, ...] = (
    ApiKey.id, ApiKey.name, ApiKey.prefix, User.name, ApiKey.created_by_name, ApiKey.created_at,
    ApiKey.expires_on, ApiKey.last_used_at, ApiKey.revoked_at, ApiKey.revoked_by_name,
)  # fmt: skip


def api_keys(actor: Actor, company_id: int | None = None) -> list[KeyLine]:
    """The keys of the own company, for the operator of any: those that work first, then the newest."""
    statement = (
        select(*_LINE)
        .join(User, User.id == ApiKey.user_id)
        .where(ApiKey.company_id == own_or_asked(actor, company_id))
        .order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    )
    return [KeyLine(*row) for row in db.session.execute(statement)]


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who acts by a key, and when it was used last."""

    key_id: int
    last_used_at: datetime | None
    actor: Actor


def key_holder(key_hash: str) -> KeyHolder | None:
    """Whom a key belongs to; None when it is unknown, revoked or expired, or its person or company may not act any more.

    The actor has those of the person's rights that the key names. One statement.
    """
    statement = (
        select(
            ApiKey.id, ApiKey.last_used_at, ApiKey.permissions, User.id, User.name, User.locale,
            func.coalesce(func.nullif(User.time_zone, ""), Company.time_zone), Company.id, Membership.role,
        )
        .join(Company, Company.id == ApiKey.company_id)
        .join(User, User.id == ApiKey.user_id)
        .join(Membership, (Membership.user_id == ApiKey.user_id) & (Membership.company_id == ApiKey.company_id))
        .where(
            ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_on.is_(None), ApiKey.expires_on >= clock.today()),
            User.is_active, Membership.is_active,
            Company.kind == CompanyKind.CUSTOMER, Company.state == CompanyState.APPROVED,
        )
    )  # fmt: skip
    with system_scope("api: whose key is this"):
        row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    key_id, last_used_at, named, user_id, name, locale, zone, company_id, role = row
    actor = Actor(
        user_id=user_id, company_id=company_id, scope=Scope.TENANT,
        permissions=lent(of_role(role)) & frozenset(named), locale=locale, time_zone=zone, via=Via.API, name=name,
    )  # fmt: skip
    return KeyHolder(key_id, last_used_at, actor)
