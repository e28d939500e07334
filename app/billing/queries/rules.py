"""The rule by which an account is invoiced."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.billing.domain.rules import Discount, Mode, Rule, RunPeriod
from app.billing.models.entities import LegalEntity
from app.billing.models.rules import InvoiceRule
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible

_PLAIN = Rule()


@dataclass(frozen=True, slots=True)
class RuledAccount:
    """An account that is not invoiced as usual; `waiting` quantities of lines are sent and not invoiced."""

    code: str
    name: str
    rule: Rule
    entity_name: str


def _rule(row: InvoiceRule) -> Rule:
    pairs = ((row.discount_days, row.discount_percent), (row.second_days, row.second_percent))
    discounts = tuple(Discount(days, Decimal(percent).normalize() + 0) for days, percent in pairs if percent)
    return Rule(Mode(row.mode), RunPeriod(row.period), row.entity_id, discounts)


def rule_of(actor: Actor, company_id: int) -> Rule:
    """The rule of an account; without one of its own: each order as soon as it is released. One statement."""
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    row = db.session.get(InvoiceRule, company_id)
    return _PLAIN if row is None else _rule(row)


def rules_of(actor: Actor, company_ids: Collection[int]) -> dict[int, Rule]:
    """The rules of many accounts; those without one of their own are left out. One statement."""
    asked = visible(actor, select(InvoiceRule).where(InvoiceRule.company_id.in_(set(company_ids))), InvoiceRule)
    return {row.company_id: _rule(row) for row in db.session.scalars(asked)}


def ruled_accounts(actor: Actor, *, limit: int = 200) -> list[RuledAccount]:
    """Accounts with a rule of their own, by name. One statement."""
    asked = (
        select(Company.code, Company.name, InvoiceRule, func.coalesce(LegalEntity.name, ""))
        .join(InvoiceRule, InvoiceRule.company_id == Company.id)
        .outerjoin(LegalEntity, LegalEntity.id == InvoiceRule.entity_id)
        .order_by(Company.name, Company.id)
        .limit(limit)
    )
    return [
        RuledAccount(code, name, _rule(row), entity)
        for code, name, row, entity in db.session.execute(visible(actor, asked, InvoiceRule))
    ]
