"""Counting, reserving, releasing: what is on hand is always the sum of its moves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.tenancy import acting_as
from app.inventory.domain.promise import Need, Want
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock, StockMove
from app.inventory.queries.promises import available, promises
from app.inventory.service.reservations import release, reserve
from app.inventory.service.stock import StockRow, WarehouseRow, adjust_stock, set_stock, upsert_warehouses
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, articles
from tests.factories.inventory import stock, warehouse

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()
DAY = date(2026, 1, 2)


@pytest.fixture
def buyer(ctx):
    operator()
    company = customer()
    return actor_for(person(company), company)


def want(line, article_id, quantity, *, may_backorder=False):
    return Want(line, article_id, Decimal(quantity), "backorder" if may_backorder else "stock")


def take(actor, *wants):
    with acting_as(actor):
        return reserve(actor, actor.company_id, wants)


def reserved():
    statement = select(Stock.warehouse_id, Stock.reserved).order_by(Stock.warehouse_id)
    return [quantity for _, quantity in db.session.execute(statement)]


def ledger_is_right():
    moves = select(func.coalesce(func.sum(StockMove.quantity), 0)).where(
        StockMove.article_id == Stock.article_id, StockMove.warehouse_id == Stock.warehouse_id
    )
    held = select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
        Reservation.article_id == Stock.article_id,
        Reservation.warehouse_id == Stock.warehouse_id,
        Reservation.released_at.is_(None),
    )
    rows = db.session.execute(
        select(Stock.on_hand, moves.scalar_subquery(), Stock.reserved, held.scalar_subquery())
    ).all()
    return all(on_hand == moved and taken == holding for on_hand, moved, taken, holding in rows)


def test_counting_sets_what_is_on_hand_and_writes_the_difference():
    article("A")
    warehouse("MAIN")
    rows = [StockRow("a", "MAIN", Decimal(10))]
    assert set_stock(SYSTEM, rows)[0].outcome == "created"
    assert set_stock(SYSTEM, rows)[0].outcome == "same"
    changed = set_stock(SYSTEM, [StockRow("A", "MAIN", Decimal(4), threshold=Decimal(1))])[0]
    assert (changed.outcome, changed.moved) == ("changed", -6)
    assert set_stock(SYSTEM, [StockRow("A", "MAIN", Decimal(4), threshold=Decimal(2))])[0].outcome == "changed"
    assert db.session.scalars(select(StockMove.quantity).order_by(StockMove.id)).all() == [10, -6]
    assert ledger_is_right()


def test_rows_that_say_nothing_new_are_not_touched():
    article("A")
    stock("A", 10)
    before = db.session.scalar(text("SELECT xmin::text || ctid::text FROM stock"))
    set_stock(SYSTEM, [StockRow("A", "MAIN", Decimal("10.0"))])
    assert db.session.scalar(text("SELECT xmin::text || ctid::text FROM stock")) == before


def test_bad_rows_are_refused_one_by_one():
    article("A")
    warehouse("MAIN")
    rows = [
        StockRow("A", "MAIN", Decimal(1)), StockRow("A", "MAIN", Decimal(2)), StockRow("B", "MAIN", Decimal(1)),
        StockRow("A", "NONE", Decimal(1)), StockRow("A", "MAIN", Decimal(1), threshold=Decimal(-1)),
    ]  # fmt: skip
    results = set_stock(SYSTEM, rows)
    assert [result.outcome for result in results] == ["created", "refused", "refused", "refused", "refused"]
    assert all(result.problem for result in results[1:])


@pytest.mark.parametrize("count", [2, 20])
def test_a_constant_number_of_statements(buyer, count):
    ids = articles(count)
    warehouse("MAIN")
    with statements() as seen:
        set_stock(SYSTEM, [StockRow(f"A-{n:03d}", "MAIN", Decimal(n)) for n in range(1, count + 1)])
    assert len(seen) == 6
    with statements() as seen:
        set_stock(SYSTEM, [StockRow(f"A-{n:03d}", "MAIN", Decimal(n)) for n in range(1, count + 1)])
    assert len(seen) == 2
    with statements() as seen:
        take(buyer, *(want(n, article_id, 1) for n, article_id in enumerate(ids)))
    assert len(seen) == 3
    with acting_as(buyer), statements() as seen:
        release(buyer, range(count))
        promises(buyer, [Need(article_id, Decimal(1)) for article_id in ids], DAY)
    assert len(seen) == 3


def test_a_correction_by_hand_needs_a_reason():
    article("A")
    stock("A", 10)
    with pytest.raises(Invalid) as refused:
        adjust_stock(SYSTEM, StockRow("A", "MAIN", Decimal(8)), reason=" ")
    assert refused.value.field == "reason"
    adjust_stock(SYSTEM, StockRow("A", "MAIN", Decimal(8)), reason="two broken")
    last = db.session.execute(
        select(StockMove.quantity, StockMove.reason, StockMove.reference).order_by(StockMove.id)
    ).all()[-1]
    assert last == (-2, "adjustment", "two broken")


def test_warehouses_are_created_changed_or_left():
    assert upsert_warehouses(SYSTEM, [WarehouseRow("A", "Alpha"), WarehouseRow("B", "Beta")]) == ["created", "created"]
    assert upsert_warehouses(SYSTEM, [WarehouseRow("A", "Alpha"), WarehouseRow("B", "Beta", 3)]) == ["same", "changed"]


def test_stock_is_taken_from_the_warehouses_by_position(buyer):
    made = article("A")
    stock("A", 5, "MAIN")
    stock("A", 10, "NORTH")
    parts = take(buyer, want(1, made, 12))
    assert [part.quantity for part in parts] == [5, 7]
    assert reserved() == [5, 7]
    assert available(SYSTEM, [made]) == {made: 3}
    assert ledger_is_right()


def test_a_shortage_holds_nothing_at_all(buyer):
    first, second = article("A"), article("B")
    stock("A", 5)
    stock("B", 5, threshold=2)
    with pytest.raises(Conflict) as refused:
        take(buyer, want(1, first, 5), want(2, second, 2), want(3, second, 2))
    (shortage,) = refused.value.details
    assert (shortage.article_id, shortage.asked, shortage.available) == (second, 4, 3)
    assert reserved() == [0, 0]
    assert db.session.scalar(select(func.count()).select_from(Reservation)) == 0


def test_what_may_wait_goes_on_backorder(buyer):
    made, unknown = article("A"), article("B")
    stock("A", 5)
    take(buyer, want(1, made, 8, may_backorder=True), want(2, unknown, 3, may_backorder=True))
    held = db.session.execute(
        select(Reservation.order_line_id, Reservation.quantity, Reservation.warehouse_id.is_(None))
    )
    assert sorted(held.all()) == [(1, 3, True), (1, 5, False), (2, 3, True)]
    assert ledger_is_right()


def test_releasing_gives_back_once(buyer):
    made = article("A")
    stock("A", 5)
    take(buyer, want(1, made, 2), want(2, made, 3))
    with acting_as(buyer):
        assert release(buyer, [1]) == 2
        assert release(buyer, [1]) == 0
    assert available(SYSTEM, [made]) == {made: 2}
    assert ledger_is_right()


def test_nobody_holds_or_releases_for_another_company(buyer):
    made = article("A")
    stock("A", 5)
    take(buyer, want(1, made, 2))
    company = customer()
    other = actor_for(person(company), company)
    with acting_as(other):
        assert release(other, [1]) == 0
        with pytest.raises(Forbidden):
            reserve(other, buyer.company_id, [want(9, made, 1)])
        assert db.session.scalar(text("SELECT count(*) FROM reservations")) == 0
    assert reserved() == [2]


def test_needs_of_one_article_are_added_up():
    made = article("A")
    stock("A", 5)
    found = promises(SYSTEM, [Need(made, Decimal(3)), Need(made, Decimal(3)), Need(999, Decimal(1))], DAY)
    assert (found[made].is_enough, found[made].available) == (False, 5)
    assert (found[999].is_enough, found[999].available) == (False, 0)
    assert promises(SYSTEM, [Need(made, Decimal(5))], DAY)[made].ships_on == DAY


steps = st.lists(
    st.one_of(
        st.tuples(st.just("count"), st.integers(-2, 20)), st.tuples(st.just("take"), st.integers(1, 8)),
        st.tuples(st.just("drop"), st.integers(0, 5)),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=steps)
def test_whatever_happens_the_sums_hold(buyer, drawn):
    made = article("A")
    stock("A", 10)
    lines = 0
    for kind, number in drawn:
        if kind == "count":
            set_stock(SYSTEM, [StockRow("A", "MAIN", Decimal(number))])
        elif kind == "drop":
            release(SYSTEM, [number])
        else:
            lines += 1
            try:
                take(buyer, want(lines, made, number))
            except Conflict as refused:
                assert refused.details[0].asked > refused.details[0].available
        assert ledger_is_right()
