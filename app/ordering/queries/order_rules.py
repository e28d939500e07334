"""How orders may be changed after placing: the operator's rules and those of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.ordering.domain.lifecycle import CancelUntil
from app.ordering.domain.rules import ChangeRules
from app.ordering.models.changes import OrderRules

_RULES = text("""
SELECT coalesce(own.grace_minutes, house.grace_minutes) AS grace_minutes,
    coalesce(own.cancel_until, house.cancel_until) AS cancel_until,
    coalesce(own.waits_for_confirmation, house.waits_for_confirmation) AS waits_for_confirmation,
    coalesce(own.asks_for_less, house.asks_for_less) AS asks_for_less,
    coalesce(own.answer_days, house.answer_days) AS answer_days
FROM (SELECT 1) one
LEFT JOIN order_rules own ON own.company_id = :company AND NOT own.is_default
LEFT JOIN order_rules house ON house.is_default""")


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What an account has of its own; None: as the operator's."""

    code: str
    name: str
    grace_minutes: int | None
    cancel_until: str | None
    waits_for_confirmation: bool | None


def change_rules(actor: Actor, company_id: int | None = None) -> ChangeRules:
    """The rules that hold for an account's orders; for the operator's own company the defaults."""
    company_id = actor.company_id if company_id is None else company_id
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    row = db.session.execute(_RULES, {"company": company_id}).one()
    known: dict[str, Any] = {name: value for name, value in row._mapping.items() if value is not None}  # noqa: SLF001
    if "cancel_until" in known:
        known["cancel_until"] = CancelUntil(known["cancel_until"])
    return ChangeRules(**known)


def account_rules(actor: Actor) -> list[AccountRules]:
    """Accounts with rules of their own, by name."""
    statement = (
        select(
            Company.code, Company.name, OrderRules.grace_minutes, OrderRules.cancel_until,
            OrderRules.waits_for_confirmation,
        )
        .join(Company, Company.id == OrderRules.company_id)
        .where(OrderRules.is_default.is_(False))
        .order_by(Company.name, Company.id)
    )  # fmt: skip
    return [AccountRules(*row) for row in db.session.execute(statement)]
