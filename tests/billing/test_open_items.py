"""The ledger of open items: posted once, settled within what is open, credit given back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.queries.credit import standing
from app.accounts.service.credit import use
from app.billing.domain.settling import Discount, best_discount, discounts_of, freed
from app.billing.events import InvoiceIssued
from app.billing.handlers.open_items import post_issued
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.service.issue import issue_invoice
from app.billing.service.open_items import NewItem, dispute, post, post_invoice, stop
from app.billing.service.settling import Pair, settle, settle_many, unsettle
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.ordering.models.orders import Order
from tests.factories import accounts as make
from tests.factories.billing import bare_invoice
from tests.factories.open_items import DAY, claim, item, payment
from tests.factories.ordering import article, order, shop

SYSTEM = Actor.system()
CENT = Decimal("0.01")


def on_account(debit: OpenItem) -> OpenItem:
    """Its order is no row here: what that took of the credit is set by hand."""
    with transaction() as session:
        item(debit.id).credit_charged = debit.amount
        session.flush()
    return debit


@given(
    charged=st.integers(1, 10**7), amount=st.integers(1, 10**7), parts=st.lists(st.integers(1, 10**6), max_size=8),
)  # fmt: skip
@settings(max_examples=50)
def test_parts_of_a_claim_free_its_credit_to_the_cent(charged, amount, parts):
    charge, whole, done, sum_freed = charged * CENT, amount * CENT, Decimal(0), Decimal(0)
    for part in [*(one * CENT for one in parts), whole]:
        after = min(done + part, whole)
        back = freed(charge, whole, done, after, "EUR")
        assert back >= 0
        done, sum_freed = after, sum_freed + back
    assert sum_freed == charge


def test_discounts_hold_until_their_day():
    document = {"payment_terms": {"discounts": [{"days": 8, "percent": "3.00"}, {"days": 14, "percent": "2.00"}]}}
    offers = discounts_of(document, date(2026, 3, 10))
    amount = Decimal("119.25")
    for day, taken in ((10, "3.58"), (18, "3.58"), (19, "2.39"), (24, "2.39"), (25, "0")):
        assert best_discount(offers, amount, "EUR", date(2026, 3, day)) == Decimal(taken), day
    based = Discount(date(2026, 3, 20), Decimal(2), Decimal(100))
    assert best_discount([Discount.from_json(based.as_json())], amount, "EUR", DAY) == 2
    assert discounts_of({}, DAY) == []


def test_an_invoice_is_posted_once_with_what_is_payable(ctx):
    company = make.customer()
    invoice = bare_invoice(company, "119.00", document={"totals": {"payable": "19.00"}})
    post_issued(SYSTEM, InvoiceIssued(invoice.id))
    key = post_invoice(SYSTEM, invoice.id)
    row = item(key)
    assert (row.amount, row.open_amount, row.kind, row.due_on) == (19, 19, "invoice", invoice.due_on)
    note = item(post_invoice(SYSTEM, bare_invoice(company, "20.00", kind="credit_note").id))
    assert (note.amount, note.kind) == (-20, "credit_note")
    with pytest.raises(NotFound):
        post_invoice(SYSTEM, 987654)


def test_what_is_posted_twice_is_one(ctx):
    company = make.customer()
    new = NewItem(company_id=company.id, kind="fee", number="F-1", amount=Decimal(5), currency="EUR", issued_on=DAY,
                  source="fee:1")  # fmt: skip
    assert post(SYSTEM, new) == post(SYSTEM, new)
    with pytest.raises(Conflict):
        post(SYSTEM, replace(new, amount=Decimal(6)))
    with pytest.raises(Invalid):
        post(SYSTEM, replace(new, source="fee:2", amount=Decimal("5.001")))
    with pytest.raises(Forbidden):
        post(make.actor_for(make.person(company), company), new)


def test_settling_within_what_is_open_and_back(ctx):
    company = make.customer()
    debit, credit = claim(company, "100.00"), payment(company, "60.00")
    key = settle(SYSTEM, debit.id, credit.id, Decimal(60))
    assert (item(debit.id).open_amount, item(credit.id).open_amount) == (40, 0)
    with pytest.raises(Conflict, match="only"):
        settle(SYSTEM, debit.id, credit.id, CENT)
    more = payment(company, "60.00")
    with pytest.raises(Conflict):
        settle_many(SYSTEM, [Pair(debit.id, more.id, Decimal(30)), Pair(debit.id, more.id, Decimal(11))])
    assert item(more.id).open_amount == -60  # all or none
    unsettle(SYSTEM, key)
    unsettle(SYSTEM, key)
    assert (item(debit.id).open_amount, item(credit.id).open_amount) == (100, -60)
    for bad in (Decimal(0), Decimal(-1), Decimal("0.001")):
        with pytest.raises(Invalid):
            settle(SYSTEM, debit.id, credit.id, bad)
    with pytest.raises(NotFound):
        settle(SYSTEM, debit.id, 10**9, CENT)
    with pytest.raises(Forbidden):
        settle(make.actor_for(make.person(company), company), debit.id, credit.id, CENT)


def test_accounts_and_currencies_do_not_mix(ctx):
    company, other = make.customer(), make.customer()
    debit = claim(company)
    for credit in (payment(other, 5), payment(company, 5, currency="USD")):
        with pytest.raises(Invalid):
            settle(SYSTEM, debit.id, credit.id, Decimal(1))


def test_settling_a_claim_of_an_order_on_account_frees_its_credit_once(ctx):
    company = make.customer()
    use(SYSTEM, company.id, 71, "SO-71", Decimal("100.00"), "EUR")
    debit = claim(company, "100.00", order_id=71, number="INV-71")
    on_account(debit)
    credit = payment(company, "100.00")
    assert standing(SYSTEM, company.id).outstanding == -100
    first = settle(SYSTEM, debit.id, credit.id, Decimal("33.33"))
    assert standing(SYSTEM, company.id).outstanding == Decimal("-66.67")
    settle(SYSTEM, debit.id, credit.id, Decimal("66.67"))
    assert standing(SYSTEM, company.id).outstanding == 0
    unsettle(SYSTEM, first, reason="returned by the bank")
    unsettle(SYSTEM, first)
    assert standing(SYSTEM, company.id).outstanding == Decimal("-33.33")
    settle(SYSTEM, debit.id, credit.id, Decimal("33.33"))
    assert standing(SYSTEM, company.id).outstanding == 0


def test_an_order_is_paid_when_its_claims_are(isolated, cast, world):
    with world():
        buyer = cast.actor("customer.buyer")
        shop()
        placed = order(buyer, [(article("P-1", "50.00"), 2)])
        key = post_invoice(SYSTEM, issue_invoice(SYSTEM, placed.id))
        debit = item(key)
        assert debit.credit_charged == debit.amount == -standing(SYSTEM, cast.customer.id).outstanding
        credit = payment(cast.customer, debit.amount)
        settled = settle(SYSTEM, key, credit.id, debit.amount)
        row = db.session.get(Order, placed.id, populate_existing=True)
        assert row.paid_at is not None
        assert standing(SYSTEM, cast.customer.id).outstanding == 0
        unsettle(SYSTEM, settled)
        assert db.session.get(Order, placed.id, populate_existing=True).paid_at is None
        assert standing(SYSTEM, cast.customer.id).outstanding == -debit.amount


def test_disputes_and_stops(ctx):
    company, other = make.customer(), make.customer()
    debit = claim(company, "100.00")
    mine = make.actor_for(make.person(company), company)
    dispute(mine, debit.invoice_id, Decimal(40))
    assert item(debit.id).dispute_amount == 40
    with pytest.raises(Invalid):
        dispute(mine, debit.invoice_id, Decimal(101))
    with pytest.raises(NotFound):
        dispute(make.actor_for(make.person(other), other), debit.invoice_id, Decimal(1))
    stop(SYSTEM, debit.id, date(2026, 4, 1))
    assert item(debit.id).stopped_until == date(2026, 4, 1)
    with pytest.raises(Forbidden):
        stop(mine, debit.id, None)
    with pytest.raises(NotFound):
        stop(SYSTEM, 10**9, None)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["claim", "note", "pay", "settle", "unsettle"]), st.integers(1, 500)),
        min_size=5, max_size=20,
    )
)  # fmt: skip
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each has its own company
def test_receivables_are_invoices_less_notes_less_payments(ctx, steps):
    """Whatever is posted, settled and taken back: what is open adds up to what was posted, and credit to what is unpaid."""
    company = make.customer()
    posted, settlements = {"claim": [], "note": [], "pay": []}, []
    for step, cents in steps:
        amount = cents * CENT
        if step == "claim":
            use(SYSTEM, company.id, cents, f"SO-{len(posted['claim'])}", amount, "EUR")
            posted["claim"].append(on_account(claim(company, amount)).id)
        elif step == "note":
            posted["note"].append(post_invoice(SYSTEM, bare_invoice(company, amount, kind="credit_note").id))
        elif step == "pay":
            posted["pay"].append(payment(company, amount).id)
        elif step == "settle" and posted["claim"] and posted["note"] + posted["pay"]:
            favours = posted["note"] + posted["pay"]
            debit, credit = item(posted["claim"][cents % len(posted["claim"])]), item(favours[cents % len(favours)])
            part = min(amount, debit.open_amount, -credit.open_amount)
            if part > 0:
                settlements.append(settle(SYSTEM, debit.id, credit.id, part))
            else:
                with pytest.raises(Conflict):
                    settle(SYSTEM, debit.id, credit.id, amount)
        elif step == "unsettle" and settlements:
            unsettle(SYSTEM, settlements[cents % len(settlements)])
    rows = [item(key) for keys in posted.values() for key in keys]
    assert sum(row.open_amount for row in rows) == sum(row.amount for row in rows)
    live = db.session.query(Settlement).filter_by(company_id=company.id, reversed_at=None).all()
    for row in rows:
        part = sum(one.amount for one in live if row.id in (one.debit_id, one.credit_id))
        assert abs(row.amount) - abs(row.open_amount) == part
    unpaid = sum(item(key).open_amount for key in posted["claim"])
    if posted["claim"]:
        assert standing(SYSTEM, company.id).outstanding == -unpaid
