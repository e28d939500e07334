"""Companies as other slices need them: terms, parties, ids by code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from app.accounts.domain.company import BuyingTerms, CustomerParty, OperatorParty, PostalAddress
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Address, Company
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.once import once
from app.core.texts import N_

_Operator = aliased(Company)
_ZONE = select(_Operator.time_zone).where(_Operator.kind == CompanyKind.OPERATOR).scalar_subquery()
_TERMS: tuple[Any, ...] = (
    Company.id, Company.code, Company.name, Company.legal_name, Company.country, Company.vat_id, Company.currency,
    Company.locale, Company.time_zone, Company.vat_mode, Company.payment_days, Company.is_blocked,
    Company.block_reason, Company.is_on_credit_hold, Company.hold_reason, func.coalesce(_ZONE, Company.time_zone),
)  # fmt: skip
_PARTY: tuple[Any, ...] = (
    Company.id, Company.code, Company.name, Company.legal_name, Company.vat_id, Company.tax_number,
    Company.registration_number, Company.gln, Company.endpoint_scheme, Company.endpoint_id, Company.country,
    Company.locale, Company.time_zone, Company.currency, Company.email, Company.invoice_email, Company.phone,
)  # fmt: skip
POSTAL: tuple[Any, ...] = (
    Address.id, Address.label, Address.name, Address.street, Address.street2, Address.postcode, Address.city,
    Address.region, Address.country, Address.gln, Address.contact, Address.phone,
)  # fmt: skip


def own_or_asked(actor: Actor, company_id: int | None) -> int:
    """The company a query is about: a tenant gets NotFound for any but its own."""
    if company_id is None or company_id == actor.company_id:
        return actor.company_id
    if not actor.is_operator:
        raise NotFound
    return company_id


def buying_terms(actor: Actor, company_id: int | None = None) -> BuyingTerms:
    """The terms of the actor's company, or for the operator of any; one statement."""
    row = db.session.execute(select(*_TERMS).where(Company.id == own_or_asked(actor, company_id))).one_or_none()
    if row is None:
        raise NotFound
    return BuyingTerms(*row)


ZONE = "time zone of the operator"  # what `once` keeps it under


def operator_zone(actor: Actor) -> str:
    """The time zone in which prices change and orders are numbered."""
    asked = select(Company.time_zone).where(Company.kind == CompanyKind.OPERATOR)
    return once(ZONE, lambda: db.session.scalar(asked)) or actor.time_zone


def fiscal_month(actor: Actor, company_id: int | None = None) -> int:
    """The month in which the fiscal year of a company begins."""
    found = db.session.scalar(select(Company.fiscal_month).where(Company.id == own_or_asked(actor, company_id)))
    if found is None:
        raise NotFound
    return found


def operator_party(actor: Actor) -> OperatorParty:
    """The firm that runs this portal; raises NotFound on an installation without one. One statement."""
    statement = _with_bill_to(Company.bank_name, Company.iban, Company.bic).where(Company.kind == CompanyKind.OPERATOR)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(N_("This installation has no operator yet. Run `kontor operator create`."))
    return OperatorParty(*_party(row))


def customer_party(actor: Actor, company_id: int | None = None) -> CustomerParty:
    """An account with its default billing address (none set: None). One statement."""
    statement = _with_bill_to(Company.payment_days, Company.vat_mode).where(
        Company.id == own_or_asked(actor, company_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return CustomerParty(*_party(row))


def account_id(actor: Actor, code: str) -> int:
    """The id of a company by its code."""
    statement = select(Company.id).where(Company.code == code)
    if not actor.is_operator:
        statement = statement.where(Company.id == actor.company_id)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no account {code}.", code=code))
    return found


def account_ids(actor: Actor, codes: set[str]) -> dict[str, int]:
    """Ids of many companies by code, for imports; unknown codes are left out. One statement."""
    statement = select(Company.code, Company.id).where(Company.code.in_(codes))
    if not actor.is_operator:
        statement = statement.where(Company.id == actor.company_id)
    return dict(iter(db.session.execute(statement)))


def company_names(actor: Actor, company_ids: set[int]) -> dict[int, tuple[str, str]]:
    """Code and name by id, for lists of the operator that show whom a row belongs to. One statement."""
    if not company_ids:
        return {}
    rows = db.session.execute(select(Company.id, Company.code, Company.name).where(Company.id.in_(company_ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


def operator_id() -> int | None:
    """The operator's company, None on a fresh installation."""
    return db.session.scalar(select(Company.id).where(Company.kind == CompanyKind.OPERATOR))


def _with_bill_to(*further: Any) -> Select[*tuple[Any, ...]]:
    billing = and_(Address.company_id == Company.id, Address.is_default_bill_to, Address.is_active)
    return select(*_PARTY, *further, *POSTAL).select_from(Company).outerjoin(Address, billing)


def _party(row: Sequence[Any]) -> list[Any]:
    """The values of a Party in field order: facts, address, what the kind of party adds."""
    facts, further, postal = row[: len(_PARTY)], row[len(_PARTY) : -len(POSTAL)], row[-len(POSTAL) :]
    return [*facts, PostalAddress(*postal) if postal[0] is not None else None, *further]
