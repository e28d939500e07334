"""Many buyers at once, on real connections: nothing is sold twice, nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.inventory.domain.promise import Want
from app.inventory.service.backorders import set_backorder_rule
from app.inventory.service.incoming import receive
from app.inventory.service.reservations import release, reserve
from app.inventory.service.stock import StockRow, set_stock
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, articles
from tests.factories.inventory import coming, stock, warehouse

pytestmark = pytest.mark.races
BUYERS = 50
TODAY = clock.today()


def at_once(app, work, count):
    """Run `work(number)` in so many threads, each with a connection of its own, started together."""
    start = Barrier(count)

    def run(number):
        with app.app_context():
            start.wait(timeout=60)
            return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def buyers(committing, world):
    with world():
        operator()
        companies = [customer() for _ in range(5)]
        return [actor_for(person(company), company) for company in companies]


def test_fifty_buyers_race_for_the_last_ten_units(committing, world, buyers):
    with world():
        made = article("LAST")
        stock("LAST", 6, "MAIN")
        stock("LAST", 4, "NORTH")

    def buy(number):
        actor = buyers[number % len(buyers)]
        try:
            with acting_as(actor):
                reserve(actor, actor.company_id, [Want(number, made, Decimal(1))])
        except Conflict:
            return 0
        return 1

    assert sum(at_once(committing, buy, BUYERS)) == 10
    with world():
        assert db.session.execute(text("SELECT sum(on_hand), sum(reserved) FROM stock")).one() == (10, 10)
        assert db.session.scalar(text("SELECT count(*) FROM reservations WHERE released_at IS NULL")) == 10


def test_buyers_of_the_same_articles_in_any_order_do_not_deadlock(committing, world, buyers):
    with world():
        ids = articles(12)
        warehouse("MAIN")
        warehouse("NORTH", 2)
        set_stock(Actor.system(), [
            StockRow(f"A-{n:03d}", code, Decimal(30)) for n in range(1, 13) for code in ("MAIN", "NORTH")
        ])  # fmt: skip

    def buy(number):
        actor, shuffled = buyers[number % len(buyers)], list(ids)
        Random(number).shuffle(shuffled)
        taken = 0
        for attempt in range(4):
            lines = [Want(1000 * number + 100 * attempt + i, key, Decimal(1)) for i, key in enumerate(shuffled[:8])]
            try:
                with acting_as(actor):
                    reserve(actor, actor.company_id, lines)
                    if attempt % 2:
                        release(actor, [line.order_line_id for line in lines])
            except Conflict:
                continue
            taken += 0 if attempt % 2 else len(lines)
        return taken

    taken = sum(at_once(committing, buy, 16))
    with world():
        held = "SELECT sum(quantity) FROM reservations WHERE released_at IS NULL"
        assert db.session.execute(text(f"SELECT sum(reserved), ({held}) FROM stock")).one() == (taken, taken)
        assert db.session.scalar(text("SELECT bool_and(reserved <= on_hand) FROM stock")) is True


def test_counting_and_buying_at_once_keeps_the_ledger_right(committing, world, buyers):
    with world():
        ids = articles(10)
        warehouse("MAIN")

    def work(number):
        if number % 2:
            rows = [StockRow(f"A-{n:03d}", "MAIN", Decimal(50 + number)) for n in range(1, 11)]
            Random(number).shuffle(rows)
            with acting_as(Actor.system()):
                set_stock(Actor.system(), rows)
            return
        actor = buyers[number % len(buyers)]
        for attempt in range(3):
            wants = [Want(1000 * number + 10 * attempt + n, key, Decimal(2), "backorder") for n, key in enumerate(ids)]
            with acting_as(actor):
                reserve(actor, actor.company_id, wants)

    at_once(committing, work, 12)
    with world():
        moved = "SELECT sum(quantity) FROM stock_moves"
        held = "SELECT coalesce(sum(quantity), 0) FROM reservations WHERE warehouse_id IS NOT NULL"
        on_hand, sums, reserved, holding = db.session.execute(
            text(f"SELECT sum(on_hand), ({moved}), sum(reserved), ({held}) FROM stock")
        ).one()
    assert (on_hand, reserved) == (sums, holding)


def test_a_backorder_limit_holds_whoever_comes_at_once(committing, world, buyers):
    with world():
        made = article("LIMITED")
        stock("LIMITED", 4, "MAIN")
        set_backorder_rule(Actor.system(), sku="LIMITED", mode="limit", quantity_limit=Decimal(6))

    def buy(number):
        actor = buyers[number % len(buyers)]
        try:
            with acting_as(actor):
                reserve(actor, actor.company_id, [Want(number, made, Decimal(1))])
        except Conflict:
            return 0
        return 1

    assert sum(at_once(committing, buy, 30)) == 10
    with world():
        held = "SELECT sum(quantity) FROM reservations WHERE warehouse_id IS NULL"
        assert db.session.execute(text(f"SELECT reserved, ({held}) FROM backorder_rules")).one() == (6, 6)


def test_buying_while_goods_are_received_sells_each_piece_once(committing, world, buyers):
    with world():
        made = article("COMING")
        stock("COMING", 5, "MAIN")
        goods = [coming("COMING", 10, TODAY + timedelta(days=3), reference=f"PO-{n}") for n in range(3)]

    def work(number):
        if number % 10 == 0:
            with acting_as(Actor.system()):
                receive(Actor.system(), goods[number // 10], Decimal(10))
            return 0
        actor = buyers[number % len(buyers)]
        try:
            with acting_as(actor):
                reserve(actor, actor.company_id, [Want(number, made, Decimal(2), "backorder")], on=TODAY)
                if number % 3 == 0:
                    release(actor, [number])
                    return 0
        except Conflict:
            return 0
        return 2

    taken = sum(at_once(committing, work, 30))
    with world():
        wrong = """
            SELECT (SELECT count(*) FROM stock s WHERE s.reserved <> (SELECT coalesce(sum(r.quantity), 0)
                        FROM reservations r WHERE r.released_at IS NULL AND r.warehouse_id = s.warehouse_id))
                 + (SELECT count(*) FROM incoming_goods i WHERE i.reserved <> (SELECT coalesce(sum(r.quantity), 0)
                        FROM reservations r WHERE r.released_at IS NULL AND r.incoming_id = i.id))"""
        assert db.session.scalar(text(wrong)) == 0
        assert db.session.execute(
            text("SELECT on_hand, reserved <= on_hand, (SELECT sum(quantity) FROM stock_moves) FROM stock")
        ).one() == (35, True, 35)
        assert db.session.scalar(text("SELECT sum(quantity) FROM reservations WHERE released_at IS NULL")) == taken
