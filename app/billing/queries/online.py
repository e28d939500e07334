"""Online payments as pages show them, and what can be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.billing.models.open_items import OpenItem
from app.billing.models.payments import OnlinePayment
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Payable:
    """A claim of the own company."""

    id: int
    number: str
    due_on: date
    currency: str
    open: Decimal


def payable(actor: Actor, *, limit: int = 200) -> list[Payable]:
    """What the own company owes, the oldest first. One statement."""
    rows = db.session.execute(
        select(OpenItem.id, OpenItem.number, OpenItem.due_on, OpenItem.currency, OpenItem.open_amount)
        .where(OpenItem.company_id == actor.company_id, OpenItem.open_amount > 0, OpenItem.kind != "refund")
        .order_by(OpenItem.due_on, OpenItem.id).limit(limit)
    )  # fmt: skip
    return [Payable(*row) for row in rows]


def is_payable(actor: Actor, invoice_number: str) -> bool:
    """Whether something of an own invoice is open. One statement."""
    found = db.session.scalar(
        select(OpenItem.id).where(
            OpenItem.company_id == actor.company_id, OpenItem.number == invoice_number, OpenItem.open_amount > 0,
            OpenItem.invoice_id.is_not(None),
        )
    )  # fmt: skip
    return found is not None


def payments(actor: Actor, *, limit: int = 10) -> Sequence[OnlinePayment]:
    """The latest online payments of the own company."""
    return db.session.scalars(
        select(OnlinePayment)
        .where(OnlinePayment.company_id == actor.company_id)
        .order_by(OnlinePayment.id.desc()).limit(limit)
    ).all()  # fmt: skip


def payment(actor: Actor, payment_id: int) -> OnlinePayment:
    """One payment of the own company; NotFound for another's."""
    row = db.session.scalar(
        select(OnlinePayment)
        .where(OnlinePayment.id == payment_id, OnlinePayment.company_id == actor.company_id)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if row is None:
        raise NotFound
    return row
