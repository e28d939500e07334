"""Ways of delivery and payment, thresholds and what accounts must fill in, as the operator sets them up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.models.companies import AccountGroup
from app.accounts.queries.companies import account_ids
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.money import minor_units
from app.core.texts import N_
from app.inventory.models.stock import Warehouse
from app.ordering.domain.delivery_cost import CostRule, WithoutWeight
from app.ordering.domain.terms import DeliveryKind, PaymentKind, PoRepeats
from app.ordering.domain.thresholds import ThresholdEffect, ThresholdKind
from app.ordering.models.terms import (
    DeliveryMethod,
    DeliveryRate,
    OrderTerms,
    OrderThreshold,
    PaymentMethod,
    TermsAudience,
)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
Table = type[DeliveryMethod | PaymentMethod | OrderThreshold]
_AUDIENCE: dict[Table, str] = {
    DeliveryMethod: "delivery_method_id", PaymentMethod: "payment_method_id", OrderThreshold: "threshold_id",
}  # fmt: skip
_AUDITED: dict[Table, str] = {
    DeliveryMethod: "delivery_method", PaymentMethod: "payment_method", OrderThreshold: "order_threshold",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audience:
    """Codes of the accounts and groups a rule is for; none at all: everybody."""

    accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """What a method costs in a zone; steps are (from, cost), the first from zero."""

    currency: str
    rule: CostRule = CostRule.FLAT
    amount: Decimal = Decimal(0)
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    free_from: Decimal | None = None
    countries: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    without_weight: WithoutWeight = WithoutWeight.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMethodRow:
    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    kind: DeliveryKind = DeliveryKind.DELIVERY
    warehouse: str = ""
    is_per_delivery: bool = True
    lead_days: int = 0
    cut_off: time | None = None
    position: int = 100
    is_active: bool = True
    rates: tuple[RateRow, ...] = ()
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodRow:
    """`change` below zero is a discount."""

    code: str
    name: str
    kind: PaymentKind
    names: Mapping[str, str] = field(default_factory=dict)
    net_days: int | None = None
    change: Decimal = Decimal(0)
    is_percent: bool = False
    currency: str = ""
    position: int = 100
    is_active: bool = True
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    code: str
    name: str
    kind: ThresholdKind
    currency: str
    amount: Decimal
    names: Mapping[str, str] = field(default_factory=dict)
    effect: ThresholdEffect = ThresholdEffect.MESSAGE
    fee: Decimal = Decimal(0)
    is_active: bool = True
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTermsRow:
    """What an account must fill in, and the codes of what is chosen for it when it does not say."""

    needs_po: bool = False
    needs_cost_centre: bool = False
    po_repeats: PoRepeats = PoRepeats.WARN
    delivery_method: str = ""
    payment_method: str = ""


@command
def save_delivery_method(actor: Actor, row: DeliveryMethodRow) -> int:
    """Make a way of delivery or replace the one of the same code, with all its rates; returns its id. Raises Invalid."""
    _demand_names(row.code, row.name)
    if row.lead_days < 0:
        raise Invalid("lead_days", N_("Working days cannot be below zero."))
    if not row.rates:
        raise Invalid("rates", N_("Say what it costs: give it at least one rate."))
    for number, rate in enumerate(row.rates, 1):
        _demand_rate(number, rate)
    warehouse_id = db.session.scalar(select(Warehouse.id).where(Warehouse.code == row.warehouse))
    if row.warehouse and warehouse_id is None:
        raise Invalid("warehouse", N_("There is no warehouse {code}.", code=row.warehouse))
    if row.kind is DeliveryKind.PICK_UP and warehouse_id is None:
        raise Invalid("warehouse", N_("Say where the goods are picked up."))
    values = _facts(row, "rates", "warehouse") | {"warehouse_id": warehouse_id}
    method_id = _save(actor, DeliveryMethod, values, row.audience)
    db.session.execute(delete(DeliveryRate).where(DeliveryRate.method_id == method_id))
    db.session.execute(insert(DeliveryRate), [
        {
            "method_id": method_id, "position": place, "currency": rate.currency, "rule": str(rate.rule),
            "amount": rate.amount, "steps": [[str(start), str(cost)] for start, cost in rate.steps],
            "free_from": rate.free_from, "countries": list(rate.countries), "postcodes": list(rate.postcodes),
            "without_weight": str(rate.without_weight),
        }
        for place, rate in enumerate(row.rates, 1)
    ])  # fmt: skip
    return method_id


@command
def save_payment_method(actor: Actor, row: PaymentMethodRow) -> int:
    """Make a way of payment or replace the one of the same code; returns its id. Raises Invalid."""
    _demand_names(row.code, row.name)
    if row.net_days is not None and row.net_days < 0:
        raise Invalid("net_days", N_("Days cannot be below zero."))
    if row.is_percent and abs(row.change) > 100:
        raise Invalid("change", N_("At most 100 percent."))
    if row.change and not row.is_percent:
        _demand_amount("change", abs(row.change), row.currency)
    elif row.currency:
        _demand_currency("currency", row.currency)
    return _save(actor, PaymentMethod, _facts(row), row.audience)


@command
def save_threshold(actor: Actor, row: ThresholdRow) -> int:
    """Make a threshold or replace the one of the same code; returns its id. Raises Invalid."""
    _demand_names(row.code, row.name)
    if row.amount <= 0:
        raise Invalid("amount", N_("Enter an amount above zero."))
    _demand_amount("amount", row.amount, row.currency)
    if row.fee < 0 or (row.effect is ThresholdEffect.PERCENT and row.fee > 100):
        raise Invalid("fee", N_("Enter a surcharge between zero and what is due."))
    if row.kind is not ThresholdKind.SOFT_MIN and row.fee:
        raise Invalid("fee", N_("Only a minimum below which orders are taken has a surcharge."))
    if row.effect is ThresholdEffect.AMOUNT:
        _demand_amount("fee", row.fee, row.currency)
    return _save(actor, OrderThreshold, _facts(row), row.audience)


@command
def set_order_terms(actor: Actor, company_id: int, row: OrderTermsRow) -> None:
    """What an account must fill in, and its defaults. Raises Invalid for a method that is not there."""
    values: dict[str, Any] = {
        "needs_po": row.needs_po, "needs_cost_centre": row.needs_cost_centre, "po_repeats": str(row.po_repeats),
        "delivery_method_id": _id_of(DeliveryMethod, "delivery_method", row.delivery_method),
        "payment_method_id": _id_of(PaymentMethod, "payment_method", row.payment_method),
    }  # fmt: skip
    before = db.session.get(OrderTerms, company_id)
    old = {name: getattr(before, name) for name in values} if before is not None else {}
    db.session.execute(
        upsert(OrderTerms)
        .values(company_id=company_id, **values)
        .on_conflict_do_update(index_elements=[OrderTerms.company_id], set_=values)
    )
    db.session.expire_all()
    if old != values:
        changed = {name: [old.get(name), value] for name, value in values.items() if old.get(name) != value}
        audit.record(actor, "company", company_id, "order_terms_changed", changed, company_id=company_id)


def _facts(row: DeliveryMethodRow | PaymentMethodRow | ThresholdRow, *without: str) -> dict[str, Any]:
    """The columns of a row; names that say nothing are left out."""
    found = {name: value for name, value in asdict(row).items() if name not in ("audience", *without)}
    found["names"] = {language: name.strip() for language, name in row.names.items() if name.strip()}
    return {name: str(value) if name in ("kind", "effect") else value for name, value in found.items()}


def _save(actor: Actor, table: Table, values: dict[str, Any], audience: Audience) -> int:
    """Write the row of its code and whom it is for; what changed goes into the audit."""
    values = values | {"is_for_all": audience == EVERYBODY}
    known: Any = db.session.scalar(select(table).where(table.code == values["code"]).with_for_update())
    old = {name: getattr(known, name) for name in values} if known is not None else {}
    if known is None:
        rule_id: int = db.session.scalars(insert(table).values(**values).returning(table.id)).one()
    else:
        rule_id = int(known.id)
        db.session.execute(update(table).where(table.id == rule_id).values(**values))
        db.session.expire(known)
    column = _AUDIENCE[table]
    db.session.execute(delete(TermsAudience).where(getattr(TermsAudience, column) == rule_id))
    rows = [{column: rule_id, "company_id": one, "group_id": None} for one in _accounts(actor, audience.accounts)]
    rows += [{column: rule_id, "company_id": None, "group_id": one} for one in _groups(audience.groups)]
    if rows:
        db.session.execute(insert(TermsAudience), rows)
    told: dict[str, Any] = {
        name: [_told(old.get(name)), _told(new)] for name, new in values.items() if old.get(name) != new
    }
    told |= {"accounts": audience.accounts, "groups": audience.groups} if rows else {}
    audit.record(actor, _AUDITED[table], rule_id, "changed" if old else "created", told)
    return rule_id


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, time) else value


def _accounts(actor: Actor, codes: Sequence[str]) -> list[int]:
    found = account_ids(actor, set(codes)) if codes else {}
    missing = next((code for code in codes if code not in found), None)
    if missing is not None:
        raise Invalid("accounts", N_("There is no account {code}.", code=missing))
    return sorted(set(found.values()))


def _groups(codes: Sequence[str]) -> list[int]:
    rows = db.session.execute(select(AccountGroup.code, AccountGroup.id).where(AccountGroup.code.in_(codes))).all()
    found = {row.code: row.id for row in rows}
    missing = next((code for code in codes if code not in found), None)
    if missing is not None:
        raise Invalid("groups", N_("There is no group {code}.", code=missing))
    return sorted(found.values())


def _id_of(table: type[DeliveryMethod | PaymentMethod], name: str, code: str) -> int | None:
    if not code:
        return None
    found = db.session.scalar(select(table.id).where(table.code == code, table.is_active))
    if found is None:
        raise Invalid(name, N_("There is no method {code} in use.", code=code))
    return int(found)


def _demand_names(code: str, name: str) -> None:
    if not _CODE.fullmatch(code):
        raise Invalid("code", N_("A code has letters, digits, points and hyphens, at most 40."))
    if not name.strip():
        raise Invalid("name", N_("Give it a name."))


def _demand_currency(name: str, currency: str) -> None:
    if not _CURRENCY.fullmatch(currency):
        raise Invalid(name, N_("A currency has three letters, such as EUR."))


def _demand_amount(name: str, amount: Decimal, currency: str) -> None:
    _demand_currency("currency", currency)
    if amount != round(amount, minor_units(currency)):
        raise Invalid(name, N_("At most {places} digits after the decimal sign.", places=minor_units(currency)))


def _demand_rate(number: int, rate: RateRow) -> None:
    """Raise Invalid for a rate that cannot be, naming its row."""
    wrong = None
    if not _CURRENCY.fullmatch(rate.currency):
        wrong = N_("a currency has three letters, such as EUR.")
    elif any(not _COUNTRY.fullmatch(one) for one in rate.countries):
        wrong = N_("a country has two letters, such as DE.")
    elif rate.amount < 0 or any(cost < 0 or start < 0 for start, cost in rate.steps):
        wrong = N_("nothing may be below zero.")
    elif rate.rule is CostRule.PERCENT and rate.amount > 100:
        wrong = N_("at most 100 percent.")
    elif rate.rule in (CostRule.WEIGHT, CostRule.VALUE) and (not rate.steps or rate.steps[0][0] != 0):
        wrong = N_("give it steps, the first from zero: 0: 4.90; 10: 9.90")
    elif any(later[0] <= earlier[0] for earlier, later in zip(rate.steps, rate.steps[1:], strict=False)):
        wrong = N_("each step starts above the one before.")
    if wrong is not None:
        raise Invalid("rates", N_("Rate {number}: {reason}", number=number, reason=wrong))
