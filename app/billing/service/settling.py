"""Settling claims with payments, credit notes, discounts and write-offs, and taking that back.

What a settlement gives back of the account's credit is kept with it, so it is given back once and taken again once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.signing import signed
from app.accounts.service.credit import record_payment, take_back
from app.billing.domain.settling import freed
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.service.prepaid import tell_open
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import Money, round_amount
from app.core.texts import N_
from app.ordering.service.progress import record_paid

_CREDIT = text("SELECT currency FROM credit_accounts WHERE company_id = :company")
# Of the orders behind these invoices: is everything that was invoiced of them settled?
_ORDERS = text("""
WITH touched AS (
    SELECT l.order_id FROM invoice_lines l
    WHERE l.invoice_id = ANY(CAST(:invoices AS bigint[])) AND l.order_id IS NOT NULL
    UNION SELECT i.order_id FROM invoices i
    WHERE i.id = ANY(CAST(:invoices AS bigint[])) AND i.order_id IS NOT NULL
), claims AS (
    SELECT t.order_id, i.id FROM touched t JOIN invoices i ON i.order_id = t.order_id
    UNION SELECT t.order_id, l.invoice_id FROM touched t JOIN invoice_lines l ON l.order_id = t.order_id
)
SELECT o.id, o.paid_at IS NOT NULL AS was_paid, coalesce(bool_and(i.open_amount = 0), false) AS is_paid
FROM touched t JOIN orders o ON o.id = t.order_id
LEFT JOIN claims c ON c.order_id = t.order_id LEFT JOIN open_items i ON i.invoice_id = c.id AND i.amount > 0
    AND i.kind IN ('invoice', 'prepayment')
GROUP BY o.id, o.paid_at ORDER BY o.id""")


@dataclass(frozen=True, slots=True)
class Pair:
    """So much of a claim (`debit_id`) settled by so much in the account's favour (`credit_id`)."""

    debit_id: int
    credit_id: int
    amount: Decimal


@command
def settle(actor: Actor, debit_id: int, credit_id: int, amount: Decimal, *, settled_on: date | None = None) -> int:
    """Settle so much (above zero, minor units) of a claim; returns the settlement's id. Operator only.

    Raises Invalid when either has not so much open, or they differ in account or currency.
    """
    return settle_many(actor, [Pair(debit_id, credit_id, amount)], settled_on=settled_on)[0]


@command
def settle_many(actor: Actor, pairs: Sequence[Pair], *, settled_on: date | None = None) -> list[int]:
    """The same for several at once: all or none."""
    _demand_operator(actor)
    day = settled_on or clock.today()
    items = {item.id: item for item in lock_rows(OpenItem, [key for p in pairs for key in (p.debit_id, p.credit_id)])}
    made: list[tuple[Settlement, OpenItem, OpenItem]] = []
    for pair in pairs:
        debit, credit = items.get(pair.debit_id), items.get(pair.credit_id)
        if debit is None or credit is None:
            raise NotFound(N_("There is no such open item."))
        _demand_fit(debit, credit, pair.amount)
        before = debit.amount - debit.open_amount
        debit.open_amount -= pair.amount
        credit.open_amount += pair.amount
        row = Settlement(
            company_id=debit.company_id, debit_id=debit.id, credit_id=credit.id, amount=pair.amount, settled_on=day,
            booked_at=clock.now(), user_name=signed(actor),
            credit_freed=_freed(debit, before, before + pair.amount),
        )  # fmt: skip
        db.session.add(row)
        made.append((row, debit, credit))
    db.session.flush()
    for row, debit, credit in made:
        changes = {"amount": row.amount, "currency": debit.currency, "debit": debit.number, "credit": credit.number}
        for item in (debit, credit):
            audit.record(actor, "open_item", item.id, "settled", changes, company_id=item.company_id)
    _tell_orders(actor, [debit for _row, debit, _credit in made], clock.now())
    for row, debit, _credit in made:
        if row.credit_freed > 0:
            record_payment(actor, row.company_id, row.credit_freed, f"S-{row.id}", comment=debit.number)
    return [row.id for row, _debit, _credit in made]


