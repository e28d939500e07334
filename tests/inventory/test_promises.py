"""Promises and reservations over all sources, on the real database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.domain.groups import SetFacts
from app.accounts.service.groups import set_group, upsert_group
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as
from app.inventory.domain.promise import Need, Source, Want
from app.inventory.queries.promises import available, promise, promises
from app.inventory.queries.shelves import stock_of
from app.inventory.service.backorders import serve_waiting, set_backorder_rule
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.service.incoming import cancel_incoming, change_incoming, receive
from app.inventory.service.places import add_holidays, set_stock_settings, set_warehouse_list
from app.inventory.service.reservations import release, reserve
from app.inventory.service.stock import StockRow, set_stock
from app.inventory.service.suppliers import SupplierStockRow, set_supplier_stock
from app.inventory.service.thresholds import set_default, set_marks
from tests.factories.accounts import actor_for, customer, operator, person, supplier
from tests.factories.catalog import article, articles, category
from tests.factories.inventory import coming, stock, supplied, warehouse

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


def workday(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


TODAY = workday(clock.today())
SOON, LATER = TODAY + timedelta(days=7), TODAY + timedelta(days=14)


@pytest.fixture
def buyer(ctx):
    operator()
    company = customer("BUYER")
    return actor_for(person(company), company)


def ask(actor, article_id, quantity, policy="stock", lead=None, on=TODAY, **more):
    with acting_as(actor):
        return promise(actor, Need(article_id, Decimal(quantity), policy, lead), on, **more)


def take(actor, line, article_id, quantity, policy="stock", lead=None):
    with acting_as(actor):
        return reserve(actor, actor.company_id, [Want(line, article_id, Decimal(quantity), policy, lead)], on=TODAY)


def told(found):
    return [(part.quantity, part.day, str(part.source), part.place) for part in found.parts]


def held():
    rows = db.session.execute(
        text("SELECT order_line_id, quantity, warehouse_id IS NOT NULL, incoming_id IS NOT NULL, expected_on"
             " FROM reservations WHERE released_at IS NULL ORDER BY id")
    )  # fmt: skip
    return [tuple(row) for row in rows]


def sums_hold():
    """What each source says is reserved is what the reservations of it add up to."""
    pairs = [
        ("stock", "r.article_id = s.article_id AND r.warehouse_id = s.warehouse_id"),
        ("incoming_goods", "r.incoming_id = s.id"), ("supplier_stock", "r.supplier_stock_id = s.id"),
        ("backorder_rules", "r.backorder_rule_id = s.id"),
    ]  # fmt: skip
    for table, link in pairs:
        wrong = db.session.execute(
            text(f"SELECT s.id FROM {table} s WHERE s.reserved <> (SELECT coalesce(sum(r.quantity), 0)"
                 f" FROM reservations r WHERE r.released_at IS NULL AND {link})")
        ).all()  # fmt: skip
        assert wrong == [], table
    return True


def test_all_sources_in_their_order_and_the_reservation_takes_the_same(buyer):
    made = article("A")
    supplier("ACME")
    stock("A", 5)
    stock("A", 4, "NORTH")
    coming("A", 10, SOON)
    supplied("A", 3, "ACME", 1)
    direct = workday(TODAY + timedelta(days=1))
    found = ask(buyer, made, 25, "backorder", 20)
    assert told(found)[:4] == [
        (5, TODAY, "warehouse", "Warehouse MAIN"), (4, TODAY, "warehouse", "Warehouse NORTH"),
        (3, direct, "drop_ship", ""), (10, SOON, "incoming", "Warehouse MAIN"),
    ]  # fmt: skip
    assert (found.parts[4].quantity, found.parts[4].source) == (3, Source.BACKORDER)
    parts = take(buyer, 1, made, 25, "backorder", 20)
    assert [(p.quantity, p.source) for p in parts] == [(p.quantity, p.source) for p in found.parts]
    assert sums_hold()
    assert [row[4] for row in held()][2:4] == [direct, SOON]
    with acting_as(buyer):
        assert release(buyer, [1]) == 25
    assert sums_hold()
    assert told(ask(buyer, made, 25, "backorder", 20)) == told(found)


def test_a_past_day_disappears_from_promises(buyer):
    made = article("A")
    coming("A", 10, TODAY - timedelta(days=1))
    found = ask(buyer, made, 5, "backorder", 3)
    assert (found.next_on, [str(part.source) for part in found.parts]) == (None, ["backorder"])


def test_a_day_ahead_counts_what_comes_by_then(buyer):
    made = article("A")
    coming("A", 10, SOON)
    found = ask(buyer, made, 5, "backorder", on=LATER, today=TODAY)
    assert (found.is_there, found.ships_on) == (True, LATER)


def test_only_the_warehouses_of_the_list_serve(buyer):
    made = article("A")
    for code, amount in (("MAIN", 5), ("NORTH", 7), ("WEST", 9)):
        stock("A", amount, code)
    assert ask(buyer, made, 1).available == 21
    set_warehouse_list(SYSTEM, "everybody", "", ["WEST", "MAIN"])
    assert [part[3] for part in told(ask(buyer, made, 12))] == ["Warehouse WEST", "Warehouse MAIN"]
    set_group(SYSTEM, buyer.company_id, upsert_group(SYSTEM, SetFacts("PROS", "Pros")))
    set_warehouse_list(SYSTEM, "group", "PROS", ["NORTH"])
    assert ask(buyer, made, 1).available == 7
    set_warehouse_list(SYSTEM, "account", "BUYER", ["MAIN"])
    assert ask(buyer, made, 1).available == 5
    with pytest.raises(Conflict):
        take(buyer, 1, made, 6)
    assert available(SYSTEM, [made]) == {made: 14}, "the operator sees what everybody is served"
    set_warehouse_list(SYSTEM, "account", "BUYER", [])
    assert ask(buyer, made, 1).available == 7
    with pytest.raises(Invalid):
        set_warehouse_list(SYSTEM, "account", "NOBODY", ["MAIN"])


def test_thresholds_are_inherited_and_say_from_whom(buyer):
    category("TOOLS")
    category("SAWS", parent="TOOLS")
    made = article("A", category="SAWS")
    stock("A", 100)
    place = db.session.scalar(text("SELECT id FROM warehouses"))

    def now():
        line = stock_of(SYSTEM, place, "A")
        assert line.available == ask(buyer, made, 1).available
        return line.threshold, line.threshold_from, line.low_mark, line.low_from

    assert now() == (0, "", None, "")
    set_default(SYSTEM, "everything", threshold=Decimal(1), low_mark=Decimal(10))
    assert now() == (1, "everything", 10, "everything")
    set_default(SYSTEM, "category", "TOOLS", threshold=Decimal(2), low_mark=None)
    assert now() == (2, "category", 10, "everything")
    set_default(SYSTEM, "category", "SAWS", threshold=Decimal(3), low_mark=Decimal(98))
    assert now() == (3, "category", 98, "category")
    assert ask(buyer, made, 1).is_low
    set_default(SYSTEM, "warehouse", "MAIN", threshold=Decimal(4), low_mark=None)
    assert now() == (4, "warehouse", 98, "category")
    set_marks(SYSTEM, "A", "MAIN", threshold=Decimal(5), low_mark=Decimal(6))
    assert now() == (5, "own", 6, "own")
    with pytest.raises(Conflict) as refused:
        take(buyer, 1, made, 96)
    assert refused.value.details[0].available == 95
    set_marks(SYSTEM, "A", "MAIN", threshold=None, low_mark=None)
    set_default(SYSTEM, "warehouse", "MAIN", threshold=None, low_mark=None)
    assert now()[:2] == (3, "category")
    set_stock(SYSTEM, [StockRow("A", "MAIN", Decimal(2))])
    assert ask(buyer, made, 1).available == 0, "never negative"


def test_a_backorder_limit_counts_what_is_open(buyer):
    made = article("A")
    stock("A", 2)
    set_backorder_rule(SYSTEM, sku="A", mode="limit", quantity_limit=Decimal(10))
    assert ask(buyer, made, 12).is_enough
    take(buyer, 1, made, 8)
    assert sums_hold()
    assert (ask(buyer, made, 4).is_enough, ask(buyer, made, 5).obtainable) == (True, 4)
    with pytest.raises(Conflict):
        take(buyer, 2, made, 5)
    with acting_as(buyer):
        release(buyer, [1])
    assert ask(buyer, made, 12).is_enough


def test_the_most_specific_backorder_rule_counts(buyer):
    made, other = article("A"), article("B")
    assert not ask(buyer, made, 1).is_enough
    set_backorder_rule(SYSTEM, sku="A", mode="allowed")
    assert ask(buyer, made, 1).is_enough
    set_backorder_rule(SYSTEM, account="BUYER", mode="off")
    assert not ask(buyer, made, 1).is_enough
    assert not ask(buyer, other, 1, "backorder").is_enough, "also where no row tells of the article"
    set_backorder_rule(SYSTEM, sku="A", account="BUYER", mode="limit", quantity_limit=Decimal(3))
    assert ask(buyer, made, 3).is_enough
    assert not ask(buyer, made, 1, "run_out").is_enough
    set_backorder_rule(SYSTEM, sku="A", account="BUYER", mode=None)
    assert not ask(buyer, made, 1).is_enough
    stranger = customer()
    assert ask(actor_for(person(stranger), stranger), made, 1).is_enough
    for wrong in (
        {"sku": "A", "mode": "limit"},
        {"account": "BUYER", "mode": "limit", "quantity_limit": Decimal(1)},
        {"mode": "off"},
    ):
        with pytest.raises(Invalid):
            set_backorder_rule(SYSTEM, **wrong)


def test_a_new_limit_counts_those_who_wait_already(buyer):
    made = article("A")
    take(buyer, 1, made, 4, "backorder")
    set_backorder_rule(SYSTEM, sku="A", mode="limit", quantity_limit=Decimal(5))
    assert ask(buyer, made, 1).obtainable == 1
    assert sums_hold()


def test_what_a_supplier_told_too_long_ago_does_not_count(buyer):
    made = article("A")
    supplier("ACME")
    supplied("A", 9, "ACME", told_on=TODAY - timedelta(days=6))
    assert ask(buyer, made, 9).is_enough
    set_stock_settings(SYSTEM, bands="5, 50", supplier_days=6)
    assert not ask(buyer, made, 9).is_enough
    result = set_supplier_stock(SYSTEM, [SupplierStockRow("A", "ACME", Decimal(9))], told_on=TODAY)[0]
    assert (result.outcome, ask(buyer, made, 9).is_enough) == ("same", True)


def test_holidays_are_no_working_days(buyer):
    made = article("A")
    before = ask(buyer, made, 1, "backorder", 3).ships_on
    add_holidays(SYSTEM, [(TODAY + timedelta(days=n), "Off") for n in range(1, 4)])
    assert ask(buyer, made, 1, "backorder", 3).ships_on > before


def test_receiving_posts_a_move_and_serves_who_was_promised_then_who_waits(buyer):
    made = article("A")
    stock("A", 1)
    goods = coming("A", 10, SOON)
    take(buyer, 1, made, 6, "backorder")  # 1 from the shelf, 5 of the goods to come
    take(buyer, 2, made, 8, "backorder")  # 5 of the goods to come, 3 wait
    receive(SYSTEM, goods, Decimal(7))
    assert held() == [(1, 1, True, False, None), (1, 5, True, False, None), (2, 3, False, True, SOON),
                      (2, 3, False, False, None), (2, 2, True, False, None)]  # fmt: skip
    assert sums_hold()
    receive(SYSTEM, goods, Decimal(6))
    assert {row[2] for row in held()} == {True}
    row = db.session.execute(text("SELECT state, received, reserved FROM incoming_goods")).one()
    assert tuple(row) == ("received", 13, 0)
    assert sums_hold()
    with pytest.raises(Conflict):
        receive(SYSTEM, goods, Decimal(1))
    moves = db.session.execute(text("SELECT quantity, reason, reference FROM stock_moves ORDER BY id")).all()
    assert [tuple(move) for move in moves[1:]] == [(7, "receipt", "PO-1"), (6, "receipt", "PO-1")]
    on_hand, moved = db.session.execute(
        text("SELECT sum(on_hand), (SELECT sum(quantity) FROM stock_moves) FROM stock")
    ).one()
    assert on_hand == moved == 14


def test_goods_that_do_not_come_leave_their_orders_waiting(buyer):
    made = article("A")
    goods = coming("A", 10, SOON)
    change_incoming(SYSTEM, goods, quantity=Decimal(12), expected_on=LATER)
    take(buyer, 1, made, 11, "backorder")
    cancel_incoming(SYSTEM, goods)
    assert held() == [(1, 11, False, False, None)]
    assert sums_hold()
    stock("A", 4)
    assert serve_waiting(SYSTEM, made, on=TODAY) == 4
    assert [(row[1], row[2]) for row in held()] == [(7, False), (4, True)]
    assert sums_hold()


def test_batches_go_out_by_expiry_and_are_checked_against_the_shelf():
    article("A")
    stock("A", 10)
    rows = [BatchRow("A", "MAIN", "L2", Decimal(4), LATER), BatchRow("A", "MAIN", "L1", Decimal(5), SOON)]
    done = set_batches(SYSTEM, rows)
    assert ([one.outcome for one in done.results], done.over) == (["created", "created"], set())
    assert [one.outcome for one in set_batches(SYSTEM, rows).results] == ["same", "same"]
    more = set_batches(SYSTEM, [BatchRow("A", "MAIN", "L3", Decimal(2)), BatchRow("A", "MAIN", "L2", Decimal(0))])
    assert ([one.outcome for one in more.results], more.over) == (["created", "changed"], set())
    assert set_batches(SYSTEM, [BatchRow("A", "MAIN", "L3", Decimal(6))]).over == {("A", "MAIN")}


def test_a_stranger_is_asked_about_by_the_operator_only(buyer):
    made = article("A")
    other = customer()
    with pytest.raises(NotFound):
        ask(buyer, made, 1, company_id=other.id)


@pytest.mark.parametrize("count", [2, 20])
def test_one_statement_for_any_number_of_lines(buyer, count):
    ids = articles(count)
    warehouse("MAIN")
    for n in range(1, count + 1):
        stock(f"A-{n:03d}", n)
        coming(f"A-{n:03d}", n, SOON)
    with acting_as(buyer), statements() as seen:
        promises(buyer, [Need(article_id, Decimal(50), "backorder") for article_id in ids], TODAY)
    assert len(seen) == 1
    wants = [Want(n, article_id, Decimal(50), "backorder") for n, article_id in enumerate(ids)]
    with acting_as(buyer), statements() as seen:
        reserve(buyer, buyer.company_id, wants, on=TODAY)
    assert len(seen) == 5


sources = st.fixed_dictionaries({
    "shelf": st.integers(-2, 8), "north": st.integers(0, 8), "coming": st.integers(0, 8), "direct": st.integers(0, 8),
    "rule": st.sampled_from([None, "off", "allowed", "limit"]), "limit": st.integers(0, 8),
    "policy": st.sampled_from(["stock", "backorder", "run_out"]), "quantity": st.integers(1, 30),
    "kept": st.integers(0, 3),
})  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=sources, number=st.integers(0, 10**9))
def test_reserving_gives_what_the_promise_said(buyer, drawn, number):
    sku = f"P{number}-{db.session.scalar(text('SELECT count(*) FROM articles'))}"
    made = article(sku)
    if not db.session.scalar(text("SELECT id FROM companies WHERE code = 'ACME'")):
        supplier("ACME")
    stock(sku, drawn["shelf"], threshold=drawn["kept"])
    stock(sku, drawn["north"], "NORTH")
    if drawn["coming"]:
        coming(sku, drawn["coming"], SOON, reference=sku)
    supplied(sku, drawn["direct"], "ACME")
    if drawn["rule"]:
        limit = Decimal(drawn["limit"]) if drawn["rule"] == "limit" else None
        set_backorder_rule(SYSTEM, sku=sku, mode=drawn["rule"], quantity_limit=limit)
    found = ask(buyer, made, drawn["quantity"], drawn["policy"], 4)
    try:
        parts = take(buyer, made, made, drawn["quantity"], drawn["policy"], 4)
    except Conflict as refused:
        assert not found.is_enough
        assert refused.details[0].available == found.obtainable
        return
    assert found.is_enough
    assert [(part.quantity, part.source) for part in parts] == [(part.quantity, part.source) for part in found.parts]
    late = [part.day for part in found.parts if part.source is not Source.WAREHOUSE]
    assert [part.day for part in parts if part.source is not Source.WAREHOUSE] == late
    assert sums_hold()
