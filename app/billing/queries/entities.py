"""In whose name an account is invoiced, and up to which day those books are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.accounts.domain.company import OperatorParty, PostalAddress
from app.accounts.queries.companies import operator_party
from app.billing.models.entities import LegalEntity
from app.billing.models.invoices import Invoice
from app.billing.models.rules import ClosedPeriod
from app.billing.queries.rules import rule_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues: a legal entity or (`id` None) the operator itself. `currency` is that of its VAT accounts (BT-6)."""

    id: int | None
    code: str
    prefix: str
    party: OperatorParty
    currency: str
    time_zone: str
    footer: str = ""


def _address(row: LegalEntity) -> PostalAddress:
    return PostalAddress(
        None, "", row.legal_name or row.name, row.street, row.street2, row.postcode, row.city, row.region, row.country
    )


def _of_entity(row: LegalEntity, operator: OperatorParty) -> Seller:
    party = OperatorParty(
        company_id=operator.company_id, code=row.code, name=row.name, legal_name=row.legal_name, vat_id=row.vat_id,
        tax_number=row.tax_number, registration_number=row.registration_number, gln=row.gln,
        endpoint_scheme=row.endpoint_scheme, endpoint_id=row.endpoint_id, country=row.country, locale=operator.locale,
        time_zone=row.time_zone, currency=row.currency, email=row.email or operator.email, invoice_email="",
        phone=row.phone or operator.phone, address=_address(row), bank_name=row.bank_name, iban=row.iban, bic=row.bic,
    )  # fmt: skip
    return Seller(row.id, row.code, row.number_prefix, party, row.currency, row.time_zone, row.footer)


def seller(actor: Actor, entity_id: int | None) -> Seller:
    """A legal entity, or (None) the operator with its own company data."""
    operator = operator_party(actor)
    if entity_id is None:
        return Seller(None, operator.code, "", operator, operator.currency, operator.time_zone)
    row = db.session.get(LegalEntity, entity_id)
    if row is None:
        raise NotFound
    return _of_entity(row, operator)


def entity_of(actor: Actor, company_id: int) -> Seller:
    """Who invoices an account by its rule."""
    return seller(actor, rule_of(actor, company_id).entity_id)


def entities(actor: Actor) -> Sequence[LegalEntity]:
    """All legal entities, the active first."""
    asked = select(LegalEntity).order_by(LegalEntity.is_active.desc(), LegalEntity.code)
    return db.session.scalars(asked).all()


def entity(actor: Actor, code: str) -> LegalEntity:
    row = db.session.scalar(select(LegalEntity).where(LegalEntity.code == code))
    if row is None:
        raise NotFound
    return row


def closed_through(entity_id: int | None) -> date | None:
    """The last day of the closed books of an entity, for a command; None while nothing is closed."""
    return db.session.scalar(
        select(func.max(ClosedPeriod.through)).where(
            ClosedPeriod.entity_id.is_not_distinct_from(entity_id), ClosedPeriod.reopened_at.is_(None)
        )
    )


def newest_issue(entity_id: int | None, kind: str = "invoice") -> date | None:
    """The day of the newest document of a series."""
    return db.session.scalar(
        select(func.max(Invoice.issued_on)).where(
            Invoice.entity_id.is_not_distinct_from(entity_id), Invoice.kind == kind
        )
    )
