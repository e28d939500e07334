"""What an accountant agrees about what an account owes: stops, promises, insured limits, claims given up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.roles import CompanyKind
from app.accounts.domain.signing import signed
from app.accounts.models.companies import Company
from app.accounts.queries.companies import operator_zone
from app.accounts.queries.credit import standing
from app.accounts.service.credit import set_insured
from app.billing.models.dunning import DunningRule, DunningTerms, PaymentPromise
from app.billing.models.open_items import OpenItem
from app.billing.policy import Permission
from app.billing.service.open_items import NewItem, post
from app.billing.service.settling import settle
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import round_amount
from app.core.texts import N_

FOREVER = date(9999, 12, 31)  # stopped until somebody lets it go on
_TOO_MUCH = Decimal(10) ** 11
# What an account paid since it promised: of one item what settled it, of all its payments as they were booked.
_KEEP = text("""
WITH paid AS (
    SELECT p.id, CASE WHEN p.item_id IS NULL THEN (
        SELECT coalesce(-sum(i.amount), 0) FROM open_items i
        WHERE i.company_id = p.company_id AND i.currency = p.currency AND i.kind = 'payment'
          AND i.booked_at >= p.created_at AND i.issued_on <= p.promised_on
    ) ELSE (
        SELECT coalesce(sum(s.amount), 0) FROM settlements s
        WHERE s.debit_id = p.item_id AND s.reversed_at IS NULL AND s.booked_at >= p.created_at
          AND s.settled_on <= p.promised_on
    ) END AS amount
    FROM payment_promises p WHERE p.state = 'open'
)
UPDATE payment_promises p SET state = CASE WHEN paid.amount >= p.amount THEN 'kept' ELSE 'broken' END
FROM paid WHERE paid.id = p.id AND (paid.amount >= p.amount OR p.promised_on < :day)
RETURNING p.id, p.company_id, p.state""")


@command
def stop_account(actor: Actor, company_id: int, until: date | None, reason: str) -> None:
    """No reminders for an account until that day, included, or FOREVER; None: they go on."""
    if until is not None and not reason.strip():
        raise Invalid("reason", N_("Say why."))
    if until is not None and until < clock.today(operator_zone(actor)):
        raise Invalid("until", N_("Choose today or a later day."))
    terms = _terms(actor, company_id)
    before = terms.stopped_until
    terms.stopped_until, terms.stop_reason = until, reason.strip()[:300] if until is not None else ""
    audit.record(actor, "company", company_id, "dunning_stopped",
                 {"stopped_until": [before, until], "reason": reason.strip()}, company_id=company_id)  # fmt: skip


@command
def choose_rule(actor: Actor, company_id: int, rule_id: int | None) -> None:
    """Remind an account by a rule of its own; None: by the default one."""
    if rule_id is not None and db.session.get(DunningRule, rule_id) is None:
        raise Invalid("rule_id", N_("There is no such rule."))
    terms = _terms(actor, company_id)
    before, terms.rule_id = terms.rule_id, rule_id
    audit.record(actor, "company", company_id, "dunning_rule_chosen", {"rule": [before, rule_id]},
                 company_id=company_id)  # fmt: skip


@command
def insure(
    actor: Actor, company_id: int, limit: Decimal | None, currency: str, *, insurer: str = "", until: date | None = None,
    is_binding: bool = False,
) -> None:  # fmt: skip
    """Up to which amount the account's debts are insured; None: not at all. `is_binding`: nothing beyond it on account.

    Raises Invalid where it shall bind and is in another currency than the account's credit.
    """
    if limit is not None and not 0 <= limit < _TOO_MUCH:
        raise Invalid("limit", N_("Enter an amount above zero."))
    if limit is not None and not insurer.strip():
        raise Invalid("insurer", N_("Enter the name of the insurer."))
    credit = standing(actor, company_id)
    if is_binding and limit is not None and credit.currency != currency:
        raise Invalid(
            "currency", N_("The credit is in {currency}. Enter the insured amount in it.", currency=credit.currency)
        )
    terms = _terms(actor, company_id)
    before = terms.insured_limit
    terms.insured_limit = limit
    terms.insured_currency = None if limit is None else currency
    terms.insurer = "" if limit is None else insurer.strip()[:120]
    terms.insured_until = None if limit is None else until
    audit.record(actor, "company", company_id, "credit_insured",
                 {"insured_limit": [before, limit], "insurer": terms.insurer, "until": until}, company_id=company_id)  # fmt: skip
    set_insured(actor, company_id, limit if credit.currency == currency else None, until, is_binding=is_binding)


@command
def promise(
    actor: Actor, company_id: int, currency: str, amount: Decimal, promised_on: date, *, item_id: int | None = None,
    note: str = "", client_ref: str,
) -> int:  # fmt: skip
    """Note that an account pays so much (gross) by a day; until then it is not reminded. Returns the promise's id."""
    _terms(actor, company_id)
    known = db.session.execute(
        select(PaymentPromise.id, PaymentPromise.amount).where(
            PaymentPromise.company_id == company_id, PaymentPromise.client_ref == client_ref
        )
    ).one_or_none()
    if known is not None:
        if known.amount != amount:
            raise Conflict(N_("This form was sent before with other content."))
        return int(known.id)
    if amount <= 0 or amount != round_amount(amount, currency) or amount >= _TOO_MUCH:
        raise Invalid("amount", N_("Enter an amount above zero."))
    if promised_on < clock.today(operator_zone(actor)):
        raise Invalid("promised_on", N_("Choose today or a later day."))
    if item_id is not None:
        item = db.session.get(OpenItem, item_id)
        if item is None or (item.company_id, item.currency) != (company_id, currency) or item.open_amount <= 0:
            raise Invalid("item_id", N_("This item is not open."))
    row = PaymentPromise(
        company_id=company_id, client_ref=client_ref, item_id=item_id, currency=currency, amount=amount,
        promised_on=promised_on, note=note.strip()[:300], user_name=signed(actor), created_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "company", company_id, "payment_promised",
                 {"amount": amount, "currency": currency, "promised_on": promised_on, "note": row.note},
                 company_id=company_id)  # fmt: skip
    return row.id


