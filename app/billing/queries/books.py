"""Documents and money of a period as other books take them in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.domain.account_statement import check_period
from app.billing.models.invoices import Invoice
from app.billing.models.open_items import OpenItem
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden
from app.core.texts import N_
from app.documents.model.invoice import BillingDocument
from app.documents.model.stored import from_json
from app.ordering.models.orders import Order

_STEP = 200
_MONEY = ("payment", "refund")


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as issued; `order_number` is empty for one of several orders."""

    kind: str
    order_number: str
    ordered_on: date | None
    customer_code: str
    document: BillingDocument
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Money:
    """A payment, or a refund where `is_refund`; `amount` is above zero, in `currency`."""

    number: str
    day: date
    amount: Decimal
    currency: str
    is_refund: bool
    text: str
    customer_code: str
    customer_name: str
    vat_id: str


def issued(
    actor: Actor, start: date, end: date, *, company_id: int | None = None, currency: str = ""
) -> Iterator[Issued]:
    """What claims or takes back money, issued from `start` to `end`, by id; proforma invoices claim nothing.

    Documents that were disposed of have no lines any more and are left out. One statement for each batch.
    """
    _demand(actor, start, end)
    last = 0
    while True:
        statement = (
            select(
                Invoice.id, Invoice.kind, Invoice.order_number, Company.code, Invoice.document, Invoice.tax_currency,
                Invoice.currency, Invoice.exchange_rate, Order.placed_at,
            )
            .join(Company, Company.id == Invoice.company_id)
            .outerjoin(Order, Order.id == Invoice.order_id)
            .where(
                Invoice.issued_on.between(start, end), Invoice.kind != "proforma", Invoice.disposed_at.is_(None),
                Invoice.id > last,
            )
        )  # fmt: skip
        rows = db.session.execute(
            _narrowed(statement, Invoice, company_id, currency).order_by(Invoice.id).limit(_STEP)
        ).all()
        for row in rows:
            rate = row.exchange_rate if row.tax_currency != row.currency else None
            yield Issued(
                row.kind,
                row.order_number,
                row.placed_at.date() if row.placed_at else None,
                row.code,
                from_json(row.document),
                rate,
            )
        if len(rows) < _STEP:
            return
        last = rows[-1].id


def money(
    actor: Actor, start: date, end: date, *, company_id: int | None = None, currency: str = ""
) -> Iterator[Money]:
    """Payments and refunds of the period, by id. One statement."""
    _demand(actor, start, end)
    statement = (
        select(
            OpenItem.number, OpenItem.issued_on, OpenItem.amount, OpenItem.currency, OpenItem.kind, OpenItem.text,
            Company.code, Company.name, Company.vat_id,
        )
        .join(Company, Company.id == OpenItem.company_id)
        .where(OpenItem.issued_on.between(start, end), OpenItem.kind.in_(_MONEY))
    )  # fmt: skip
    for row in db.session.execute(_narrowed(statement, OpenItem, company_id, currency).order_by(OpenItem.id)):
        yield Money(
            row.number, row.issued_on, abs(row.amount), row.currency, row.kind == "refund", row.text, row.code, row.name,
            row.vat_id,
        )  # fmt: skip


def _narrowed(statement: Any, model: Any, company_id: int | None, currency: str) -> Any:
    if company_id is not None:
        statement = statement.where(model.company_id == company_id)
    return statement.where(model.currency == currency) if currency else statement


def _demand(actor: Actor, start: date, end: date) -> None:
    check_period(start, end)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
