"""The operator's list of accounts and all about one of them. Nobody else gets anything here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.models.companies import Company, RegistrationFile
from app.accounts.models.credit import CreditAccount
from app.accounts.models.own_fields import OwnInnerValues
from app.accounts.models.people import Membership, User
from app.accounts.queries.sign_ins import id_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.texts import N_

# What the list can be narrowed to; blocked and held accounts are approved ones.
_OWN: Any = Company.own.op("||", return_type=JSONB())(func.coalesce(OwnInnerValues.own, literal({}, JSONB)))
FILTERS = ("", "approved", "pending", "blocked", "held", "rejected", "inactive", "suppliers")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One row of the list."""

    id: int
    code: str
    name: str
    kind: CompanyKind
    state: CompanyState
    country: str
    currency: str
    payment_days: int
    is_blocked: bool
    is_on_credit_hold: bool
    manager: str
    people: int
    created_at: datetime
    own: Mapping[str, str]  # values of own fields, inner ones included


@dataclass(frozen=True, slots=True)
class Relative:
    """A parent or subsidiary."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the registration."""

    file_id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Account:
    """All about one company on the operator's page."""

    id: int
    code: str
    kind: CompanyKind
    state: CompanyState
    name: str
    legal_name: str
    vat_id: str
    tax_number: str
    registration_number: str
    gln: str
    endpoint_scheme: str
    endpoint_id: str
    country: str
    locale: str
    time_zone: str
    currency: str
    vat_mode: str
    payment_days: int
    credit_limit: Decimal | None
    email: str
    invoice_email: str
    phone: str
    is_blocked: bool
    block_reason: str
    is_on_credit_hold: bool
    hold_reason: str
    registration: dict[str, Any]
    decision_reason: str
    decided_at: datetime | None
    manager_id: int | None
    created_at: datetime
    bank_name: str
    iban: str
    bic: str
    stock_display: str
    group_id: int | None
    manager: str
    parent: Relative | None
    children: tuple[Relative, ...]
    attachments: tuple[Attachment, ...]


def accounts(
    actor: Actor,
    *,
    search: str = "",
    state: str = "",
    field: tuple[str, str] | None = None,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[AccountLine]:
    """Customers and suppliers by name. Keys are (name, id); `state` is one of FILTERS. One statement.

    `field` narrows to accounts whose own field of that code has that value; `search` looks into own fields, too.
    """
    _demand_operator(actor)
    people = select(func.count()).where(Membership.company_id == Company.id, Membership.is_active).scalar_subquery()
    terms = [Company.kind != CompanyKind.OPERATOR, *_narrowed(search, state)]
    if field is not None:
        terms.append(_OWN[field[0]].astext == field[1])
    place = tuple_(Company.name, Company.id)
    from_id, to_id = id_of(after), id_of(before)
    if after and from_id is not None:
        terms.append(place > (after[0], from_id))
    if before and to_id is not None:
        terms.append(place < (before[0], to_id))
    order = (Company.name.desc(), Company.id.desc()) if before else (Company.name, Company.id)
    statement = (
        select(
            Company.id, Company.code, Company.name, Company.kind, Company.state, Company.country, Company.currency,
            Company.payment_days, Company.is_blocked, Company.is_on_credit_hold, func.coalesce(User.name, ""), people,
            Company.created_at, _OWN,
        )
        .outerjoin(User, User.id == Company.manager_id)
        .outerjoin(OwnInnerValues, and_(OwnInnerValues.object_id == Company.id, OwnInnerValues.subject == "account"))
        .where(and_(*terms))
        .order_by(*order)
        .limit(limit)
    )  # fmt: skip
    rows = [AccountLine(*_with_enums(row, 3)) for row in db.session.execute(statement)]
    return rows[::-1] if before else rows


def account_counts(actor: Actor) -> dict[str, int]:
    """How many accounts each filter shows; "" are all."""
    _demand_operator(actor)
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(and_(*_state("approved"))),
            func.count().filter(Company.state == CompanyState.PENDING),
            func.count().filter(Company.is_blocked),
            func.count().filter(Company.is_on_credit_hold),
            func.count().filter(Company.state == CompanyState.REJECTED),
            func.count().filter(Company.state == CompanyState.INACTIVE),
            func.count().filter(Company.kind == CompanyKind.SUPPLIER),
        ).where(Company.kind != CompanyKind.OPERATOR)
    ).one()
    return dict(zip(FILTERS, row, strict=True))


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound


def _narrowed(search: str, state: str) -> list[Any]:
    terms: list[Any] = _state(state)
    text = search.strip()
    if text:
        terms.append(
            or_(
                Company.name.icontains(text, autoescape=True),
                Company.legal_name.icontains(text, autoescape=True),
                Company.code.istartswith(text, autoescape=True),
                Company.vat_id.istartswith(text, autoescape=True),
                Company.email.icontains(text, autoescape=True),
                cast(_OWN, Text).icontains(text, autoescape=True),
            )
        )
    return terms


def _state(state: str) -> list[Any]:
    if state == "blocked":
        return [Company.is_blocked]
    if state == "held":
        return [Company.is_on_credit_hold]
    if state == "suppliers":
        return [Company.kind == CompanyKind.SUPPLIER]
    return [Company.state == state] if state in FILTERS and state else []


def account(actor: Actor, code: str) -> Account:
    """A company by its number, the operator's own included; three statements."""
    _demand_operator(actor)
    parent = aliased(Company)
    names = list(Account.__dataclass_fields__)[:36]
    facts = [CreditAccount.credit_limit if name == "credit_limit" else getattr(Company, name) for name in names]
    row = db.session.execute(
        select(*facts, func.coalesce(User.name, ""), parent.code, parent.name)
        .select_from(Company)
        .outerjoin(CreditAccount, CreditAccount.company_id == Company.id)
        .outerjoin(User, User.id == Company.manager_id)
        .outerjoin(parent, parent.id == Company.parent_id)
        .where(Company.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no account {code}.", code=code))
    values = _with_enums(row, 2)
    above = Relative(values[-2], values[-1]) if values[-2] else None
    values[-2:] = [above, _children(values[0]), _attachments(values[0])]
    return Account(*values)


def _with_enums(row: Sequence[Any], kind_at: int) -> list[Any]:
    values = list(row)
    values[kind_at], values[kind_at + 1] = CompanyKind(values[kind_at]), CompanyState(values[kind_at + 1])
    return values


def _children(company_id: int) -> tuple[Relative, ...]:
    statement = select(Company.code, Company.name).where(Company.parent_id == company_id).order_by(Company.name)
    return tuple(Relative(row[0], row[1]) for row in db.session.execute(statement))


def _attachments(company_id: int) -> tuple[Attachment, ...]:
    statement = (
        select(StoredFile.id, RegistrationFile.label, StoredFile.size)
        .join(RegistrationFile, RegistrationFile.file_id == StoredFile.id)
        .where(RegistrationFile.company_id == company_id)
        .order_by(RegistrationFile.id)
    )
    return tuple(Attachment(row[0], row[1], row[2]) for row in db.session.execute(statement))