@command
def withdraw_promise(actor: Actor, promise_id: int) -> None:
    """The promise does not hold back reminders any more. A repeat changes nothing."""
    if not actor.is_operator:
        raise NotFound
    row = db.session.get(PaymentPromise, promise_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.state == "open":
        row.state = "withdrawn"
        audit.record(actor, "company", row.company_id, "promise_withdrawn",
                     {"amount": row.amount, "promised_on": row.promised_on}, company_id=row.company_id)  # fmt: skip


@command
def review_promises(actor: Actor) -> int:
    """Mark open promises kept as soon as so much was paid, broken when their day is over; returns how many."""
    rows = db.session.execute(_KEEP, {"day": clock.today(operator_zone(actor))}).all()
    audit.record_many(
        actor, "company",
        [(row.company_id, f"promise_{row.state}", row.company_id, {"promise": row.id}) for row in rows],
    )  # fmt: skip
    return len(rows)


@command
def write_off(actor: Actor, item_id: int, amount: Decimal, reason: str, *, client_ref: str) -> int:
    """Give up so much (gross) of a claim: an item of its own settles it, so that the ledger adds up and can be reversed.

    Needs the right to write off. Returns the id of that item; a repeat the first one's.
    """
    actor.demand(Permission.WRITE_OFF)
    if not actor.is_operator:
        raise NotFound
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    source = f"write-off:{client_ref}"
    known = db.session.scalar(select(OpenItem.id).where(OpenItem.source == source))
    if known is not None:
        return known
    items = lock_rows(OpenItem, [item_id])
    if not items:
        raise NotFound
    item = items[0]
    if not 0 < amount <= item.open_amount or amount != round_amount(amount, item.currency):
        raise Invalid("amount", N_("Enter an amount above zero, at most what is open."))
    written = post(actor, NewItem(
        company_id=item.company_id, entity_id=item.entity_id, kind="write_off", number=item.number, amount=-amount,
        currency=item.currency, issued_on=clock.today(operator_zone(actor)), text=reason.strip()[:300],
        invoice_id=item.invoice_id, source=source,
    ))  # fmt: skip
    settle(actor, item.id, written, amount)
    audit.record(actor, "open_item", item.id, "written_off",
                 {"amount": amount, "currency": item.currency, "reason": reason.strip()},
                 company_id=item.company_id)  # fmt: skip
    return written


def _terms(actor: Actor, company_id: int) -> DunningTerms:
    """The terms of an account under lock, made when it has none yet; NotFound for what is no account."""
    if not actor.is_operator:
        raise NotFound
    kind = db.session.scalar(select(Company.kind).where(Company.id == company_id))
    if kind != CompanyKind.CUSTOMER:
        raise NotFound
    db.session.execute(insert(DunningTerms).values(company_id=company_id).on_conflict_do_nothing())
    return db.session.scalars(
        select(DunningTerms)
        .where(DunningTerms.company_id == company_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
