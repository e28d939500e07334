"""Credit on account: an append-only ledger, its sum kept under lock, and the one check that no order passes beside.

All amounts are gross, in the currency of the account's credit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.credit import CreditKind, rate_of, share
from app.accounts.domain.signing import signed
from app.accounts.models.credit import CreditAccount
from app.accounts.queries.credit import standing
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows, note_lock
from app.core.money import Money, minor_units, round_amount
from app.core.texts import N_

_TOO_MUCH = Decimal(10) ** 11
_REFERENCE = 80  # characters
_OPEN = text("""
INSERT INTO credit_accounts (company_id, currency)
SELECT id, currency FROM companies WHERE id = :company AND kind = 'customer'
ON CONFLICT (company_id) DO NOTHING""")
# The row waits for whoever moves the same credit and judges what that has left: two orders never pass together.
_USE = text("""
WITH used AS (
    UPDATE credit_accounts SET outstanding = outstanding - :charged
    WHERE company_id = :company AND (:is_foreign OR currency = :currency)
      AND (credit_limit IS NULL OR may_exceed OR credit_limit + outstanding >= :charged)
      AND (NOT is_insured_only OR outstanding + CASE
            WHEN insured_until < CAST(:day AS date) THEN 0 ELSE coalesce(insured_limit, 0) END >= :charged)
    RETURNING id, company_id, currency, outstanding, credit_limit
)
INSERT INTO credit_entries (company_id, credit_account_id, kind, amount, currency, outstanding, credit_limit, order_id,
    reference, foreign_amount, foreign_currency, rate, user_id, user_name, at)
SELECT company_id, id, 'purchased', -:charged, currency, outstanding, credit_limit, :order, :number,
    CAST(:foreign_amount AS numeric), CAST(:foreign_currency AS varchar), CAST(:rate AS numeric),
    CAST(:user AS bigint), :name, :at
FROM used RETURNING id""")
_MOVE = text("""
WITH moved AS (
    UPDATE credit_accounts SET outstanding = outstanding + :amount WHERE id = :account
    RETURNING id, company_id, currency, outstanding, credit_limit
)
INSERT INTO credit_entries (company_id, credit_account_id, kind, amount, currency, outstanding, credit_limit, order_id,
    reference, comment, user_id, user_name, at)
SELECT company_id, id, :kind, :amount, currency, outstanding, credit_limit, CAST(:order AS bigint), :reference, :comment,
    CAST(:user AS bigint), :name, :at
FROM moved RETURNING outstanding""")
_OPEN_MANY = text("""
INSERT INTO credit_accounts (company_id, currency)
SELECT id, currency FROM companies WHERE id = ANY(CAST(:companies AS bigint[])) AND kind = 'customer' ORDER BY id
ON CONFLICT (company_id) DO NOTHING""")
_LIMITS = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:companies AS bigint[]), CAST(:limits AS numeric[])) AS w (company_id, credit_limit)
), before AS (
    SELECT a.id, a.credit_limit AS old, w.credit_limit AS new
    FROM credit_accounts a JOIN wanted w ON w.company_id = a.company_id
    WHERE a.credit_limit IS DISTINCT FROM w.credit_limit ORDER BY a.id FOR UPDATE OF a
), changed AS (
    UPDATE credit_accounts a SET credit_limit = b.new FROM before b WHERE a.id = b.id
    RETURNING a.id, a.company_id, a.currency, a.outstanding, a.credit_limit, b.old
), written AS (
    INSERT INTO credit_entries (company_id, credit_account_id, kind, amount, currency, outstanding, credit_limit, comment,
        user_id, user_name, at)
    SELECT company_id, id, CASE WHEN EXISTS (
            SELECT 1 FROM credit_entries e WHERE e.credit_account_id = c.id AND e.kind = 'allocated'
        ) THEN 'updated' ELSE 'allocated' END, 0, currency, outstanding, credit_limit, :reason, CAST(:user AS bigint), :name, :at
    FROM changed c
)
SELECT company_id, currency, old, credit_limit FROM changed ORDER BY company_id""")
_OF_ORDER = text("""
SELECT coalesce(max(currency), '') AS currency, -coalesce(sum(amount), 0) AS held, -coalesce(sum(amount) FILTER (WHERE kind = 'purchased'), 0) AS charged,
    coalesce(sum(coalesce(foreign_amount, -amount)) FILTER (WHERE kind = 'purchased'), 0) AS ordered,
    coalesce(max(reference) FILTER (WHERE kind = 'purchased'), '') AS number
FROM credit_entries WHERE company_id = :company AND order_id = :order""")
_SAME = text("""
SELECT amount FROM credit_entries
WHERE company_id = :company AND kind = :kind AND reference = :reference AND order_id IS NULL""")


