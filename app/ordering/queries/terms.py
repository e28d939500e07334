"""How an account may have its orders delivered and pay for them: one statement for everything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.queries.companies import own_or_asked
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.ordering.domain.delivery_cost import CostRule, Rate, WithoutWeight
from app.ordering.domain.terms import (
    ON_ACCOUNT,
    AccountTerms,
    DeliveryKind,
    DeliveryMethod,
    PaymentKind,
    PaymentMethod,
    PoRepeats,
)
from app.ordering.domain.thresholds import Threshold, ThresholdEffect, ThresholdKind


def _allowed(alias: str, column: str) -> str:
    return f"""{alias}.is_active AND ({alias}.is_for_all OR EXISTS (
        SELECT 1 FROM terms_audience x WHERE x.{column} = {alias}.id
        AND (x.company_id = c.id OR x.group_id = c.group_id)))"""  # noqa: S608 -- names of this file


_TERMS = text(f"""
SELECT
    (SELECT json_agg(json_build_array(m.id, m.code, coalesce(m.names ->> :locale, m.name), m.kind, m.is_per_delivery,
            m.lead_days, m.cut_off, coalesce(w.name, ''), (
                SELECT coalesce(json_agg(json_build_array(r.currency, r.rule, CAST(r.amount AS text), r.steps,
                    CAST(r.free_from AS text), r.countries, r.postcodes, r.without_weight) ORDER BY r.position), '[]')
                FROM delivery_rates r WHERE r.method_id = m.id)) ORDER BY m.position, m.code)
        FROM delivery_methods m LEFT JOIN warehouses w ON w.id = m.warehouse_id
        WHERE {_allowed("m", "delivery_method_id")}),
    (SELECT json_agg(json_build_array(p.id, p.code, coalesce(p.names ->> :locale, p.name), p.kind, p.net_days,
            CAST(p.change AS text), p.is_percent, p.currency) ORDER BY p.position, p.code)
        FROM payment_methods p WHERE {_allowed("p", "payment_method_id")}),
    (SELECT json_agg(json_build_array(t.code, coalesce(t.names ->> :locale, t.name), t.kind, CAST(t.amount AS text),
            t.effect, CAST(t.fee AS text), t.currency) ORDER BY t.amount, t.code)
        FROM order_thresholds t WHERE {_allowed("t", "threshold_id")}),
    o.needs_po, o.needs_cost_centre, o.po_repeats,
    (SELECT code FROM delivery_methods WHERE id = o.delivery_method_id),
    (SELECT code FROM payment_methods WHERE id = o.payment_method_id),
    EXISTS (SELECT 1 FROM payment_methods WHERE is_active)
FROM companies c LEFT JOIN order_terms o ON o.company_id = c.id
WHERE c.id = :company""")  # noqa: S608 -- names of this file


def account_terms(actor: Actor, currency: str, *, company_id: int | None = None, locale: str = "") -> AccountTerms:
    """What holds for the actor's company, or for the operator any; names in `locale` where there are any.

    A way of delivery without a rate in the currency is not set up for it.
    """
    values = {"company": own_or_asked(actor, company_id), "locale": locale}
    row = db.session.execute(_TERMS, values).one()
    delivery, payment, thresholds, needs_po, needs_centre, repeats, default_delivery, default_payment, has_ways = row
    ways = tuple(_payment(one) for one in payment or () if not one[7] or one[7] == currency)
    return AccountTerms(
        tuple(one for one in map(_delivery, delivery or ()) if any(rate.currency == currency for rate in one.rates)),
        ways if has_ways else (ON_ACCOUNT,),
        tuple(_threshold(one) for one in thresholds or () if one[6] == currency),
        bool(needs_po),
        bool(needs_centre),
        PoRepeats(repeats or PoRepeats.WARN),
        default_delivery or "",
        default_payment or "",
    )


def _delivery(row: list[Any]) -> DeliveryMethod:
    id_, code, name, kind, is_per_delivery, lead_days, cut_off, warehouse, rates = row
    return DeliveryMethod(
        id_, code, name, DeliveryKind(kind), is_per_delivery, lead_days,
        time.fromisoformat(cut_off) if cut_off else None, warehouse, tuple(rate_of(one) for one in rates),
    )  # fmt: skip


def rate_of(row: list[Any]) -> Rate:
    currency, rule, amount, steps, free_from, countries, postcodes, without_weight = row
    return Rate(
        currency, CostRule(rule), Decimal(amount), tuple((Decimal(start), Decimal(cost)) for start, cost in steps),
        None if free_from is None else Decimal(free_from), tuple(countries), tuple(postcodes),
        WithoutWeight(without_weight),
    )  # fmt: skip


def _payment(row: list[Any]) -> PaymentMethod:
    id_, code, name, kind, net_days, change, is_percent, currency = row
    return PaymentMethod(id_, code, name, PaymentKind(kind), net_days, Decimal(change), is_percent, currency)


def _threshold(row: list[Any]) -> Threshold:
    code, name, kind, amount, effect, fee, _currency = row
    return Threshold(code, name, ThresholdKind(kind), Decimal(amount), ThresholdEffect(effect), Decimal(fee))


@dataclass(frozen=True, slots=True)
class LineWeight:
    """What a cart line weighs in all; `kg` None: not known."""

    sku: str
    kg: Decimal | None


_WEIGHTS = text("""
SELECT l.id, a.sku,
    CASE WHEN l.unit <> a.base_unit AND u.weight_kg IS NOT NULL THEN u.weight_kg * l.quantity
         ELSE a.weight_kg * l.base_quantity END
