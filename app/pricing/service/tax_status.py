"""What an account's VAT depends on beside its country: certificates of exemption, checks of its VAT number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from app.accounts.domain.contact import vat_id as checked_format
from app.accounts.models.companies import Company
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.pricing.domain.vat import demand_reason_code
from app.pricing.models.vat import VatCheck, VatExemption

SOURCES = ("manual", "vies")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionRow:
    """A certificate: its number, the days it holds (`valid_to`: the first day it does not), the reason documents give."""

    certificate: str
    valid_from: date
    valid_to: date | None = None
    reason: str
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """What came of looking a VAT number up; Kontor asks nobody by itself. `reference`: consultation number, who was asked."""

    vat_id: str
    is_valid: bool
    checked_on: date
    source: str = "manual"
    reference: str = ""


@command
def add_exemption(actor: Actor, company_id: int, row: ExemptionRow) -> int:
    """Keep a certificate of a customer account; it holds from its first day on, in the next request."""
    _demand_account(company_id)
    certificate, reason = row.certificate.strip(), row.reason.strip()
    if not 0 < len(certificate) <= 60:
        raise Invalid("certificate", N_("Enter the number of the certificate."))
    if not 0 < len(reason) <= 200:
        raise Invalid("reason", N_("Enter the reason that invoices give."))
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        raise Invalid("last_day", N_("The end is after the start."))
    code = demand_reason_code(row.reason_code)
    facts = {
        "certificate": certificate, "valid_from": row.valid_from, "valid_to": row.valid_to, "reason": reason,
        "reason_code": code,
    }  # fmt: skip
    key: int = db.session.execute(
        insert(VatExemption).values(company_id=company_id, **facts).returning(VatExemption.id)
    ).scalar_one()
    audit.record(actor, "company", company_id, "vat_exemption", facts, company_id=company_id)
    return key


@command
def end_exemption(actor: Actor, company_id: int, exemption_id: int, *, on: date) -> None:
    """Let a certificate end: `on` is the first day it no longer holds; one that has not begun by then is removed."""
    found = db.session.scalar(
        select(VatExemption)
        .where(VatExemption.id == exemption_id, VatExemption.company_id == company_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.valid_to is not None and found.valid_to <= on:
        raise Conflict(N_("This certificate has ended already."))
    changes = {"certificate": found.certificate, "valid_to": [found.valid_to, on]}
    if on <= found.valid_from:
        db.session.delete(found)
    else:
        found.valid_to = on
    audit.record(actor, "company", company_id, "vat_exemption_ended", changes, company_id=company_id)


@command
def record_check(actor: Actor, company_id: int, row: CheckRow) -> int:
    """Keep the result of a check of the account's present number; a number of a wrong form cannot be valid."""
    company = _demand_account(company_id)
    if not company.vat_id:
        raise Conflict(N_("The account has no VAT number. Enter it first."))
    if row.vat_id != company.vat_id:
        raise Conflict(N_("The account's VAT number is {now} by now. Check that one.", now=company.vat_id))
    if row.source not in SOURCES:
        raise Invalid("source", N_("Choose how it was checked."))
    if row.checked_on > clock.today(actor.time_zone):
        raise Invalid("checked_on", N_("This day is still to come."))
    if row.is_valid:
        checked_format(company.vat_id, company.country)
    facts = {
        "vat_id": company.vat_id, "checked_on": row.checked_on, "is_valid": row.is_valid, "source": row.source,
        "reference": row.reference.strip()[:80],
    }  # fmt: skip
    key: int = db.session.execute(
        insert(VatCheck).values(company_id=company_id, user_id=actor.user_id, **facts).returning(VatCheck.id)
    ).scalar_one()
    audit.record(actor, "company", company_id, "vat_check", facts, company_id=company_id)
    return key


def _demand_account(company_id: int) -> Company:
    found = db.session.scalar(select(Company).where(Company.id == company_id, Company.kind == "customer"))
    if found is None:
        raise NotFound(N_("There is no such customer account."))
    return found