@command
def use(  # noqa: PLR0917 -- what a purchase is made of
    actor: Actor,
    company_id: int,
    order_id: int,
    number: str,
    amount: Decimal,
    currency: str,
    *,
    charged: Decimal | None = None,
) -> None:
    """Buy on account: one atomic check and movement. Called at placing, at an amendment upward, and at reopening.

    Conflict with the figures when the order exceeds the limit. Of an order in another currency `charged` is the amount in
    the currency of the credit; both and the unrounded rate are kept. Without it such an order is a Conflict.
    """
    _demand_own(actor, company_id)
    if amount <= 0:
        return
    own = amount if charged is None else charged
    values: dict[str, Any] = {
        "company": company_id, "order": order_id, "number": number, "charged": own, "currency": currency,
        "is_foreign": charged is not None, "foreign_amount": None, "foreign_currency": None, "rate": None,
        "user": actor.user_id, "name": signed(actor), "at": clock.now(), "day": clock.today(),
    }  # fmt: skip
    if charged is not None:
        values |= {"foreign_amount": amount, "foreign_currency": currency, "rate": rate_of(charged, amount)}
    note_lock("credit_accounts")
    if db.session.scalar(_USE, values) is not None:
        return
    db.session.execute(_OPEN, {"company": company_id})
    if db.session.scalar(_USE, values) is not None:  # the first order on account
        return
    found = standing(actor, company_id)
    if charged is None and found.currency != currency:
        raise Conflict(
            N_("The credit is in {credit}, this order is in {order}. Choose another way of payment.",
               credit=found.currency, order=currency)
        )  # fmt: skip
    raise Conflict(found.refusal(own) or N_("The credit has moved meanwhile. Please try again."), details=found)


