"""Figures of the start page that no other slice asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func, select

from app.accounts.domain.roles import CompanyState
from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.models.orders import Order

_UNDER_WAY = ("placed", "confirmed", "in_delivery")
_IMPORTED = "history"


@dataclass(frozen=True, slots=True)
class OrderSum:
    """How many orders, and their net sum in `currency`."""

    currency: str
    count: int
    net: Decimal


def orders_since(actor: Actor, day: date, zone: str) -> list[OrderSum]:
    """Orders placed from the beginning of a day in a time zone, by currency, the one with most orders first."""
    count = func.count(Order.id)
    statement = (
        select(Order.currency, count, func.sum(Order.net_total))
        .where(
            Order.placed_at >= datetime.combine(day, time(), ZoneInfo(zone)),
            Order.state != "cancelled",
            Order.source != _IMPORTED,
        )
        .group_by(Order.currency)
        .order_by(count.desc(), Order.currency)
    )
    return [OrderSum(row[0], row[1], row[2]) for row in db.session.execute(visible(actor, statement, Order))]


def own_currency(actor: Actor) -> str:
    """The currency of the actor's company."""
    return db.session.scalar(select(Company.currency).where(Company.id == actor.company_id)) or ""


def daily_orders(actor: Actor, first: date, zone: str) -> tuple[str, dict[date, Decimal]]:
    """The currency of the actor's company, and the net sum ordered in it on each day from `first` on."""
    currency = own_currency(actor)
    day = cast(func.timezone(zone, Order.placed_at), Date)
    statement = (
        select(day, func.sum(Order.net_total))
        .where(
            Order.placed_at >= datetime.combine(first, time(), ZoneInfo(zone)),
            Order.currency == currency,
            Order.state != "cancelled",
            Order.source != _IMPORTED,
        )
        .group_by(day)
    )
    return currency, {row[0]: row[1] for row in db.session.execute(visible(actor, statement, Order))}


def registrations_waiting(actor: Actor) -> int:
    """How many companies wait for the operator's decision."""
    return db.session.scalar(select(func.count(Company.id)).where(Company.state == CompanyState.PENDING)) or 0


def orders_under_way(actor: Actor) -> int:
    """How many orders are placed and not delivered yet."""
    statement = select(func.count(Order.id)).where(Order.state.in_(_UNDER_WAY), Order.source != _IMPORTED)
    return db.session.scalar(visible(actor, statement, Order)) or 0
