"""Rules of invoicing by account, and the legal entities that invoice."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.companies import customer_party
from app.billing.domain.rules import Discount, Rule, checked_discounts
from app.billing.models.entities import LegalEntity
from app.billing.models.rules import InvoiceRule
from app.billing.queries.rules import rule_of
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_NONE = Discount(0, Decimal(0))


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """A legal entity as it stands on its documents; `number_prefix` and `currency` stay once it has issued."""

    code: str
    number_prefix: str
    name: str
    country: str
    currency: str
    legal_name: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration_number: str = ""
    gln: str = ""
    endpoint_scheme: str = ""
    endpoint_id: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    time_zone: str = "UTC"
    email: str = ""
    phone: str = ""
    bank_name: str = ""
    iban: str = ""
    bic: str = ""
    footer: str = ""


@command
def set_rule(actor: Actor, company_id: int, rule: Rule) -> None:
    """How an account is invoiced from now on; what is invoiced stays as it is. Raises Invalid naming the field."""
    payment_days = customer_party(actor, company_id).payment_days
    discounts = checked_discounts(rule.discounts, payment_days)
    if rule.entity_id is not None and not db.session.get_one(LegalEntity, rule.entity_id).is_active:
        raise Invalid("entity_id", N_("This entity issues no more documents."))
    before = rule_of(actor, company_id)
    first, second = (*discounts, _NONE, _NONE)[:2]
    values = {
        "entity_id": rule.entity_id, "mode": str(rule.mode), "period": str(rule.period), "discount_days": first.days,
        "discount_percent": first.percent, "second_days": second.days, "second_percent": second.percent,
    }  # fmt: skip
    db.session.execute(
        insert(InvoiceRule)
        .values(company_id=company_id, **values)
        .on_conflict_do_update(index_elements=[InvoiceRule.company_id], set_=values)
    )
    db.session.expire_all()
    after = rule_of(actor, company_id)
    if before != after:
        told = {name: [str(asdict(before)[name]), str(value)] for name, value in asdict(after).items()}
        audit.record(actor, "company", company_id, "invoice_rule_set", told, company_id=company_id)


@command
def save_entity(actor: Actor, facts: EntityFacts, *, code: str | None = None) -> int:
    """Add a legal entity, or (`code`) change one. Raises Invalid naming the field."""
    if not _PREFIX.fullmatch(facts.number_prefix):
        raise Invalid("number_prefix", N_("One to eight capital letters or digits."))
    for name in ("code", "name", "country", "currency"):
        if not getattr(facts, name).strip():
            raise Invalid(name, N_("Please fill this in."))
    row = db.session.scalar(select(LegalEntity).where(LegalEntity.code == (code or facts.code)).with_for_update())
    taken = select(LegalEntity.id).where(
        (LegalEntity.code == facts.code) | (LegalEntity.number_prefix == facts.number_prefix)
    )
    if row is not None:
        taken = taken.where(LegalEntity.id != row.id)
    if code is not None and row is None:
        raise NotFound
    if (code is None and row is not None) or db.session.scalar(taken.limit(1)) is not None:
        raise Conflict(N_("There is an entity with this code or prefix already."))
    values = asdict(facts)
    before = {name: getattr(row, name) for name in values} if row is not None else {}
    if row is None:
        row = LegalEntity(**values)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    changes = {name: [before.get(name, ""), value] for name, value in values.items() if before.get(name, "") != value}
    audit.record(actor, "legal_entity", row.id, "entity_saved", changes)
    return row.id
