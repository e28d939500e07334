"""Booking lines of bank statements: payments with what they settle, returns, refunds; each line once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.billing.domain.matching import Part
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.models.payments import DebitEntry
from app.billing.models.statements import BankLine, KnownPayer
from app.billing.policy import Permission
from app.billing.queries.bank_matching import payer_keys
from app.billing.service.open_items import NewItem, post
from app.billing.service.settling import Pair, settle_many, unsettle_many
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_

_CUSTOMER = text("SELECT 1 FROM companies WHERE id = :company AND kind = 'customer'")


@command
def book_line(
    actor: Actor, line_id: int, company_id: int, parts: Sequence[Part] = (), *, learn: bool = True, sure: int = 0
) -> int:
    """Book money that came in for an account and settle these claims; what is left stays in its favour.

    Returns the open item of the payment. Conflict when somebody booked the line before, or a claim has not so much open.
    `sure`: the confidence when nobody decided. Who pays is learned unless told not to.
    """
    _demand(actor)
    line = _locked_open(line_id)
    if line.amount <= 0:
        raise Invalid("line", N_("This money went out: book it as a return or a refund."))
    if db.session.scalar(_CUSTOMER, {"company": company_id}) is None:
        raise Invalid("company", N_("There is no such account."))
    if sum((part.amount for part in parts), Decimal(0)) > line.amount:
        raise Invalid("parts", N_("The parts are more than what came in."))
    if len({part.item_id for part in parts}) != len(parts):
        raise Invalid("parts", N_("A claim is named twice."))
    item_id = post(actor, NewItem(
        company_id=company_id, kind="payment", number=payment_number(line), text=line.text, amount=-line.amount,
        currency=line.currency, issued_on=line.booked_on, source=f"bank:{line.id}",
    ))  # fmt: skip
    settle_parts(actor, item_id, parts, line.booked_on, f"bank:{line.id}")
    before = line.state
    line.state, line.company_id, line.item_id, line.twin_id = "booked", company_id, item_id, None
    if learn:
        _learn(line, company_id)
    db.session.execute(
        update(DebitEntry)
        .where(DebitEntry.item_id.in_([part.item_id for part in parts]), DebitEntry.state == "sent",
               DebitEntry.end_to_end == line.end_to_end)
        .values(state="paid")
    )  # fmt: skip
    changes: dict[str, Any] = {"state": [before, "booked"], "company": company_id, "amount": line.amount}
    if sure:
        changes["confidence"] = sure
    audit.record(actor, "bank_line", line.id, "booked", changes)
    db.session.flush()
    return item_id


def payment_number(line: BankLine) -> str:
    """How a payment from the bank is called in the ledger."""
    return f"BANK-{line.id}"


def settle_parts(actor: Actor, payment_id: int, parts: Sequence[Part], day: date, source: str) -> None:
    """Settle claims with a payment, and post and settle the discount that was taken for paying early."""
    pairs = [Pair(part.item_id, payment_id, part.amount) for part in parts if part.amount > 0]
    for part in parts:
        if part.discount > 0:
            claim = db.session.get(OpenItem, part.item_id)
            if claim is None:
                raise NotFound(N_("There is no such open item."))
            discount = post(actor, NewItem(
                company_id=claim.company_id, entity_id=claim.entity_id, kind="discount", invoice_id=claim.invoice_id,
                number=f"{claim.number}-D", amount=-part.discount, currency=claim.currency, issued_on=day,
                source=f"{source}:discount:{claim.id}",
            ))  # fmt: skip
            pairs.append(Pair(part.item_id, discount, part.discount))
    if pairs:
        settle_many(actor, pairs, settled_on=day)


@command
def unbook_line(actor: Actor, line_id: int, reason: str) -> None:
    """Take the booking of a line back: what it settled is open again, the money is nobody's, the line waits again."""
    _demand(actor)
    line = _locked(line_id)
    if line.state != "booked" or line.item_id is None or line.amount <= 0:
        raise Conflict(N_("This line is not booked."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why: it stays in the history."))
    item = lock_rows(OpenItem, [line.item_id, *settled_with(line.item_id)])
    payment = next(one for one in item if one.id == line.item_id)
    release(actor, payment, reason)
    counter(actor, payment, f"bank:{line.id}:undone:{payment.id}", clock.today())
    payment.source = f"bank:{line.id}:was:{payment.id}"
    line.state, line.item_id, line.company_id, line.confidence, line.proposal = "open", None, None, 0, []
    audit.record(actor, "bank_line", line.id, "unbooked", {"state": ["booked", "open"], "reason": reason.strip()})
    db.session.flush()


def settled_with(item_id: int) -> list[int]:
    """The ids of both sides of all that an item settles now, for locking them."""
    rows = db.session.execute(
        select(Settlement.debit_id, Settlement.credit_id).where(
            (Settlement.debit_id == item_id) | (Settlement.credit_id == item_id), Settlement.reversed_at.is_(None)
        )
    )
    return [key for row in rows for key in row]


def release(actor: Actor, payment: OpenItem, reason: str) -> None:
    """All that a payment settled is open again, and the discounts that came with it are taken back."""
    rows = db.session.scalars(
        select(Settlement).where(Settlement.credit_id == payment.id, Settlement.reversed_at.is_(None))
    ).all()
    claims = [row.debit_id for row in rows]
    with_discount = db.session.scalars(
        select(Settlement)
        .join(OpenItem, OpenItem.id == Settlement.credit_id)
        .where(
            Settlement.debit_id.in_(claims), Settlement.reversed_at.is_(None), OpenItem.kind == "discount",
            OpenItem.source.startswith(f"{payment.source}:discount:"),
        )
    ).all()  # fmt: skip
    discounts = db.session.scalars(
        select(OpenItem).where(OpenItem.id.in_([row.credit_id for row in with_discount]))
    ).all()  # fmt: skip
    counters = [
        (discount, post(actor, _against(discount, f"{discount.source}:undone", clock.today())))
        for discount in discounts
    ]
    unsettle_all(actor, [row.id for row in (*rows, *with_discount)], reason)
    for discount, opposite in counters:
        _write_settled(actor, opposite, discount)
        discount.source = f"{discount.source}:was:{discount.id}"


def unsettle_all(actor: Actor, ids: Sequence[int], reason: str) -> None:
    if ids:
        unsettle_many(actor, ids, reason=reason)


def _against(item: OpenItem, source: str, day: date) -> NewItem:
    return NewItem(
        company_id=item.company_id, kind="refund", number=item.number, text=item.text, amount=-item.amount,
        currency=item.currency, issued_on=day, source=source,
    )  # fmt: skip


def counter(actor: Actor, payment: OpenItem, source: str, day: date) -> int:
    """The opposite of a payment, settled with it."""
    opposite = post(actor, _against(payment, source, day))
    _write_settled(actor, opposite, payment)
    return opposite


def _write_settled(actor: Actor, debit_id: int, credit: OpenItem) -> None:
    """Settle an item and its opposite; both are held by the command or new, so no lock is taken out of order."""
    debit = db.session.get_one(OpenItem, debit_id)
    amount = -credit.open_amount
    row = Settlement(
        company_id=credit.company_id, debit_id=debit_id, credit_id=credit.id, amount=amount,
        settled_on=clock.today(), booked_at=clock.now(), user_name=actor.name,
    )  # fmt: skip
    db.session.add(row)
    debit.open_amount -= amount
    credit.open_amount += amount
    db.session.flush()


@command
def book_return(actor: Actor, line_id: int, paid_line_id: int) -> None:
    """The bank took a payment back: what it settled is open again. What the bank took beyond it, the account owes."""
    _demand(actor)
    lines = {line.id: line for line in lock_rows(BankLine, [line_id, paid_line_id])}
    line, paid = lines.get(line_id), lines.get(paid_line_id)
    if line is None or paid is None:
        raise NotFound
    if line.state == "booked":
        raise Conflict(N_("Somebody has booked this line already."))
    if line.amount >= 0 or paid.amount <= 0 or paid.state != "booked" or paid.item_id is None:
        raise Invalid("line", N_("Choose a booked payment that this takes back."))
    if line.currency != paid.currency or -line.amount < paid.amount:
        raise Invalid("line", N_("What went out does not fit the payment."))
    items = {one.id: one for one in lock_rows(OpenItem, [paid.item_id, *settled_with(paid.item_id)])}
    payment = items[paid.item_id]
    if any(one.kind == "refund" and one.id in settled_with(payment.id) for one in items.values()):
        raise Conflict(N_("This payment was taken back before."))
    opposite = post(actor, NewItem(
        company_id=payment.company_id, kind="refund", number=payment_number(line),
        text=line.return_reason or line.text, amount=-line.amount, currency=line.currency, issued_on=line.booked_on,
        source=f"bank:{line.id}",
    ))  # fmt: skip
    release(actor, payment, line.return_reason or "returned")
    _write_settled(actor, opposite, payment)
    db.session.execute(
        update(DebitEntry)
        .where(DebitEntry.end_to_end == paid.end_to_end, DebitEntry.state.in_(("sent", "paid")))
        .values(state="returned")
    )
    before = line.state
    line.state, line.company_id, line.item_id, line.twin_id = "booked", payment.company_id, opposite, None
    audit.record(actor, "bank_line", line.id, "returned", {"state": [before, "booked"], "payment": payment.number})
    db.session.flush()


@command
def book_refund(actor: Actor, line_id: int, item_id: int) -> None:
    """Money that went out is the refund that was asked for."""
    _demand(actor)
    line = _locked_open(line_id)
    items = lock_rows(OpenItem, [item_id])
    if not items or items[0].kind != "refund":
        raise NotFound(N_("There is no such open item."))
    item = items[0]
    if (item.amount, item.currency) != (-line.amount, line.currency):
        raise Invalid("line", N_("What went out does not fit the refund."))
    if db.session.scalar(select(BankLine.id).where(BankLine.item_id == item_id)) is not None:
        raise Conflict(N_("This refund was paid by another line."))
    before = line.state
    line.state, line.company_id, line.item_id, line.twin_id = "booked", item.company_id, item.id, None
    audit.record(actor, "bank_line", line.id, "refunded", {"state": [before, "booked"], "refund": item.number})


@command
def ignore_line(actor: Actor, line_id: int, note: str) -> None:
    """Nothing of ours with customers: fees of the bank, rent, a movement known from another file."""
    _demand(actor)
    line = _locked_open(line_id)
    if not note.strip():
        raise Invalid("note", N_("Say why: it stays in the history."))
    before, line.state, line.note = line.state, "ignored", note.strip()[:300]
    audit.record(actor, "bank_line", line.id, "ignored", {"state": [before, "ignored"], "note": line.note})


@command
def heed_line(actor: Actor, line_id: int) -> None:
    """A line that was put aside waits again."""
    _demand(actor)
    line = _locked(line_id)
    if line.state == "ignored":
        line.state = "proposed" if line.proposal else "open"
        audit.record(actor, "bank_line", line.id, "heeded", {"state": ["ignored", line.state]})


def _locked(line_id: int) -> BankLine:
    lines = lock_rows(BankLine, [line_id])
    if not lines:
        raise NotFound
    return lines[0]


def _locked_open(line_id: int) -> BankLine:
    line = _locked(line_id)
    if line.state not in ("open", "proposed"):
        raise Conflict(N_("Somebody has booked this line already."))
    return line


def _learn(line: BankLine, company_id: int) -> None:
    for key in payer_keys(line):
        db.session.execute(
            insert(KnownPayer)
            .values(key=key, company_id=company_id, last_at=clock.now())
            .on_conflict_do_update(
                index_elements=[KnownPayer.key, KnownPayer.company_id],
                set_={"times": KnownPayer.times + 1, "last_at": func.now()},
            )
        )


def _demand(actor: Actor) -> None:
    actor.demand(Permission.PAYMENTS)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