@command
def unsettle(actor: Actor, settlement_id: int, *, reason: str = "") -> None:
    """Take a settlement back: both items are open again by its amount, and the credit is taken again. Twice is fine."""
    unsettle_many(actor, [settlement_id], reason=reason)


@command
def unsettle_many(actor: Actor, settlement_ids: Collection[int], *, reason: str = "") -> None:
    """The same for several at once."""
    _demand_operator(actor)
    ids = sorted(set(settlement_ids))
    found = db.session.execute(
        select(Settlement.debit_id, Settlement.credit_id).where(Settlement.id.in_(ids))
    ).all()  # fmt: skip
    if len(found) != len(ids):
        raise NotFound
    items = {item.id: item for item in lock_rows(OpenItem, [key for row in found for key in row])}
    # The items are held: nobody else moves their settlements now.
    rows = db.session.scalars(
        select(Settlement)
        .where(Settlement.id.in_(ids), Settlement.reversed_at.is_(None))
        .order_by(Settlement.id)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        debit, credit = items[row.debit_id], items[row.credit_id]
        debit.open_amount += row.amount
        credit.open_amount -= row.amount
        row.reversed_at, row.reversed_on = clock.now(), clock.today()
        changes = {"amount": row.amount, "currency": debit.currency, "debit": debit.number, "credit": credit.number,
                   "reason": reason.strip()[:300]}  # fmt: skip
        for item in (debit, credit):
            audit.record(actor, "open_item", item.id, "unsettled", changes, company_id=item.company_id)
    db.session.flush()
    _tell_orders(actor, [items[row.debit_id] for row in rows], None)
    for row in rows:
        if row.credit_freed > 0:
            take_back(actor, row.company_id, row.credit_freed, f"S-{row.id}", comment=items[row.debit_id].number)


def _demand_fit(debit: OpenItem, credit: OpenItem, amount: Decimal) -> None:
    if debit.company_id != credit.company_id:
        raise Invalid("amount", N_("{debit} and {credit} belong to different accounts.",
                                   debit=debit.number, credit=credit.number))  # fmt: skip
    if debit.currency != credit.currency:
        raise Invalid("amount", N_("{debit} is in {first}, {credit} in {second}.", debit=debit.number,
                                   first=debit.currency, credit=credit.number, second=credit.currency))  # fmt: skip
    if amount <= 0 or amount != round_amount(amount, debit.currency):
        raise Invalid("amount", N_("Enter an amount above zero."))
    for item, free in ((debit, debit.open_amount), (credit, -credit.open_amount)):
        if amount > free:
            raise Conflict(N_("Of {number} only {open} are open.", number=item.number,
                              open=Money(round_amount(max(free, Decimal(0)), item.currency), item.currency)))  # fmt: skip


def _freed(debit: OpenItem, before: Decimal, after: Decimal) -> Decimal:
    if not debit.credit_charged:
        return Decimal(0)
    currency = db.session.scalar(_CREDIT, {"company": debit.company_id})
    return Decimal(0) if currency is None else freed(debit.credit_charged, debit.amount, before, after, currency)


def _tell_orders(actor: Actor, debits: Sequence[OpenItem], at: datetime | None) -> None:
    """Orders whose claims are all settled are paid; when one is open again they are not."""
    invoices = sorted({item.invoice_id for item in debits if item.invoice_id is not None})
    if not invoices:
        return
    is_prepayment = any(item.kind == "prepayment" for item in debits)
    for row in db.session.execute(_ORDERS, {"invoices": invoices}).all():
        if row.is_paid and not row.was_paid and at is not None:
            record_paid(actor, row.id, at)
        elif row.was_paid and not row.is_paid:
            record_paid(actor, row.id, None)
        if is_prepayment:
            tell_open(actor, row.id)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
