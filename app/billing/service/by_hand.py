"""Payments that a person records before the bank tells of them; the bank's line is recognised later, not booked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.billing.domain.matching import Part
from app.billing.domain.references import squeezed
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.models.statements import BankLine
from app.billing.policy import Permission
from app.billing.queries.by_hand import HAND, SHORTEST
from app.billing.service.bank_booking import counter, release, settle_parts, settled_with
from app.billing.service.open_items import NewItem, post
from app.billing.service.settling import Pair, settle_many, unsettle
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_

_REFERENCE = 60  # characters
_CUSTOMER = text("SELECT 1 FROM companies WHERE id = :company AND kind = 'customer'")
_CAME = text("""
SELECT min(booked_on) FROM bank_lines
WHERE company_id = :company AND state = 'booked' AND amount = :amount AND currency = :currency AND (
    upper(regexp_replace(end_to_end, '[^A-Za-z0-9]', '', 'g')) = :key
    OR upper(regexp_replace(bank_reference, '[^A-Za-z0-9]', '', 'g')) = :key
    OR strpos(upper(regexp_replace(text, '[^A-Za-z0-9]', '', 'g')), :key) > 0)""")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The open item of a payment; `is_repeat` when it was recorded before under the same reference."""

    item_id: int
    is_repeat: bool = False


@command
def record(
    actor: Actor, company_id: int, amount: Decimal, currency: str, reference: str, *, paid_on: date, note: str = "",
    parts: Sequence[Part] = (), is_oldest: bool = False,
) -> Recorded:  # fmt: skip
    """Post money of an account (above zero, minor units) and settle these claims, or (`is_oldest`) the oldest ones.

    The reference counts once for an account: sent again nothing changes. Conflict for the same reference with another
    amount, and when the bank told of the payment already.
    """
    _demand(actor)
    reference = reference.strip()
    if not reference:
        raise Invalid("reference", N_("Enter the reference, such as the number of the bank statement."))
    if len(reference) > _REFERENCE:
        raise Invalid("reference", N_("At most {most} characters.", most=_REFERENCE))
    if amount <= 0:
        raise Invalid("amount", N_("Enter an amount above zero."))
    if sum((part.amount for part in parts), Decimal(0)) > amount:
        raise Invalid("amount", N_("The parts are more than what came in."))
    if db.session.scalar(_CUSTOMER, {"company": company_id}) is None:
        raise NotFound(N_("There is no such account."))
    source = f"{HAND}{company_id}:{reference.casefold()}"[:80]
    before = db.session.scalar(select(OpenItem.id).where(OpenItem.source == source))
    if before is None:
        _demand_new(company_id, amount, currency, reference)
    item_id = post(actor, NewItem(
        company_id=company_id, kind="payment", number=reference, text=note.strip(), amount=-amount, currency=currency,
        issued_on=paid_on, source=source,
    ))  # fmt: skip
    if before is not None:
        return Recorded(item_id, is_repeat=True)
    chosen = _oldest(company_id, amount, currency) if is_oldest and not parts else parts
    settle_parts(actor, item_id, chosen, paid_on, source)
    return Recorded(item_id)


def _demand_new(company_id: int, amount: Decimal, currency: str, reference: str) -> None:
    key = squeezed(reference)
    if len(key) < SHORTEST:
        return
    came = db.session.scalar(
        _CAME, {"company": company_id, "amount": amount, "currency": currency, "key": key}
    )  # fmt: skip
    if came is not None:
        raise Conflict(N_("{reference} came from the bank on {day} and is booked.", reference=reference, day=came))


def _oldest(company_id: int, amount: Decimal, currency: str) -> list[Part]:
    rows = db.session.execute(
        select(OpenItem.id, OpenItem.open_amount)
        .where(OpenItem.company_id == company_id, OpenItem.currency == currency, OpenItem.open_amount > 0,
               OpenItem.kind != "refund")
        .order_by(OpenItem.due_on, OpenItem.id)
    )  # fmt: skip
    parts, left = [], amount
    for item_id, open_amount in rows:
        if left <= 0:
            break
        parts.append(Part(item_id, min(left, open_amount)))
        left -= open_amount
    return parts


@command
def book_recorded(actor: Actor, line_id: int, item_id: int) -> None:
    """A line of the bank is the payment that was recorded by hand: nothing is posted again."""
    _demand(actor)
    lines, items = lock_rows(BankLine, [line_id]), lock_rows(OpenItem, [item_id])
    if not lines or not items or not items[0].source.startswith(HAND):
        raise NotFound
    line, item = lines[0], items[0]
    if line.state not in ("open", "proposed"):
        raise Conflict(N_("Somebody has booked this line already."))
    if (-item.amount, item.currency) != (line.amount, line.currency):
        raise Invalid("line", N_("What came in does not fit the payment."))
    if db.session.scalar(select(BankLine.id).where(BankLine.item_id == item_id)) is not None:
        raise Conflict(N_("Somebody has booked this line already."))
    before = line.state
    line.state, line.company_id, line.item_id, line.twin_id = "booked", item.company_id, item.id, None
    audit.record(actor, "bank_line", line.id, "recognised", {"state": [before, "booked"], "payment": item.number})
    db.session.flush()


@command
def withdraw(actor: Actor, company_id: int, item_id: int, reason: str) -> None:
    """Take a payment recorded by hand back: what it settled is open again, and the reference may be used again."""
    _demand(actor)
    if not reason.strip():
        raise Invalid("note", N_("Say why: it stays in the history."))
    held = {item.id: item for item in lock_rows(OpenItem, [item_id, *settled_with(item_id)])}
    payment = held.get(item_id)
    if payment is None or payment.company_id != company_id or not payment.source.startswith(HAND):
        raise NotFound
    if db.session.scalar(select(BankLine.id).where(BankLine.item_id == item_id)) is not None:
        raise Conflict(N_("The bank has confirmed this payment. Take the booking of its line back."))
    release(actor, payment, reason)
    counter(actor, payment, f"was:{HAND}{payment.id}:undone", clock.today())
    payment.source = f"was:{HAND}{payment.id}"
    audit.record(actor, "open_item", payment.id, "withdrawn", {"reason": reason.strip()[:300]}, company_id=company_id)
    db.session.flush()


@command
def use(actor: Actor, company_id: int, item_id: int, parts: Sequence[Part]) -> None:
    """Use what is left of a payment or credit note for chosen claims of the account: all of them or none."""
    _demand(actor)
    if not parts:
        raise Invalid("amount", N_("Enter an amount above zero."))
    owners = db.session.scalars(
        select(OpenItem.company_id).where(OpenItem.id.in_([item_id, *(part.item_id for part in parts)]))
    ).all()
    if set(owners) != {company_id}:
        raise NotFound
    settle_many(actor, [Pair(part.item_id, item_id, part.amount) for part in parts])


@command
def take_back(actor: Actor, company_id: int, settlement_id: int) -> None:
    """Open again what one settlement of an account cancelled."""
    _demand(actor)
    row = db.session.get(Settlement, settlement_id)
    if row is None or row.company_id != company_id:
        raise NotFound
    unsettle(actor, settlement_id)


def _demand(actor: Actor) -> None:
    actor.demand(Permission.PAYMENTS)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
