"""Why an account pays which VAT: its number and the checks of it, its certificates; for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.accounts.domain.contact import vat_id as checked_format
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.pricing.domain.vat import EU, Parties
from app.pricing.models.vat import VatCheck, VatExemption, VatRule


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One recorded check; `is_present` when it was of the number the account has now."""

    vat_id: str
    checked_on: date
    is_valid: bool
    source: str
    reference: str
    person: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """A certificate; `holds` today."""

    id: int
    certificate: str
    valid_from: date
    valid_to: date | None
    reason: str
    reason_code: str
    holds: bool


@dataclass(frozen=True, slots=True)
class TaxStatus:
    """What an account pays and why; `verdict` is a tone (good, warn, info) and the words."""

    company_id: int
    country: str
    seller_country: str
    vat_id: str
    tone: str
    verdict: Message
    checks: tuple[CheckLine, ...]
    exemptions: tuple[ExemptionLine, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a VAT class is in a country from a day on."""

    id: int
    country: str
    vat_class: str
    category: str
    valid_from: date
    reason: str
    reason_code: str


def tax_status(actor: Actor, company_id: int) -> TaxStatus:
    """Three statements. Raises NotFound for what is not a visible account."""
    seller = select(Company.country).where(Company.kind == CompanyKind.OPERATOR).scalar_subquery()
    statement = select(Company.country, Company.vat_id, seller).where(Company.id == company_id)
    row = db.session.execute(statement).one_or_none()
    if row is None or (not actor.is_operator and company_id != actor.company_id):
        raise NotFound
    country, number, seller_country = row
    checks = tuple(
        CheckLine(*line, line[0] == number)
        for line in db.session.execute(
            visible(
                actor,
                select(
                    VatCheck.vat_id, VatCheck.checked_on, VatCheck.is_valid, VatCheck.source, VatCheck.reference,
                    func.coalesce(User.name, ""),
                ).outerjoin(User, User.id == VatCheck.user_id),
                VatCheck,
            ).where(VatCheck.company_id == company_id).order_by(VatCheck.id.desc())
        ).all()
    )  # fmt: skip
    today = clock.today(actor.time_zone)
    exemptions = tuple(
        ExemptionLine(*line, line[2] <= today and (line[3] is None or today < line[3]))
        for line in db.session.execute(
            visible(
                actor,
                select(
                    VatExemption.id, VatExemption.certificate, VatExemption.valid_from, VatExemption.valid_to,
                    VatExemption.reason, VatExemption.reason_code,
                ),
                VatExemption,
            ).where(VatExemption.company_id == company_id).order_by(VatExemption.valid_from.desc(), VatExemption.id)
        ).all()
    )  # fmt: skip
    parties = Parties(seller_country or "", country, number)
    tone, verdict = _verdict(parties, checks, exemptions)
    return TaxStatus(company_id, country, seller_country or "", number, tone, verdict, checks, exemptions)


def _verdict(
    parties: Parties, checks: tuple[CheckLine, ...], exemptions: tuple[ExemptionLine, ...]
) -> tuple[str, Message]:
    if not parties.customer_country:
        return "warn", N_("Without a country nothing can be ordered: the VAT cannot be told.")
    is_within = parties.is_abroad and {parties.seller_country, parties.customer_country} <= EU
    if parties.is_abroad and not is_within:
        return "good", N_("Export: no VAT is charged.")
    problem = _unproven(parties, checks) if is_within else None
    if is_within and problem is None:
        return "good", N_("Intra-Community supply: no VAT is charged, the number was checked.")
    held = next((one for one in exemptions if one.holds), None)
    if held is not None:
        return "good", N_("Exempt by certificate {certificate}: no VAT is charged.", certificate=held.certificate)
    return ("warn", problem) if problem is not None else ("info", N_("VAT of {country} is charged.",
                                                                    country=parties.seller_country))  # fmt: skip


def _unproven(parties: Parties, checks: tuple[CheckLine, ...]) -> Message | None:
    """Why a customer of another member state is charged VAT; None when it is not."""
    number = parties.customer_vat_id
    if not number:
        return N_("VAT is charged: there is no VAT number.")
    try:
        checked_format(number, parties.customer_country)
    except Invalid:
        return N_("VAT is charged: {number} is not a valid VAT number.", number=number)
    if not parties.has_foreign_vat_id:
        return N_("VAT is charged: {number} is not a number of another member state.", number=number)
    latest = next((one for one in checks if one.is_present), None)
    if latest is None:
        return N_("VAT is charged: nobody has checked {number} yet.", number=number)
    if not latest.is_valid:
        return N_("VAT is charged: {number} was found wrong on {day}.", number=number, day=latest.checked_on)
    return None


def vat_rules(actor: Actor) -> list[RuleLine]:
    """All rules of places, by country, class and day."""
    rows = db.session.execute(
        select(
            VatRule.id, VatRule.country, VatRule.vat_class, VatRule.category, VatRule.valid_from, VatRule.reason,
            VatRule.reason_code,
        ).order_by(VatRule.country, VatRule.vat_class, VatRule.valid_from)
    )  # fmt: skip
    return [RuleLine(*row) for row in rows.all()]
