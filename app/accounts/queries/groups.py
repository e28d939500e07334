"""Groups and segments of accounts, with their members. A tenant gets only those its own account is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, tuple_

from app.accounts.domain.groups import SetKind
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import AccountGroup, Company, CompanySegment, Segment
from app.accounts.queries.companies import own_or_asked
from app.accounts.queries.sign_ins import id_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class AccountSet:
    """A group or segment. `position` is of segments: the lower is asked first."""

    id: int
    code: str
    name: str
    about: str
    position: int
    members: int


@dataclass(frozen=True, slots=True)
class Member:
    """An account in a group or segment, or one that could be."""

    id: int
    code: str
    name: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands: its group and its segments in the order they are asked."""

    group: AccountSet | None
    segments: tuple[AccountSet, ...]


def groups(actor: Actor) -> list[AccountSet]:
    """All groups by name; one statement."""
    return _sets(_groups(actor).order_by(AccountGroup.name, AccountGroup.id))


def segments(actor: Actor) -> list[AccountSet]:
    """All segments in the order they are asked; one statement."""
    return _sets(_segments(actor).order_by(Segment.position, Segment.id))


def account_sets(actor: Actor, kind: SetKind) -> list[AccountSet]:
    return groups(actor) if kind is SetKind.GROUP else segments(actor)


def account_set(actor: Actor, kind: SetKind, code: str) -> AccountSet:
    """One of them by its code; raises NotFound."""
    statement = _groups(actor) if kind is SetKind.GROUP else _segments(actor)
    found = _sets(statement.where((AccountGroup if kind is SetKind.GROUP else Segment).code == code))
    if not found:
        raise NotFound(
            N_("There is no group {code}.", code=code)
            if kind is SetKind.GROUP
            else N_("There is no segment {code}.", code=code)
        )
    return found[0]


def standing(actor: Actor, company_id: int | None = None) -> Standing:
    """Group and segments of the actor's company, or for the operator of any; two statements."""
    company = own_or_asked(actor, company_id)
    in_group = select(Company.group_id).where(Company.id == company)
    in_segments = select(CompanySegment.segment_id).where(CompanySegment.company_id == company)
    group = _sets(_groups(actor).where(AccountGroup.id.in_(in_group)))
    found = _sets(_segments(actor).where(Segment.id.in_(in_segments)).order_by(Segment.position, Segment.id))
    return Standing(group[0] if group else None, tuple(found))


def members(
    actor: Actor,
    kind: SetKind,
    set_id: int,
    *,
    search: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[Member]:
    """The accounts in a group or segment by name, for the operator; keys are (name, id)."""
    statement = _accounts(actor, search).where(_is_in(kind, set_id))
    place = tuple_(Company.name, Company.id)
    from_id, to_id = id_of(after), id_of(before)
    if after and from_id is not None:
        statement = statement.where(place > (after[0], from_id))
    if before and to_id is not None:
        statement = statement.where(place < (before[0], to_id))
    order = (Company.name.desc(), Company.id.desc()) if before else (Company.name, Company.id)
    rows = [Member(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]
    return rows[::-1] if before else rows


def candidates(actor: Actor, kind: SetKind, set_id: int, search: str, *, limit: int = 20) -> list[Member]:
    """Accounts that fit a search and are not in the group or segment yet."""
    if not search.strip():
        return []
    statement = _accounts(actor, search).where(~_is_in(kind, set_id)).order_by(Company.name, Company.id).limit(limit)
    return [Member(*row) for row in db.session.execute(statement)]


def _groups(actor: Actor) -> Select[Any]:
    count = select(func.count()).where(Company.group_id == AccountGroup.id).scalar_subquery()
    statement: Select[Any] = select(
        AccountGroup.id, AccountGroup.code, AccountGroup.name, AccountGroup.about, literal(0), count
    )
    if actor.is_operator:
        return statement
    return statement.where(AccountGroup.id.in_(select(Company.group_id).where(Company.id == actor.company_id)))


def _segments(actor: Actor) -> Select[Any]:
    count = select(func.count()).where(CompanySegment.segment_id == Segment.id).scalar_subquery()
    statement: Select[Any] = select(Segment.id, Segment.code, Segment.name, Segment.about, Segment.position, count)
    if actor.is_operator:
        return statement
    own = select(CompanySegment.segment_id).where(CompanySegment.company_id == actor.company_id)
    return statement.where(Segment.id.in_(own))


def _sets(statement: Select[Any]) -> list[AccountSet]:
    return [AccountSet(*row) for row in db.session.execute(statement)]


def _is_in(kind: SetKind, set_id: int) -> Any:
    if kind is SetKind.GROUP:
        return Company.group_id.is_not_distinct_from(set_id)
    return Company.id.in_(select(CompanySegment.company_id).where(CompanySegment.segment_id == set_id))


def _accounts(actor: Actor, search: str) -> Select[Any]:
    if not actor.is_operator:
        raise NotFound
    columns: tuple[Any, ...] = (Company.id, Company.code, Company.name, Company.country, Company.currency)
    statement = select(*columns).where(Company.kind == CompanyKind.CUSTOMER)
    words = search.strip()
    if not words:
        return statement
    return statement.where(
        or_(Company.name.icontains(words, autoescape=True), Company.code.istartswith(words, autoescape=True))
    )
