"""Payments recorded by hand: settled like any other, and recognised when the bank tells of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.accounts.queries.credit import standing
from app.accounts.service.credit import use as buy
from app.billing.domain.matching import Part
from app.billing.models.open_items import OpenItem
from app.billing.queries.by_hand import credit_item
from app.billing.service.bank_import import accept, import_file, match_lines
from app.billing.service.by_hand import record, take_back, use, withdraw
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from tests.billing.test_bank import balance, lines, row, table
from tests.factories import accounts as make
from tests.factories.accounts import sign_in
from tests.factories.open_items import claim, item, payment

SYSTEM = Actor.system()
DAY = date(2026, 3, 10)


def by_hand(company, amount="100.00", reference="KA-2026-77", **facts):
    return record(SYSTEM, company.id, Decimal(amount), "EUR", reference, paid_on=DAY, **facts)


def test_it_settles_the_oldest_frees_the_credit_once_and_is_taken_back(ctx):
    company = make.customer()
    buy(SYSTEM, company.id, 7, "SO-7", Decimal("119.00"), "EUR")
    owed = claim(company, "119.00")
    with transaction():
        item(owed.id).credit_charged = owed.amount
    for is_repeat in (False, True):
        done = by_hand(company, is_oldest=True)
        assert done.is_repeat is is_repeat
    assert item(owed.id).open_amount == 19
    assert standing(SYSTEM, company.id).outstanding == -19
    with pytest.raises(Conflict):
        by_hand(company, "99.00")
    for wrong in (
        {"amount": "0"},
        {"reference": " "},
        {"reference": "x" * 61},
        {"parts": [Part(owed.id, Decimal(101))]},
    ):
        with pytest.raises(Invalid):
            by_hand(company, **wrong)
    withdraw(SYSTEM, company.id, done.item_id, "typed twice")
    assert (item(owed.id).open_amount, balance(company)) == (119, 119)
    assert standing(SYSTEM, company.id).outstanding == -119
    assert not by_hand(company, "99.00").is_repeat


@pytest.mark.parametrize(
    ("sent", "confidence", "reasons"),
    [
        (row("100.00", "KA-2026-77", "Alpha GmbH"), 98, ["by_hand", "number", "amount"]),
        (row("100.00", "", "Alpha GmbH", reference="KA 2026 77"), 98, ["by_hand", "number", "amount"]),
        (row("100.00", "INV-2026-000009", "Alpha GmbH"), 70, ["by_hand", "amount"]),
        (row("100.00", "thanks", "Unknown"), 70, ["by_hand", "amount"]),
        (
            row("90.00", "KA-2026-77 INV-2026-000009", "Alpha GmbH"),
            60,
            ["by_hand_other", "number", "part", "payer_name"],
        ),
        (row("90.00", "KA-2026-77", "Unknown"), 40, ["by_hand_other"]),
    ],
)
def test_the_bank_tells_of_it_later(ctx, sent, confidence, reasons):
    company = make.customer(name="Alpha GmbH")
    claim(company, "100.00", number="INV-2026-000008")
    by_hand(company, is_oldest=True)
    claim(company, "100.00", number="INV-2026-000009")
    import_file(SYSTEM, table(sent), "bank.csv")
    (line,) = lines()
    assert (line.confidence, line.proposal[0]["reasons"]) == (confidence, reasons)
    assert line.state == ("booked" if confidence == 98 else "proposed")
    if reasons[0] == "by_hand":
        if confidence < 98:
            accept(SYSTEM, line.id)
        assert balance(company) == 100  # posted once
        assert db.session.scalar(select(func.count(OpenItem.id)).where(OpenItem.kind == "payment")) == 1
        with pytest.raises(Conflict):
            withdraw(SYSTEM, company.id, lines()[0].item_id, "no")


def test_another_account_of_the_same_amount_is_booked_for_itself(ctx):
    one, two = make.customer(name="Alpha GmbH"), make.customer(name="Beta AG")
    by_hand(one)
    owed = claim(two, "100.00", number="INV-2026-000009")
    import_file(SYSTEM, table(row("100.00", "INV-2026-000009", "Beta AG")), "bank.csv")
    assert (lines()[0].company_id, item(owed.id).open_amount) == (two.id, 0)


def test_what_the_bank_told_first_is_not_recorded_again(ctx):
    company = make.customer(name="Alpha GmbH")
    claim(company, "100.00", number="INV-2026-000009")
    import_file(SYSTEM, table(row("100.00", "INV-2026-000009 KA-2026-77", "Alpha GmbH")), "bank.csv")
    match_lines(SYSTEM)
    with pytest.raises(Conflict):
        by_hand(company)
    assert balance(company) == 0


def test_a_credit_is_used_for_chosen_claims_and_taken_back(ctx):
    company, other = make.customer(), make.customer()
    first, second = claim(company, "50.00"), claim(company, "70.00")
    money, theirs = payment(company, "60.00"), claim(other, "9.00")
    use(SYSTEM, company.id, money.id, [Part(second.id, Decimal(60))])
    assert (item(first.id).open_amount, item(second.id).open_amount, item(money.id).open_amount) == (50, 10, 0)
    (used,) = credit_item(SYSTEM, company.id, money.id).used
    with pytest.raises(NotFound):
        take_back(SYSTEM, other.id, used.settlement_id)
    take_back(SYSTEM, company.id, used.settlement_id)
    assert item(second.id).open_amount == 70
    with pytest.raises(NotFound):
        use(SYSTEM, company.id, money.id, [Part(theirs.id, Decimal(1))])
    with pytest.raises(Conflict):
        use(SYSTEM, company.id, money.id, [Part(first.id, Decimal(51))])


def test_the_pages(client, world, cast):
    with world():
        owed, money = claim(cast.customer, "70.00").id, payment(cast.customer, "20.00").id
        code = cast.customer.code
    new, use_page = f"/receivables/{code}/payments", f"/receivables/{code}/items/{money}/use"
    sent = {"amount": "30", "currency": "EUR", "paid_on": "2026-03-10", "reference": "KA-1", f"amount-{owed}": "30"}
    for name in ("sales", "warehouse", "customer.company_admin", "customer.bookkeeper"):
        sign_in(client, cast.people[name])
        for address in (new, use_page):
            assert client.get(address).status in (403, 404)
            assert client.post(address, sent).status in (403, 404)
    sign_in(client, cast.people["accountant"])
    assert client.get(new).status == client.get(use_page).status == 200
    assert client.post(new, {**sent, "amount": "x"}).status == 422
    done = client.post(new, sent)
    assert done.status == 303
    assert client.post(use_page, {f"amount-{owed}": "x"}).status == 422
    assert client.post(use_page, {f"amount-{owed}": "20"}).status == 303
    with world():
        assert item(owed).open_amount == 20
        (used,) = credit_item(SYSTEM, cast.customer.id, money).used
    back = use_page.replace("/use", f"/settlements/{used.settlement_id}/take-back")
    assert client.post(back, {}).status == 303
    gone = done.location.replace("/use", "/withdraw")
    assert client.post(gone, {"note": ""}).status == 422
    assert client.post(gone, {"note": "mistake"}).status == 303
    with world():
        assert item(owed).open_amount == 70
    assert use_page in client.get(f"/receivables/{code}").html
