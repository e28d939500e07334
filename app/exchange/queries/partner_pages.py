"""Partners as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.exchange.domain.message_machine import NEEDS_PERSON
from app.exchange.models.messages import ExchangeMessage
from app.exchange.models.partners import Agreement, Channel, Partner, PartnerCode, PartnerIdentifier

_TODO = tuple(state.value for state in NEEDS_PERSON)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A line of the list; `todo` are messages that wait for a person."""

    id: int
    code: str
    name: str
    company_name: str
    is_test: bool
    is_active: bool
    agreements: int
    todo: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement with the words of its links."""

    row: Agreement
    channel_name: str
    person: str


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    id: int
    side: str
    scheme: str
    value: str
    is_test: bool
    company_code: str
    company_name: str


def partner_rows(
    actor: Actor, text: str, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[PartnerRow]:
    """By name. One statement."""
    if not actor.is_operator:
        raise NotFound
    of_partner = ExchangeMessage.partner_id == Partner.id
    statement = select(
        Partner.id, Partner.code, Partner.name, func.coalesce(Company.name, ""), Partner.is_test, Partner.is_active,
        select(func.count(Agreement.id)).where(Agreement.partner_id == Partner.id).scalar_subquery(),
        select(func.count(ExchangeMessage.id))
        .where(of_partner, ExchangeMessage.state.in_(_TODO))
        .scalar_subquery(),
        select(func.max(ExchangeMessage.created_at)).where(of_partner).scalar_subquery(),
    ).outerjoin(Company, Company.id == Partner.company_id)  # fmt: skip
    if text:
        words = f"%{text}%"
        named = select(PartnerIdentifier.partner_id).where(PartnerIdentifier.value.ilike(words))
        statement = statement.where(
            or_(Partner.name.ilike(words), Partner.code.ilike(words), Company.name.ilike(words), Partner.id.in_(named))
        )
    key: Any = func.row(Partner.name, Partner.id)
    if after:
        statement = statement.where(key > func.row(after[0], int(after[1])))
    if before:
        statement = statement.where(key < func.row(before[0], int(before[1]))).order_by(
            Partner.name.desc(), Partner.id.desc()
        )
    else:
        statement = statement.order_by(Partner.name, Partner.id)
    rows = [PartnerRow(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before else rows


def company_of(actor: Actor, company_id: int | None) -> tuple[str, str]:
    """Code and name of the account or supplier; empty without one."""
    if company_id is None or not actor.is_operator:
        return "", ""
    found = db.session.execute(select(Company.code, Company.name).where(Company.id == company_id)).one_or_none()
    return (found[0], found[1]) if found else ("", "")


def agreement_rows(actor: Actor, partner_id: int) -> list[AgreementRow]:
    """What comes first, then what goes. One statement."""
    statement = (
        select(Agreement, func.coalesce(Channel.name, ""), func.coalesce(User.name, ""))
        .outerjoin(Channel, Channel.id == Agreement.channel_id)
        .outerjoin(User, User.id == Agreement.user_id)
        .where(Agreement.partner_id == partner_id)
        .order_by(Agreement.direction, Agreement.document)
    )
    return [AgreementRow(*row) for row in db.session.execute(statement)]


def agreement_row(actor: Actor, partner_id: int, agreement_id: int) -> Agreement:
    found = db.session.get(Agreement, agreement_id) if actor.is_operator else None
    if found is None or found.partner_id != partner_id:
        raise NotFound
    return found


def identifier_rows(actor: Actor, partner_id: int) -> list[IdentifierRow]:
    """Theirs, then ours. One statement."""
    statement = (
        select(
            PartnerIdentifier.id, PartnerIdentifier.side, PartnerIdentifier.scheme, PartnerIdentifier.value,
            PartnerIdentifier.is_test, func.coalesce(Company.code, ""), func.coalesce(Company.name, ""),
        )
        .outerjoin(Company, Company.id == PartnerIdentifier.company_id)
        .where(PartnerIdentifier.partner_id == partner_id)
        .order_by(PartnerIdentifier.side.desc(), PartnerIdentifier.id)
    )  # fmt: skip
    return [IdentifierRow(*row) for row in db.session.execute(statement)]


def channels_for(actor: Actor, partner_id: int) -> list[Channel]:
    """The partner's own channels and those that all share."""
    if not actor.is_operator:
        raise NotFound
    statement = select(Channel).where(or_(Channel.partner_id == partner_id, Channel.partner_id.is_(None)))
    return list(db.session.scalars(statement.order_by(Channel.name, Channel.id)))


def people_of(actor: Actor, company_id: int | None) -> list[tuple[str, str]]:
    """Ids and names of the people an order may be placed in the name of."""
    if company_id is None or not actor.is_operator:
        return []
    rows = db.session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active)
        .distinct()
        .order_by(User.name)
    )
    return [(str(row[0]), row[1]) for row in rows]


def code_rows(
    actor: Actor, partner_id: int, *, text: str = "", kind: str = "", limit: int | None = None
) -> list[PartnerCode]:
    """Codes by kind and their name. One statement."""
    if not actor.is_operator:
        raise NotFound
    statement = select(PartnerCode).where(PartnerCode.partner_id == partner_id)
    if text:
        words = f"%{text}%"
        statement = statement.where(or_(PartnerCode.theirs.ilike(words), PartnerCode.ours.ilike(words)))
    if kind:
        statement = statement.where(PartnerCode.kind == kind)
    statement = statement.order_by(PartnerCode.kind, PartnerCode.theirs)
    return list(db.session.scalars(statement.limit(limit) if limit else statement))


def code_count(actor: Actor, partner_id: int) -> int:
    return db.session.scalar(select(func.count(PartnerCode.id)).where(PartnerCode.partner_id == partner_id)) or 0