@command
def give_back(
    actor: Actor, company_id: int, order_id: int, amount: Decimal | None, reason: str, *, is_refund: bool = False
) -> Decimal:
    """Undo what an order has used: all of it (None), or so much in the order's currency, but never more than it used.

    `is_refund`: for goods returned rather than an order cancelled. Returns how much credit is free again; 0 for an order
    that was not on account, and the second time.
    """
    _demand_own(actor, company_id)
    note_lock("credit_accounts")
    account_id = db.session.scalar(
        select(CreditAccount.id).where(CreditAccount.company_id == company_id).with_for_update()
    )
    used = db.session.execute(_OF_ORDER, {"company": company_id, "order": order_id}).one()
    if account_id is None or used.held <= 0:
        return Decimal(0)
    back: Decimal = used.held
    if amount is not None:
        back = min(back, round_amount(share(used.charged, used.ordered, amount), used.currency))
    if back > 0:
        kind = CreditKind.REFUNDED if is_refund else CreditKind.REVERTED
        _move(actor, account_id, kind, back, order_id=order_id, reference=used.number, comment=reason)
    return max(back, Decimal(0))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment or refund in the ledger; `is_repeat` when the same reference was there before."""

    outstanding: Decimal
    is_repeat: bool = False


@command
def record_payment(actor: Actor, company_id: int, amount: Decimal, reference: str, *, comment: str = "") -> Recorded:
    """A payment received, under the reference of the bank: the same one sent again changes nothing.

    Raises Invalid for an amount or reference that cannot be, Conflict for a known reference with another amount.
    """
    return _record(actor, company_id, CreditKind.REIMBURSED, amount, reference, comment=comment)


@command
def record_refund(actor: Actor, company_id: int, amount: Decimal, reference: str, *, comment: str) -> Recorded:
    """Credit given without an order, such as for goods returned or a complaint; `reference` as for a payment."""
    if not comment.strip():
        raise Invalid("comment", N_("Say why: the account reads it in the ledger."))
    return _record(actor, company_id, CreditKind.REFUNDED, amount, reference, comment=comment)


@command
def take_back(actor: Actor, company_id: int, amount: Decimal, reference: str, *, comment: str = "") -> Decimal:
    """A payment recorded before did not hold: the account owes so much again, whatever its limit; returns outstanding."""
    _demand_operator(actor)
    account = locked_account(company_id)
    _demand_amount(amount, account.currency)
    outstanding = _move(actor, account.id, CreditKind.UNPAID, -amount, reference=reference, comment=comment)
    audit.record(actor, "company", company_id, "credit_unpaid",
                 {"amount": amount, "currency": account.currency, "reference": reference}, company_id=company_id)  # fmt: skip
    return outstanding


def _record(
    actor: Actor, company_id: int, kind: CreditKind, amount: Decimal, reference: str, *, comment: str
) -> Recorded:  # fmt: skip
    _demand_operator(actor)
    account = locked_account(company_id)
    reference = reference.strip()
    if not reference:
        raise Invalid("reference", N_("Enter the reference, such as the number of the bank statement."))
    if len(reference) > _REFERENCE:
        raise Invalid("reference", N_("At most {most} characters.", most=_REFERENCE))
    _demand_amount(amount, account.currency)
    if amount == 0:
        raise Invalid("amount", N_("Enter an amount above zero."))
    known = db.session.scalar(_SAME, {"company": company_id, "kind": str(kind), "reference": reference})
    if known is not None:
        if known != amount:
            raise Conflict(N_("{reference} is in the ledger with {amount} already.", reference=reference,
                              amount=Money(known, account.currency)))  # fmt: skip
        return Recorded(account.outstanding, is_repeat=True)
    outstanding = _move(actor, account.id, kind, amount, reference=reference, comment=comment)
    audit.record(actor, "company", company_id, f"credit_{kind}",
                 {"amount": amount, "currency": account.currency, "reference": reference}, company_id=company_id)  # fmt: skip
    return Recorded(outstanding)


def _move(
    actor: Actor, account_id: int, kind: CreditKind, amount: Decimal, *, order_id: int | None = None,
    reference: str, comment: str,
) -> Decimal:  # fmt: skip
    outstanding: Decimal = db.session.execute(_MOVE, {
        "account": account_id, "kind": str(kind), "amount": amount, "order": order_id, "reference": reference,
        "comment": comment.strip()[:500], "user": actor.user_id, "name": signed(actor), "at": clock.now(),
    }).scalar_one()  # fmt: skip
    return outstanding


@command
def set_insured(actor: Actor, company_id: int, limit: Decimal | None, until: date | None, *, is_binding: bool) -> None:
    """What of the debts is insured, in the currency of the credit; `is_binding`: nothing goes on account beyond it."""
    _demand_operator(actor)
    account = locked_account(company_id)
    before = [account.insured_limit, account.insured_until, account.is_insured_only]
    account.insured_limit, account.insured_until, account.is_insured_only = limit, until, is_binding
    after = [limit, until, is_binding]
    if before != after:
        audit.record(
            actor, "company", company_id, "credit_insured", {"insured": [before, after]}, company_id=company_id
        )


@command
def set_limit(
    actor: Actor, company_id: int, limit: Decimal | None, *, reason: str = "", may_exceed: bool | None = None
) -> None:
    """Another limit (None: no limit), and whether orders may exceed it. Answers a request for a higher one."""
    _demand_operator(actor)
    account = locked_account(company_id)
    if limit is not None:
        _demand_amount(limit, account.currency, "limit")
    if may_exceed is not None and may_exceed != account.may_exceed:
        audit.record(actor, "company", company_id, "credit_exceeding",
                     {"may_exceed": [account.may_exceed, may_exceed], "reason": reason.strip()}, company_id=company_id)  # fmt: skip
        account.may_exceed = may_exceed
    account.asked_limit, account.asked_note, account.asked_by, account.asked_at = None, "", "", None
    db.session.flush()
    set_limits(actor, {company_id: limit}, reason=reason)


@command
def set_limits(actor: Actor, limits: Mapping[int, Decimal | None], *, reason: str = "") -> set[int]:
    """Limits of many accounts at once, in the currency of each; returns those that had another one."""
    _demand_operator(actor)
    for limit in limits.values():
        if limit is not None and limit < 0:
            raise Invalid("credit_limit", N_("A credit limit cannot be below zero."))
        if limit is not None and limit >= _TOO_MUCH:
            raise Invalid("credit_limit", N_("This amount is too large."))
    if not limits:
        return set()
    note_lock("credit_accounts")
    values = {"companies": list(limits), "limits": list(limits.values()), "reason": reason.strip()[:500],
              "user": actor.user_id, "name": signed(actor), "at": clock.now()}  # fmt: skip
    db.session.execute(_OPEN_MANY, values)
    changed = db.session.execute(_LIMITS, values).all()
    told = {"note": reason.strip()} if reason.strip() else {}
    audit.record_many(actor, "company", [
        (row.company_id, "credit_limit_changed", row.company_id,
         {"credit_limit": [_shown(row.old, row.currency), _shown(row.credit_limit, row.currency)], **told})
        for row in changed
    ])  # fmt: skip
    return {row.company_id for row in changed}


def _shown(limit: Decimal | None, currency: str) -> Decimal | None:
    return None if limit is None else round_amount(limit, currency)


@command
def follow_currency(actor: Actor, company_id: int, currency: str) -> None:
    """The account buys in another currency from now on: the ledger follows when nothing is outstanding."""
    _demand_operator(actor)
    found = _existing(company_id)
    if found is None or found.currency == currency:
        return
    if found.outstanding:
        raise Invalid("currency", N_("{amount} are outstanding. Settle the credit before the currency changes.",
                                     amount=Money(found.outstanding, found.currency)))  # fmt: skip
    found.currency = currency
    db.session.flush()


@command
def ask_limit(actor: Actor, company_id: int, limit: Decimal, note: str = "") -> None:
    """An account asks for a higher limit; the operator's accountants see it in their list."""
    _demand_own(actor, company_id)
    account = locked_account(company_id)
    _demand_amount(limit, account.currency, "limit")
    if account.credit_limit is None or limit <= account.credit_limit:
        raise Invalid("limit", N_("Enter a limit above the one you have."))
    account.asked_limit, account.asked_note, account.asked_by = limit, note.strip()[:500], signed(actor)
    account.asked_at = clock.now()
    db.session.flush()
    audit.record(actor, "company", company_id, "credit_asked", {"credit_limit": [account.credit_limit, limit]},
                 company_id=company_id)  # fmt: skip


def _existing(company_id: int) -> CreditAccount | None:
    account_id = db.session.scalar(select(CreditAccount.id).where(CreditAccount.company_id == company_id))
    return lock_rows(CreditAccount, [account_id])[0] if account_id is not None else None


def locked_account(company_id: int) -> CreditAccount:
    """The ledger under lock, made when the account has none yet."""
    found = _existing(company_id)
    if found is None:
        db.session.execute(_OPEN, {"company": company_id})
        found = _existing(company_id)
    if found is None:
        raise NotFound
    return found


def _demand_amount(amount: Decimal, currency: str, field: str = "amount") -> None:
    if amount < 0:
        raise Invalid(field, N_("Enter an amount above zero."))
    if amount != round_amount(amount, currency):
        raise Invalid(field, N_("At most {places} digits after the decimal sign.", places=minor_units(currency)))
    if amount >= _TOO_MUCH:
        raise Invalid(field, N_("This amount is too large."))


def _demand_own(actor: Actor, company_id: int) -> None:
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
