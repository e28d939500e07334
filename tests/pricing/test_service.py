"""Lists, entries with their history, chains and rates as commands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from app.pricing.models.chains import Chain, ChainList
from app.pricing.models.levels import PriceAssignment
from app.pricing.models.lists import PriceChange, PriceEntry, PriceList
from app.pricing.models.vat import VatRate
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.lists import (
    EntryRow,
    PriceListRow,
    add_entry,
    change_entry,
    remove_entries,
    upsert_entries,
    upsert_price_list,
)
from app.pricing.service.vat import VatRow, remove_vat_rate, set_vat_rates
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article, articles
from tests.factories.pricing import chain, german_vat, price_list

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


def row(sku, price, start=0, **facts):
    return EntryRow(sku, Decimal(str(price)), Decimal(start), **facts)


def entries(list_id):
    columns = (PriceEntry.id, PriceEntry.min_quantity, PriceEntry.price)
    return db.session.execute(
        select(*columns).where(PriceEntry.price_list_id == list_id).order_by(PriceEntry.min_quantity)
    ).all()


def count_of(list_id):
    return db.session.scalar(select(PriceList.entry_count).where(PriceList.id == list_id))


def test_a_list_is_created_changed_or_left():
    assert upsert_price_list(SYSTEM, PriceListRow("L", "List", "EUR"))[1] == "created"
    list_id, outcome = upsert_price_list(SYSTEM, PriceListRow("L", "List"))
    assert outcome == "same"
    assert upsert_price_list(SYSTEM, PriceListRow("L", is_active=False))[1] == "changed"
    assert [entry.action for entry in audit.history(SYSTEM, "price_list", list_id)] == ["create", "change"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (PriceListRow(""), "code"),
        (PriceListRow("L"), "currency"),
        (PriceListRow("L", currency="eur"), "currency"),
        (PriceListRow("L", name=" ", currency="EUR"), "name"),
        (PriceListRow("L", currency="EUR", validity=(date(2026, 2, 1), date(2026, 2, 1))), "valid_to"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(given, field):
    with pytest.raises(Invalid) as refused:
        upsert_price_list(SYSTEM, given)
    assert refused.value.field == field


def test_a_list_with_prices_keeps_its_currency():
    article("A")
    price_list("L", {"A": "1"})
    with pytest.raises(Conflict):
        upsert_price_list(SYSTEM, PriceListRow("L", currency="USD"))


def test_entries_are_created_changed_or_left_and_the_list_counts_them():
    article("A")
    list_id = price_list("L")
    first = [row("A", 10), row("A", 9, 10), row("A", 8, 100)]
    assert [result.outcome for result in upsert_entries(SYSTEM, list_id, first)] == ["created"] * 3
    second = [row("a ", 10), row("A", "8.5", 10), row("A", 7, 1000)]
    assert [result.outcome for result in upsert_entries(SYSTEM, list_id, second)] == ["same", "changed", "created"]
    assert [(entry.min_quantity, entry.price) for entry in entries(list_id)] == [
        (0, 10), (10, Decimal("8.5")), (100, 8), (1000, 7),
    ]  # fmt: skip
    assert count_of(list_id) == 4
    assert [result.outcome for result in upsert_entries(SYSTEM, list_id, second)] == ["same"] * 3


def test_what_a_price_was_is_kept_until_when():
    article("A")
    list_id = price_list("L", {"A": "10"})
    upsert_entries(SYSTEM, list_id, [row("A", 9)])
    upsert_entries(SYSTEM, list_id, [row("A", 9)])
    remove_entries(SYSTEM, list_id, [entries(list_id)[0].id])
    changes = db.session.scalars(select(PriceChange).order_by(PriceChange.id)).all()
    assert [(change.old_price, change.new_price) for change in changes] == [(10, 9), (9, None)]
    assert all(change.held_since <= change.changed_at for change in changes)
    assert count_of(list_id) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (row("B", 1), "sku"),
        (row("A", 1, unit="XPX"), "unit"),
        (row("A", -1), "price"),
        (row("A", "0.0000001"), "price"),
        (row("A", 1, -1), "min_quantity"),
        (row("A", 1, base_quantity=Decimal(0)), "base_quantity"),
        (row("A", 1, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)), "valid_to"),
    ],
)
def test_bad_entries_are_refused_one_by_one(given, field):
    article("A", units={"XBX": 12})
    list_id = price_list("L")
    good = row("A", 5, 7, unit="XBX")
    results = upsert_entries(SYSTEM, list_id, [given, good])
    assert [(result.outcome, result.field) for result in results] == [("refused", field), ("created", "")]
    assert len(entries(list_id)) == 1


def test_a_slot_that_stands_twice_is_refused_the_second_time():
    article("A")
    list_id = price_list("L")
    results = upsert_entries(SYSTEM, list_id, [row("A", 1), row("a", 2, unit="H87")])
    assert [result.outcome for result in results] == ["created", "refused"]


@pytest.mark.parametrize("count", [2, 20])
def test_a_constant_number_of_statements(count):
    articles(count)
    list_id = price_list("L")
    rows = [row(f"A-{n:03d}", n) for n in range(1, count + 1)]
    with statements() as seen:
        upsert_entries(SYSTEM, list_id, rows)
    assert len(seen) == 3


def test_prices_of_a_list_that_is_not_there():
    with pytest.raises(NotFound):
        upsert_entries(SYSTEM, 999, [])


def test_changing_one_price_by_hand():
    article("A")
    list_id = price_list("L", {"A": {0: "10", 10: "9"}})
    first, second = entries(list_id)
    change_entry(SYSTEM, list_id, first.id, row("A", "10.5"))
    change_entry(SYSTEM, list_id, second.id, row("A", 9, 20))
    assert [(entry.min_quantity, entry.price) for entry in entries(list_id)] == [(0, Decimal("10.5")), (20, 9)]
    with pytest.raises(Conflict):  # the slot is taken
        change_entry(SYSTEM, list_id, first.id, row("A", 3, 20))
    with pytest.raises(Conflict):  # gone meanwhile
        change_entry(SYSTEM, list_id, second.id, row("A", 3))
    with pytest.raises(Invalid):
        change_entry(SYSTEM, list_id, first.id, row("A", -3))
    assert [(entry.min_quantity, entry.price) for entry in entries(list_id)] == [(0, Decimal("10.5")), (20, 9)]


def test_adding_a_price_that_is_there_already():
    article("A")
    list_id = price_list("L", {"A": "10"})
    with pytest.raises(Conflict):
        add_entry(SYSTEM, list_id, row("A", 12))
    with pytest.raises(Invalid):
        add_entry(SYSTEM, list_id, row("B", 12))
    add_entry(SYSTEM, list_id, row("A", 12, 5))
    assert [entry.price for entry in entries(list_id)] == [10, 12]


def test_a_chain_is_created_changed_or_left():
    for code in ("A", "B", "C"):
        price_list(code)
    row = ChainRow("X", (Link("A"), Link("B", may_merge=False)), strategy="merge")
    chain_id, outcome = set_chain(SYSTEM, row)
    assert outcome == "created"
    assert set_chain(SYSTEM, row) == (chain_id, "same")
    assert set_chain(SYSTEM, ChainRow("X", (Link("C"), Link("A")), strategy="lowest")) == (chain_id, "changed")
    held = db.session.scalars(select(ChainList).where(ChainList.chain_id == chain_id).order_by(ChainList.position))
    assert [(link.position, link.may_merge) for link in held] == [(1, True), (2, True)]
    changes = audit.history(SYSTEM, "chain", chain_id)[-1].changes
    assert changes["lists"] == [["A", "B"], ["C", "A"]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (ChainRow("", ()), "code"),
        (ChainRow("X", (), strategy="cheapest"), "strategy"),
        (ChainRow("X", (Link("A"), Link("A"))), "lists"),
        (ChainRow("X", (Link("NONE"),)), "lists"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(given, field):
    price_list("A")
    with pytest.raises(Invalid) as refused:
        set_chain(SYSTEM, given)
    assert refused.value.field == field


def test_there_is_one_default_chain():
    chain("OLD", is_default=True)
    chain("NEW", is_default=True)
    assert db.session.scalars(select(Chain.code).where(Chain.is_default)).all() == ["NEW"]
    with pytest.raises(Conflict):
        chain("NEW", is_default=False)


def test_an_account_is_given_a_chain():
    company, chain_id = customer(), chain("X")
    assert assign_chain(SYSTEM, company.id, chain_id) is True
    assert assign_chain(SYSTEM, company.id, chain_id) is False
    assert (
        db.session.scalar(select(PriceAssignment.chain_id).where(PriceAssignment.company_id == company.id)) == chain_id
    )
    assert assign_chain(SYSTEM, company.id, None) is True
    assert [entry.changes for entry in audit.history(SYSTEM, "company", company.id) if entry.action == "chain"] == [
        {"chain": ["", "X"]}, {"chain": ["X", ""]},
    ]  # fmt: skip
    with pytest.raises(Invalid):
        assign_chain(SYSTEM, company.id, 999)
    with pytest.raises(NotFound):
        assign_chain(SYSTEM, operator().id, chain_id)


def test_vat_rates():
    german_vat()
    rows = [
        VatRow("DE", "standard", Decimal(19), date(2020, 1, 1)),
        VatRow("DE", "reduced", Decimal("7.5"), date(2020, 1, 1)),
    ]
    assert set_vat_rates(SYSTEM, rows) == 1
    rate = db.session.scalars(select(VatRate).where(VatRate.vat_class == "reduced")).one()
    assert rate.rate == Decimal("7.5")
    remove_vat_rate(SYSTEM, rate.id)
    with pytest.raises(NotFound):
        remove_vat_rate(SYSTEM, rate.id)
    assert db.session.scalar(select(func.count()).select_from(VatRate)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (VatRow("de", "standard", Decimal(19), date(2020, 1, 1)), "country"),
        (VatRow("DE", "", Decimal(19), date(2020, 1, 1)), "vat_class"),
        (VatRow("DE", "standard", Decimal(101), date(2020, 1, 1)), "rate"),
        (VatRow("DE", "standard", Decimal("19.0001"), date(2020, 1, 1)), "rate"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(given, field):
    with pytest.raises(Invalid) as refused:
        set_vat_rates(SYSTEM, [given])
    assert refused.value.field == field
