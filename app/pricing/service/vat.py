"""VAT rates by country and class, and what classes are in a country, each from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.pricing.domain.vat import demand_reason_code
from app.pricing.models.vat import VatRate, VatRule

CATEGORIES = ("S", "Z", "E", "AE", "O")


@dataclass(frozen=True, slots=True)
class VatRow:
    """Percent of a class in a country (two letters, ISO 3166) from a day on."""

    country: str
    vat_class: str
    rate: Decimal
    valid_from: date


@command
def set_vat_rates(actor: Actor, rows: Sequence[VatRow]) -> int:
    """Set rates by country, class and first day; returns how many are new or changed."""
    for row in rows:
        _check(row)
    if not rows:
        return 0
    statement = upsert(VatRate).values(
        [{"country": r.country, "vat_class": r.vat_class, "rate": r.rate, "valid_from": r.valid_from} for r in rows]
    )
    changed = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["country", "vat_class", "valid_from"],
            set_={"rate": statement.excluded.rate},
            where=VatRate.rate != statement.excluded.rate,
        ).returning(VatRate.id, VatRate.country, VatRate.vat_class, VatRate.valid_from, VatRate.rate)
    ).all()
    for rate_id, country, vat_class, valid_from, rate in changed:
        facts = {"country": country, "vat_class": vat_class, "valid_from": valid_from, "rate": rate}
        audit.record(actor, "vat_rate", rate_id, "set", facts)
    return len(changed)


@command
def remove_vat_rate(actor: Actor, rate_id: int) -> None:
    """Take a rate back that was entered by mistake. What was ordered and invoiced keeps its rate."""
    gone = db.session.execute(
        delete(VatRate)
        .where(VatRate.id == rate_id)
        .returning(VatRate.country, VatRate.vat_class, VatRate.valid_from, VatRate.rate)
    ).one_or_none()
    if gone is None:
        raise NotFound
    audit.record(actor, "vat_rate", rate_id, "remove", gone._asdict())


@dataclass(frozen=True, slots=True)
class VatRuleRow:
    """What a class is for customers in a country from a day on: a category of UNTDID 5305, S takes a rule back."""

    country: str
    vat_class: str
    category: str
    valid_from: date
    reason: str = ""
    reason_code: str = ""


@command
def set_vat_rule(actor: Actor, row: VatRuleRow) -> bool:
    """Set a rule by country, class and first day; returns whether that was a change."""
    _check_place(row.country, row.vat_class)
    if row.category not in CATEGORIES:
        raise Invalid("category", N_("Choose what the class is there."))
    values = {
        "country": row.country, "vat_class": row.vat_class, "category": row.category, "valid_from": row.valid_from,
        "reason": row.reason.strip()[:200], "reason_code": demand_reason_code(row.reason_code),
    }  # fmt: skip
    statement = upsert(VatRule).values(values)
    new = statement.excluded
    changed = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["country", "vat_class", "valid_from"],
            set_={"category": new.category, "reason": new.reason, "reason_code": new.reason_code},
            where=(VatRule.category != new.category)
            | (VatRule.reason != new.reason)
            | (VatRule.reason_code != new.reason_code),
        ).returning(VatRule.id)
    )
    if changed is not None:
        audit.record(actor, "vat_rule", changed, "set", values)
    return changed is not None


@command
def remove_vat_rule(actor: Actor, rule_id: int) -> None:
    """Take a rule back that was entered by mistake. What was ordered keeps its tax."""
    gone = db.session.execute(
        delete(VatRule)
        .where(VatRule.id == rule_id)
        .returning(VatRule.country, VatRule.vat_class, VatRule.category, VatRule.valid_from)
    ).one_or_none()
    if gone is None:
        raise NotFound
    audit.record(actor, "vat_rule", rule_id, "remove", gone._asdict())


def _check_place(country: str, vat_class: str) -> None:
    if not (len(country) == 2 and country.isalpha() and country.isupper()):
        raise Invalid("country", N_("A country is a code of two letters, such as DE."))
    if not 0 < len(vat_class) <= 12:
        raise Invalid("vat_class", N_("A class has 1 to {length} characters.", length=12))


def _check(row: VatRow) -> None:
    _check_place(row.country, row.vat_class)
    if not 0 <= row.rate <= 100 or row.rate != row.rate.quantize(Decimal("0.001")):
        raise Invalid("rate", N_("A rate is from 0 to 100 percent, with at most three digits after the decimal sign."))
