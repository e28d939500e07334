"""Bank statements imported: each movement once, what is sure booked, the rest on a work list; taken back as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.billing.domain.matching import Part
from app.billing.models.open_items import OpenItem
from app.billing.models.statements import BankLine
from app.billing.service.bank_booking import (
    book_line,
    book_return,
    heed_line,
    ignore_line,
    unbook_line,
)
from app.billing.service.bank_import import accept, import_file, match_lines
from app.billing.service.refunds import refund
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid
from tests.accounts.test_races import at_once
from tests.factories import accounts as make
from tests.factories.open_items import claim, item

SYSTEM = Actor.system()
HEAD = "Auftragskonto,Buchungstag,Betrag,Währung,Name,IBAN,Verwendungszweck,Bankreferenz,End to end id\n"
OURS = "DE89370400440532013000"


def row(amount, text="", name="", account="", reference="", end="", day="2026-03-11") -> str:
    return f'{OURS},{day},"{amount}",EUR,{name},{account},{text},{reference},{end}\n'


def table(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def lines() -> list[BankLine]:
    found = (
        select(BankLine).order_by(BankLine.statement_id, BankLine.position).execution_options(populate_existing=True)
    )
    return list(db.session.scalars(found))


def balance(company) -> Decimal:
    return db.session.scalar(
        select(func.sum(OpenItem.open_amount)).where(OpenItem.company_id == company.id)
    ) or Decimal(0)


def test_what_is_sure_is_booked_and_the_rest_waits(ctx):
    one, two = make.customer(name="Alpha GmbH"), make.customer(name="Beta AG")
    first = claim(one, "100.00", number="INV-2026-000001")
    second = claim(two, "70.00", number="INV-2026-000002")
    third = claim(two, "33.00", number="INV-2026-000003")
    data = table(
        row("100.00", "INV-2026-000001", "Alpha GmbH", "DE02120300000000202051", "B1"),
        row("70.00", "", "Beta AG", "DE75512108001245126199", "B2"),
        row("12.34", "hello", "Nobody", "", "B3"),
        row("-5.00", "fees", "", "", "B4"),
    )
    done = import_file(SYSTEM, data, "march.csv")
    assert (done.new, done.known, done.booked) == (4, 0, 1)
    sure, likely, unknown, fees = lines()
    assert (sure.state, sure.company_id, item(first.id).open_amount) == ("booked", one.id, 0)
    assert (likely.state, likely.confidence, likely.proposal[0]["reasons"]) == (
        "proposed",
        80,
        ["payer_name", "amount"],
    )
    assert (unknown.state, fees.state) == ("open", "open")
    accept(SYSTEM, likely.id)
    assert item(second.id).open_amount == 0
    with pytest.raises(Conflict):
        accept(SYSTEM, likely.id)
    ignore_line(SYSTEM, fees.id, "fees of the bank")
    heed_line(SYSTEM, fees.id)
    assert lines()[3].state == "open"
    # The account of Beta is known now, whatever name the bank writes.
    import_file(SYSTEM, table(row("33.00", "", "B.", "DE75512108001245126199", "B5")), "more.csv")
    learned = lines()[4]
    assert (learned.confidence, learned.proposal[0]["parts"][0]["item_id"]) == (90, third.id)


def test_the_same_movement_in_other_files_is_known(ctx):
    company = make.customer(name="Alpha GmbH")
    debit = claim(company, "100.00", number="INV-2026-000001")
    paid = row("60.00", "INV-2026-000001", "Alpha GmbH", "X1", "B1")
    same = row("1.00", "cash", day="2026-03-12")
    first = import_file(SYSTEM, table(paid, same), "a.csv")
    assert import_file(SYSTEM, table(paid, same), "renamed.csv").is_repeat
    again = import_file(SYSTEM, table(same, same, paid), "overlapping.csv")
    assert (first.new, again.new, again.known) == (2, 1, 2)
    assert [line.amount for line in lines()] == [60, 1, 1]
    accept(SYSTEM, lines()[0].id)
    assert (item(debit.id).open_amount, balance(company)) == (40, 40)


def test_another_format_of_the_same_day_makes_nobody_book_twice(ctx):
    company = make.customer(name="Alpha GmbH")
    claim(company, "119.00", number="INV-2026-000001")
    import_file(SYSTEM, table(row("119.00", "INV-2026-000001", "Alpha GmbH")), "a.csv")
    mt940 = (b":20:S\n:25:DE89370400440532013000\n:28C:1\n:60F:C260310EUR0,00\n:61:2603110311CR119,00NTRFNONREF\n"
             b":86:166?20Re INV-2026-000001?32Alpha GmbH\n:62F:C260311EUR119,00\n")  # fmt: skip
    import_file(SYSTEM, mt940, "a.sta")
    first, second = lines()
    assert (first.state, second.state, second.twin_id) == ("booked", "proposed", first.id)
    ignore_line(SYSTEM, second.id, "known")
    assert balance(company) == 0


def test_overpaid_paid_back_and_confirmed_by_the_bank(ctx):
    company = make.customer(name="Alpha GmbH")
    debit = claim(company, "100.00", number="INV-2026-000001")
    import_file(SYSTEM, table(row("120.00", "INV-2026-000001", "Alpha GmbH", "X1", "B1")), "a.csv")
    accept(SYSTEM, lines()[0].id)
    payment = lines()[0].item_id
    assert (item(debit.id).open_amount, item(payment).open_amount) == (0, -20)
    key = refund(SYSTEM, payment, Decimal(20), "overpaid", client_ref="r1")
    assert refund(SYSTEM, payment, Decimal(20), "overpaid", client_ref="r1") == key
    with pytest.raises(Conflict):
        refund(SYSTEM, payment, Decimal(1), "again", client_ref="r2")
    assert (item(payment).open_amount, balance(company)) == (0, 0)
    done = import_file(SYSTEM, table(row("-20.00", item(key).number, "Alpha GmbH", "X1", "B2")), "b.csv")
    assert (done.booked, lines()[1].item_id, balance(company)) == (1, key, 0)


def test_discount_for_paying_early_and_all_of_it_taken_back(ctx):
    company = make.customer(name="Alpha GmbH")
    terms = {"payment_terms": {"discounts": [{"days": 8, "percent": "2.00"}]}}
    debit = claim(company, "100.00", number="INV-2026-000001", document=terms)
    import_file(SYSTEM, table(row("98.00", "INV-2026-000001", "Alpha GmbH", "X1", "B1")), "a.csv")
    assert (lines()[0].state, item(debit.id).open_amount, balance(company)) == ("booked", 0, 0)
    with pytest.raises(Invalid):
        unbook_line(SYSTEM, lines()[0].id, "")
    unbook_line(SYSTEM, lines()[0].id, "wrong account")
    assert (lines()[0].state, item(debit.id).open_amount, balance(company)) == ("open", 100, 100)
    match_lines(SYSTEM)
    accept(SYSTEM, lines()[0].id)
    assert (lines()[0].state, item(debit.id).open_amount, balance(company)) == ("booked", 0, 0)


def test_a_returned_debit_opens_the_claim_again(ctx):
    company = make.customer(name="Alpha GmbH")
    debit = claim(company, "100.00", number="INV-2026-000001")
    import_file(SYSTEM, table(row("100.00", "INV-2026-000001", "Alpha GmbH", "X1", "B1", "DD-1")), "a.csv")
    back = (b":20:S\n:25:DE89370400440532013000\n:28C:1\n:60F:C260310EUR200,00\n:61:260316D103,00N109NONREF//R1\n"
            b":86:109?00RUECKLASTSCHRIFT?20EREF+DD-1?22SVWZ+MD06?32Alpha?34914\n:62F:C260316EUR97,00\n")  # fmt: skip
    done = import_file(SYSTEM, back, "b.sta")
    paid, returned = lines()
    assert (done.booked, returned.state, returned.confidence) == (0, "proposed", 90)  # the bank took 3.00 more
    accept(SYSTEM, returned.id)
    assert (item(debit.id).open_amount, item(paid.item_id).open_amount) == (100, 0)
    assert (item(lines()[1].item_id).open_amount, balance(company)) == (3, 103)
    with pytest.raises(Conflict):
        book_return(SYSTEM, returned.id, paid.id)


def test_what_does_not_fit_is_refused_and_changes_nothing(ctx):
    company, other = make.customer(), make.customer()
    debit, foreign = claim(company, "50.00"), claim(other, "50.00")
    import_file(SYSTEM, table(row("40.00", "x", reference="B1"), row("-1.00", "y", reference="B2")), "a.csv")
    line, out = lines()
    for company_id, parts, error in (
        (company.id, [Part(debit.id, Decimal(41))], Invalid),
        (company.id, [Part(foreign.id, Decimal(40))], Invalid),
        (company.id, [Part(debit.id, Decimal(1)), Part(debit.id, Decimal(1))], Invalid),
        (10**9, [], Invalid),
    ):
        with pytest.raises(error):
            book_line(SYSTEM, line.id, company_id, parts)
    with pytest.raises(Invalid):
        book_line(SYSTEM, out.id, company.id)
    with pytest.raises(Forbidden):
        book_line(make.actor_for(make.person(company), company), line.id, company.id)
    assert (lines()[0].state, balance(company)) == ("open", 50)
    with pytest.raises(Invalid) as caught:
        import_file(SYSTEM, table(row("forty")), "bad.csv")
    assert "Line 2" in str(caught.value.message)
    assert len(lines()) == 2


def test_matching_asks_the_database_the_same_number_of_times(ctx):
    company = make.customer(name="Alpha GmbH")
    claim(company, "1.00", number="INV-2026-000001")
    counts = []
    for start, many in ((0, 2), (100, 20)):
        rows = [
            row(f"{5 + place}.00", "INV-2026-000001", "Alpha GmbH", reference=f"B{start + place}")
            for place in range(many)
        ]
        import_file(SYSTEM, table(*rows), "a.csv")
        with statements() as sent:
            match_lines(SYSTEM, [lines()[-1].statement_id])
        counts.append(len([one for one in sent if not one.startswith("UPDATE")]))
    assert counts[0] == counts[1]


@given(
    moves=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=6),
    cuts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=3),
)  # fmt: skip
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each has its own days
def test_files_that_overlap_book_nothing_twice(ctx, moves, cuts):
    place = len(lines())
    day = date.fromordinal(date(2020, 1, 1).toordinal() + place * 10).isoformat()
    rows = [row(f"{amount}.00", f"cash {kind} {place}", day=day) for amount, kind in sorted(moves)]
    for start, end in cuts:
        if rows[start:end]:
            import_file(SYSTEM, table(*rows[: max(start, end)]), "part.csv")
    import_file(SYSTEM, table(*rows), "whole.csv")
    assert sorted(line.amount for line in lines()[place:]) == sorted(amount for amount, _kind in moves)


@pytest.mark.races
def test_two_bookkeepers_at_once_book_a_file_and_a_line_once(committing, world):
    with world():
        company = make.customer(name="Alpha GmbH")
        first = claim(company, "100.00", number="INV-2026-000001").id
        second = claim(company, "50.00", number="INV-2026-000002").id
    paid = [row("100.00", "INV-2026-000001", "Alpha GmbH", "X1", "B1"), row("50.00", "nothing", "Someone", "", "B2")]

    def bring(index: int) -> str:
        with world():
            import_file(SYSTEM, table(*(paid if index % 2 else paid[::-1])), f"{index}.csv")
        return "done"

    assert at_once(4, bring) == ["done"] * 4
    with world():
        assert [line.amount for line in sorted(lines(), key=lambda line: line.amount)] == [50, 100]
        assert (item(first).open_amount, balance(company)) == (0, 50)
        waiting = next(line.id for line in lines() if line.amount == 50)

    def book(_index: int) -> str:
        with world():
            book_line(SYSTEM, waiting, company.id, [Part(second, Decimal(50))])
        return "booked"

    assert sorted(at_once(4, book)) == ["Conflict"] * 3 + ["booked"]
    with world():
        assert balance(company) == 0
        assert db.session.scalar(select(func.count(OpenItem.id)).where(OpenItem.kind == "payment")) == 2