FROM cart_lines l
JOIN articles a ON a.id = l.article_id
LEFT JOIN article_units u ON u.article_id = a.id AND u.unit = l.unit
WHERE l.cart_id = :cart AND l.company_id = :company""")


def weights(cart_id: int, company_id: int) -> dict[int, LineWeight]:
    """The weight of each line of a cart, packs with what is around them where that is known; one statement."""
    rows = db.session.execute(_WEIGHTS, {"cart": cart_id, "company": company_id}).all()
    return {row[0]: LineWeight(row[1], row[2]) for row in rows}


def goes_by_weight(methods: Collection[DeliveryMethod], currency: str) -> bool:
    """Whether weights need to be read at all."""
    return any(
        rate.rule is CostRule.WEIGHT and rate.currency == currency for one in methods for rate in one.rates
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """All rules as the operator's page lists them, also those not in use."""

    delivery: list[DeliveryRow]
    payment: list[PaymentRow]
    thresholds: list[ThresholdRow]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A way of delivery; `warehouse` is a code, `accounts` and `groups` are those it is only for."""

    id: int
    code: str
    name: str
    names: dict[str, str]
    kind: str
    warehouse: str
    is_per_delivery: bool
    lead_days: int
    cut_off: time | None
    position: int
    is_active: bool
    rates: tuple[Rate, ...]
    accounts: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    id: int
    code: str
    name: str
    names: dict[str, str]
    kind: str
    net_days: int | None
    change: Decimal
    is_percent: bool
    currency: str
    position: int
    is_active: bool
    accounts: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    id: int
    code: str
    name: str
    names: dict[str, str]
    kind: str
    currency: str
    amount: Decimal
    effect: str
    fee: Decimal
    is_active: bool
    accounts: tuple[str, ...]
    groups: tuple[str, ...]


def _only_for(alias: str, column: str) -> str:
    return f"""
    (SELECT coalesce(json_agg(c.code ORDER BY c.code), '[]') FROM terms_audience x JOIN companies c ON c.id = x.company_id
        WHERE x.{column} = {alias}.id),
    (SELECT coalesce(json_agg(g.code ORDER BY g.code), '[]') FROM terms_audience x JOIN account_groups g ON g.id = x.group_id
        WHERE x.{column} = {alias}.id)"""  # noqa: S608 -- names of this file


_BOOK_DELIVERY = text(f"""
SELECT m.id, m.code, m.name, m.names, m.kind, coalesce(w.code, ''), m.is_per_delivery, m.lead_days, m.cut_off,
    m.position, m.is_active,
    (SELECT coalesce(json_agg(json_build_array(r.currency, r.rule, CAST(trim_scale(r.amount) AS text), r.steps,
        CAST(trim_scale(r.free_from) AS text), r.countries, r.postcodes, r.without_weight) ORDER BY r.position), '[]')
     FROM delivery_rates r WHERE r.method_id = m.id), {_only_for("m", "delivery_method_id")}
FROM delivery_methods m LEFT JOIN warehouses w ON w.id = m.warehouse_id
ORDER BY m.is_active DESC, m.position, m.code""")  # noqa: S608
_BOOK_PAYMENT = text(f"""
SELECT p.id, p.code, p.name, p.names, p.kind, p.net_days, trim_scale(p.change), p.is_percent, p.currency, p.position,
    p.is_active, {_only_for("p", "payment_method_id")}
FROM payment_methods p ORDER BY p.is_active DESC, p.position, p.code""")  # noqa: S608
_BOOK_THRESHOLDS = text(f"""
SELECT t.id, t.code, t.name, t.names, t.kind, t.currency, trim_scale(t.amount), t.effect, trim_scale(t.fee), t.is_active,
    {_only_for("t", "threshold_id")}
FROM order_thresholds t ORDER BY t.is_active DESC, t.currency, t.amount, t.code""")  # noqa: S608


def book(actor: Actor) -> Book:
    """Everything for the operator; three statements."""
    _demand_operator(actor)
    delivery: list[Any] = [
        [*row[:11], tuple(rate_of(one) for one in row[11]), tuple(row[12]), tuple(row[13])]
        for row in db.session.execute(_BOOK_DELIVERY)
    ]
    payment: list[Any] = [[*row[:11], *map(tuple, row[11:])] for row in db.session.execute(_BOOK_PAYMENT)]
    thresholds: list[Any] = [[*row[:10], *map(tuple, row[10:])] for row in db.session.execute(_BOOK_THRESHOLDS)]
    return Book(
        [DeliveryRow(*cells) for cells in delivery],
        [PaymentRow(*cells) for cells in payment],
        [ThresholdRow(*cells) for cells in thresholds],
    )


def order_terms(actor: Actor, company_id: int) -> AccountTerms:
    """What an account must fill in and its defaults, for the operator's page."""
    _demand_operator(actor)
    return account_terms(actor, "", company_id=company_id)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
