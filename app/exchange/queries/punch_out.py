"""Buyers' systems that may open our shop, their visits, the shops of others and the trips to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.exchange.models.messages import ExchangeFile
from app.exchange.models.punch_out import PunchOutAccess, PunchOutShop, PunchOutTrip, PunchOutVisit
from app.sourcing.models.quotes import Quote

RECENT = 20


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One system in a list, with its account and what came of it last."""

    id: int
    name: str
    protocol: str
    identity: str
    company: str
    person: str
    is_active: bool
    visits: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitLine:
    id: int
    at: datetime
    operation: str
    state: str
    visitor: str
    lines: int


@dataclass(frozen=True, slots=True)
class ShopLine:
    id: int
    name: str
    protocol: str
    company: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class TripLine:
    id: int
    at: datetime
    shop: str
    person: str
    state: str
    lines: int
    quote_id: int | None


def accesses(actor: Actor) -> list[AccessLine]:
    """All systems, one statement."""
    counts = (
        select(PunchOutVisit.access_id, func.count().label("n"), func.max(PunchOutVisit.created_at).label("last"))
        .group_by(PunchOutVisit.access_id)
        .subquery()
    )
    rows = db.session.execute(
        visible(actor, select(PunchOutAccess), PunchOutAccess)
        .with_only_columns(
            PunchOutAccess.id, PunchOutAccess.name, PunchOutAccess.protocol, PunchOutAccess.identity, Company.name, User.name,
            PunchOutAccess.is_active, func.coalesce(counts.c.n, 0), counts.c.last,
        )
        .join(Company, Company.id == PunchOutAccess.company_id)
        .join(User, User.id == PunchOutAccess.user_id)
        .outerjoin(counts, counts.c.access_id == PunchOutAccess.id)
        .order_by(Company.name, PunchOutAccess.name, PunchOutAccess.id)
    )  # fmt: skip
    return [AccessLine(*row) for row in rows]


def access(actor: Actor, access_id: int) -> PunchOutAccess:
    found = db.session.scalar(
        visible(actor, select(PunchOutAccess), PunchOutAccess).where(PunchOutAccess.id == access_id)
    )
    if found is None:
        raise NotFound
    return found


def access_by_name(protocol: str, domain: str, identity: str) -> PunchOutAccess | None:
    """The system that names itself so; the domain is compared without regard to case. In a scope that sees all."""
    return db.session.scalar(
        select(PunchOutAccess).where(
            PunchOutAccess.protocol == protocol,
            func.lower(PunchOutAccess.domain) == domain.lower(),
            PunchOutAccess.identity == identity,
        )
    )


def newest_file_state(via: str, reference: str) -> str:
    """What became of the file that came last by this way and under this reference; "" for none."""
    statement = (
        select(ExchangeFile.state)
        .where(ExchangeFile.via == via, ExchangeFile.reference == reference[:255])
        .order_by(ExchangeFile.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement) or ""


def visit(actor: Actor, visit_id: int) -> PunchOutVisit:
    found = db.session.scalar(visible(actor, select(PunchOutVisit), PunchOutVisit).where(PunchOutVisit.id == visit_id))
    if found is None:
        raise NotFound
    return found


def visit_and_access(actor: Actor, visit_id: int) -> tuple[PunchOutVisit, PunchOutAccess] | None:
    row = db.session.execute(
        visible(actor, select(PunchOutVisit), PunchOutVisit)
        .add_columns(PunchOutAccess)
        .join(PunchOutAccess, PunchOutAccess.id == PunchOutVisit.access_id)
        .where(PunchOutVisit.id == visit_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def recent_visits(actor: Actor, access_id: int) -> list[VisitLine]:
    rows = db.session.execute(
        visible(actor, select(PunchOutVisit), PunchOutVisit)
        .with_only_columns(
            PunchOutVisit.id, PunchOutVisit.created_at, PunchOutVisit.operation, PunchOutVisit.state, PunchOutVisit.visitor,
            func.jsonb_array_length(PunchOutVisit.basket),
        )
        .where(PunchOutVisit.access_id == access_id)
        .order_by(PunchOutVisit.id.desc())
        .limit(RECENT)
    )  # fmt: skip
    return [VisitLine(*row) for row in rows]


def people_of(company_id: int) -> list[tuple[int, str, str]]:
    """Id, name and e-mail of those who buy for an account."""
    rows = db.session.execute(
        select(User.id, User.name, User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active,
               Membership.role.in_(("company_admin", "buyer")))
        .order_by(User.name, User.id)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


def person_by_mail(company_id: int, mail: str) -> int | None:
    """Who of those has this address."""
    wanted = mail.strip().lower()
    return next((user_id for user_id, _, email in people_of(company_id) if email == wanted), None)


def shop_lines(actor: Actor) -> list[ShopLine]:
    """All shops of others with their accounts, one statement."""
    rows = db.session.execute(
        visible(actor, select(PunchOutShop), PunchOutShop)
        .with_only_columns(
            PunchOutShop.id, PunchOutShop.name, PunchOutShop.protocol, Company.name, PunchOutShop.is_active
        )
        .join(Company, Company.id == PunchOutShop.company_id)
        .order_by(Company.name, PunchOutShop.name, PunchOutShop.id)
    )
    return [ShopLine(*row) for row in rows]


def shops(actor: Actor, *, only_active: bool = True) -> list[PunchOutShop]:
    found = visible(actor, select(PunchOutShop), PunchOutShop).order_by(PunchOutShop.name, PunchOutShop.id)
    return list(db.session.scalars(found.where(PunchOutShop.is_active) if only_active else found))


def shop(actor: Actor, shop_id: int) -> PunchOutShop:
    found = db.session.scalar(visible(actor, select(PunchOutShop), PunchOutShop).where(PunchOutShop.id == shop_id))
    if found is None:
        raise NotFound
    return found


def trip(actor: Actor, trip_id: int) -> tuple[PunchOutTrip, PunchOutShop]:
    row = db.session.execute(
        visible(actor, select(PunchOutTrip), PunchOutTrip)
        .add_columns(PunchOutShop)
        .join(PunchOutShop, PunchOutShop.id == PunchOutTrip.shop_id)
        .where(PunchOutTrip.id == trip_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def quote_number(actor: Actor, quote_id: int | None) -> str:
    """The number of the request that a basket became, "" without one."""
    statement = visible(actor, select(Quote.number), Quote).where(Quote.id == quote_id)
    return db.session.scalar(statement) or "" if quote_id is not None else ""


def recent_trips(actor: Actor) -> list[TripLine]:
    rows: Any = db.session.execute(
        visible(actor, select(PunchOutTrip), PunchOutTrip)
        .with_only_columns(
            PunchOutTrip.id, PunchOutTrip.created_at, PunchOutShop.name, User.name, PunchOutTrip.state,
            func.jsonb_array_length(PunchOutTrip.basket), PunchOutTrip.quote_id,
        )
        .join(PunchOutShop, PunchOutShop.id == PunchOutTrip.shop_id)
        .join(User, User.id == PunchOutTrip.user_id)
        .order_by(PunchOutTrip.id.desc())
        .limit(RECENT)
    )  # fmt: skip
    return [TripLine(*row) for row in rows]
