"""Receipts, transfers, counts and the journal; random work of the warehouse never makes stock add up wrongly."""

from __future__ import annotations

import contextlib
import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.inventory.domain.promise import Want
from app.inventory.models.bins import Bin
from app.inventory.models.counts import StockAdjustment, StockCountLine
from app.inventory.models.receipts import GoodsReceiptLine
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock, Warehouse
from app.inventory.models.supply import IncomingGoods
from app.inventory.models.tracking import SerialNumber
from app.inventory.models.transfers import StockTransferLine
from app.inventory.queries.bins import piles
from app.inventory.queries.verify import verify
from app.inventory.service.adjustments import Cost, articles_without_value, set_values
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.service.bins import BinRow, Relocation, delete_bin, relocate, save_bins
from app.inventory.service.counts import NewCount, add_found, approve_count, enter_counts, finish_count, plan_count
from app.inventory.service.counts import recount as count_again
from app.inventory.service.issuing import Back, Issue, issue, take_back
from app.inventory.service.receipts import (
    Counted,
    NewReceipt,
    add_receipt_line,
    book_receipt,
    count_receipt,
    open_receipt,
    set_tracking,
)
from app.inventory.service.reservations import keep_part, release, reserve
from app.inventory.service.stock import StockRow, adjust_stock
from app.inventory.service.transfers import Arrived, TransferRow, plan_transfer, receive_transfer, send_transfer
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article
from tests.factories.inventory import coming, stock, warehouse

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()
LATER = date(2099, 1, 31)


@pytest.fixture
def company(ctx):
    operator()
    return customer()


def house(code="MAIN"):
    return db.session.scalars(select(Warehouse.id).where(Warehouse.code == code)).one()


def shelf(article_id, code="MAIN"):
    columns = select(Stock.on_hand, Stock.reserved, Stock.quarantined)
    row = db.session.execute(columns.where(Stock.article_id == article_id, Stock.warehouse_id == house(code))).one()
    return tuple(int(value) for value in row)


def adds_up():
    found = verify(SYSTEM)
    assert found.faults == []
    return found


def lines_of(model, **terms):
    return list(db.session.scalars(select(model).filter_by(**terms).order_by(model.id)))


def test_a_receipt_is_counted_and_booked(company):
    a1, a2 = article("A1"), article("A2")
    first = coming("A1", 10, LATER, reference="PO-7")
    reserve(SYSTEM, company.id, [Want(1, a1, Decimal(4), "backorder")])
    set_tracking(SYSTEM, "A1", batch=True, expiry=True, serial=False)
    save_bins(SYSTEM, house(), [BinRow("R-1")])
    receipt = open_receipt(SYSTEM, NewReceipt("MAIN", clock.today(), purchase="PO-7"), client_ref="r1")
    assert open_receipt(SYSTEM, NewReceipt("MAIN", clock.today(), purchase="PO-7"), client_ref="r1") == receipt
    (one,) = lines_of(GoodsReceiptLine, receipt_id=receipt)
    assert (one.incoming_id, one.expected) == (first, 10)
    other = add_receipt_line(SYSTEM, receipt, "", of_line=one.id)
    found = add_receipt_line(SYSTEM, receipt, "A2")
    count_receipt(
        SYSTEM, receipt, {one.id: Counted(Decimal(5), Decimal(1)), found: Counted(Decimal(2), bin_code="R-1")}
    )
    with pytest.raises(Invalid, match="batch"):
        book_receipt(SYSTEM, receipt)
    count_receipt(SYSTEM, receipt, {
        one.id: Counted(Decimal(5), Decimal(1), batch="B1", expires_on=LATER),
        other: Counted(Decimal(3), batch="B2", expires_on=LATER - timedelta(9), bin_code="R-1", is_last=True),
    })  # fmt: skip
    book_receipt(SYSTEM, receipt)
    assert (shelf(a1), shelf(a2)) == ((8, 4, 1), (2, 0, 0))  # 4 for the line that waited, 1 damaged
    assert db.session.get(IncomingGoods, first).state == "received"
    assert [(pile.batch, pile.code) for pile in piles(SYSTEM, {(a1, house())})[a1, house()]] == [
        ("B2", "R-1"),
        ("B1", ""),
    ]
    adds_up()
    with pytest.raises(Conflict):
        book_receipt(SYSTEM, receipt)
    with pytest.raises(Conflict):
        delete_bin(SYSTEM, lines_of(Bin, code="R-1")[0].id)


def test_a_transfer_is_in_transit_until_it_arrives(company):
    a1 = article("A1")
    stock("A1", 8)
    warehouse("SECOND", 2)
    set_batches(SYSTEM, [BatchRow("A1", "MAIN", "B1", Decimal(5), LATER)])
    save_bins(SYSTEM, house(), [BinRow("M-1")])
    save_bins(SYSTEM, house("SECOND"), [BinRow("S-1")])
    relocate(SYSTEM, house(), [Relocation(a1, Decimal(2), None, lines_of(Bin)[0].id, "B1")])
    reserve(SYSTEM, company.id, [Want(1, a1, Decimal(1))])
    too_many = plan_transfer(SYSTEM, "MAIN", "SECOND", [TransferRow("A1", Decimal(8))], client_ref="t0")
    with pytest.raises(Conflict):
        send_transfer(SYSTEM, too_many)
    moved = plan_transfer(SYSTEM, "MAIN", "SECOND", [TransferRow("A1", Decimal(6))], client_ref="t1")
    send_transfer(SYSTEM, moved)
    assert (shelf(a1), shelf(a1, "SECOND")) == ((2, 1, 0), (0, 0, 0))
    lines = lines_of(StockTransferLine, transfer_id=moved)
    assert [(line.batch, line.sent) for line in lines] == [("B1", 5), ("", 1)]
    adds_up()
    receive_transfer(SYSTEM, moved, {lines[0].id: Arrived(Decimal(3), "S-1"), lines[1].id: Arrived(Decimal(2))})
    assert shelf(a1, "SECOND") == (5, 0, 0)
    journal = lines_of(StockAdjustment)
    assert [(row.reason, row.batch, row.quantity) for row in journal] == [("transfer", "B1", -2), ("transfer", "", 1)]
    adds_up()


def test_pieces_are_followed_through_a_transfer(company):
    article("A1")
    warehouse("MAIN")
    warehouse("SECOND", 2)
    set_tracking(SYSTEM, "A1", batch=False, expiry=False, serial=True)
    receipt = open_receipt(SYSTEM, NewReceipt("MAIN", clock.today()), client_ref="r")
    line = add_receipt_line(SYSTEM, receipt, "A1")
    count_receipt(SYSTEM, receipt, {line: Counted(Decimal(2))})
    with pytest.raises(Invalid, match="serial"):
        book_receipt(SYSTEM, receipt)
    count_receipt(SYSTEM, receipt, {line: Counted(Decimal(2), serials=("S1", "S2"))})
    book_receipt(SYSTEM, receipt)
    rows = [TransferRow("A1", Decimal(2), serials=("S1", "S2"))]
    moved = plan_transfer(SYSTEM, "MAIN", "SECOND", rows, client_ref="t")
    send_transfer(SYSTEM, moved)
    (on_way,) = lines_of(StockTransferLine)
    receive_transfer(SYSTEM, moved, {on_way.id: Arrived(Decimal(1), serials=("S2",))})
    states = {row.number: (row.state, row.warehouse_id) for row in lines_of(SerialNumber)}
    assert states == {"S1": ("lost", None), "S2": ("stock", house("SECOND"))}
    assert adds_up().notes == []


def test_a_count_books_differences_with_their_value(company):
    a1, a2 = article("A1"), article("A2")
    stock("A1", 10)
    stock("A2", 4)
    save_bins(SYSTEM, house(), [BinRow("Z-1", "Z"), BinRow("Y-1", "Y")])
    z_bin = lines_of(Bin, code="Z-1")[0].id
    relocate(SYSTEM, house(), [Relocation(a1, Decimal(6), None, z_bin)])
    reserve(SYSTEM, company.id, [Want(1, a1, Decimal(9), "stock")])
    zone = plan_count(SYSTEM, NewCount("MAIN", clock.today(), zone="Z"), client_ref="z")
    assert [(line.article_id, line.bin_id) for line in lines_of(StockCountLine, count_id=zone)] == [(a1, z_bin)]
    count = plan_count(SYSTEM, NewCount("MAIN", clock.today()), client_ref="c")
    lines = lines_of(StockCountLine, count_id=count)
    assert [(line.article_id, line.bin_id) for line in lines] == [(a1, z_bin), (a1, None), (a2, None)]
    enter_counts(SYSTEM, count, {lines[0].id: Decimal(3), lines[1].id: Decimal(4)})
    add_found(SYSTEM, count, "A2", Decimal(1), bin_code="Y-1")
    finish_count(SYSTEM, count)
    count_again(SYSTEM, count, [lines[0].id])
    with pytest.raises(Conflict):
        finish_count(SYSTEM, count)
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), bin_id=z_bin)], "LS-1")  # work goes on meanwhile
    enter_counts(SYSTEM, count, {lines[0].id: Decimal(3)})
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), bin_id=z_bin)], "LS-2")
    finish_count(SYSTEM, count)
    assert approve_count(SYSTEM, count) == 2
    assert shelf(a1) == (6, 6, 0)  # 8 less 2 that were not found; the line's seventh waits again
    assert shelf(a2) == (5, 0, 0)
    waiting = select(Reservation.quantity).where(Reservation.warehouse_id.is_(None), Reservation.released_at.is_(None))
    assert db.session.scalars(waiting).all() == [1]
    journal = lines_of(StockAdjustment)
    assert [(row.quantity, row.value) for row in journal] == [(-2, None), (1, None)]
    first, last = journal[0].id, journal[-1].id
    assert articles_without_value(SYSTEM, first, last) == [a1, a2]
    set_values(SYSTEM, first, last, {a1: Cost(Decimal("1.2345"), "EUR"), a2: Cost(Decimal("0.125"), "EUR")})
    db.session.expire_all()
    assert [row.value for row in lines_of(StockAdjustment)] == [Decimal("-2.47"), Decimal("0.13")]
    adds_up()


def test_corrections_by_hand_are_in_the_journal_and_empty_bins(company):
    a1 = article("A1")
    stock("A1", 6)
    save_bins(SYSTEM, house(), [BinRow("M-1")])
    relocate(SYSTEM, house(), [Relocation(a1, Decimal(5), None, lines_of(Bin)[0].id)])
    adjust_stock(SYSTEM, StockRow("A1", "MAIN", Decimal(2)), reason="broken")
    assert [(row.reason, row.quantity, row.note) for row in lines_of(StockAdjustment)] == [("manual", -4, "broken")]
    assert [(pile.code, pile.quantity) for pile in piles(SYSTEM, {(a1, house())})[a1, house()]] == [("M-1", 2)]
    adds_up()


KINDS = (
    "reserve", "release", "issue", "keep", "relocate", "transfer", "adjust", "count", "receive", "take_back", "announce",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(1, 5), st.integers(0, 3))


_number = itertools.count(1)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=6, max_size=14))
def test_random_work_always_adds_up(company, steps):
    """Reserve, release, issue, receive, transfer, count, return, relocate: refused or booked, sums stay right.

    Each example has articles and order lines of its own; what earlier ones left stays right, too.
    """
    work = Work(company, next(_number))
    for number, (kind, which, quantity, detail) in enumerate(steps):
        with contextlib.suppress(Conflict, Invalid):
            getattr(work, f"do_{kind}")(which, Decimal(quantity), detail, f"{work.number}-{number}")
        notes = adds_up().notes
        # a correction by hand names no batch: that difference is shown, not mended
        assert {note.check for note in notes} <= {"batches_hold_more_than_the_warehouse"}


class Work:
    """One step each, by its kind."""

    def __init__(self, company, number):
        self.company, self.number = company, number
        self.codes = ("MAIN", "SECOND")
        self.skus = (f"H1-{number}", f"H2-{number}")
        self.ids = [article(sku) for sku in self.skus]
        stock(self.skus[0], 9)
        stock(self.skus[1], 3, "SECOND")
        save_bins(SYSTEM, house(), [BinRow("M-1"), BinRow("M-2")])
        self.bins = [None, *(row.id for row in lines_of(Bin, warehouse_id=house()))]
        set_batches(SYSTEM, [BatchRow(self.skus[0], "MAIN", "B1", Decimal(4), LATER)])

    def sku(self, which):
        return self.skus[which]

    def line(self, detail):
        return self.number * 10 + detail

    def do_reserve(self, which, quantity, line, _):
        reserve(SYSTEM, self.company.id, [Want(self.line(line), self.ids[which], quantity, "backorder")])

    def do_release(self, which, quantity, line, _):
        release(SYSTEM, [self.line(line)])

    def do_issue(self, which, quantity, line, _):
        issue(SYSTEM, [Issue(self.line(line), self.ids[which], house(self.codes[line % 2]), quantity)], "LS")

    def do_keep(self, which, quantity, line, _):
        keep_part(SYSTEM, {self.line(line): (Decimal(1), quantity)})

    def do_relocate(self, which, quantity, detail, _):
        source, target = self.bins[detail % 3], self.bins[(detail + 1) % 3]
        relocate(SYSTEM, house(), [Relocation(self.ids[which], quantity, source, target, "B1" if quantity > 3 else "")])

    def do_transfer(self, which, quantity, detail, number):
        source, target = self.codes[detail % 2], self.codes[1 - detail % 2]
        moved = plan_transfer(SYSTEM, source, target, [TransferRow(self.sku(which), quantity)], client_ref=number)
        send_transfer(SYSTEM, moved)
        if detail > 1:
            lines = lines_of(StockTransferLine, transfer_id=moved)
            receive_transfer(SYSTEM, moved, {lines[0].id: Arrived(Decimal(detail))})

    def do_adjust(self, which, quantity, detail, _):
        adjust_stock(SYSTEM, StockRow(self.sku(which), "MAIN", quantity + 4), reason="counted")

    def do_count(self, which, quantity, detail, number):
        count = plan_count(SYSTEM, NewCount("MAIN", LATER), client_ref=number)
        lines = lines_of(StockCountLine, count_id=count)
        enter_counts(SYSTEM, count, {line.id: Decimal(detail) for line in lines[: int(quantity)]})
        finish_count(SYSTEM, count)
        approve_count(SYSTEM, count)

    def do_receive(self, which, quantity, detail, number):
        receipt = open_receipt(SYSTEM, NewReceipt("MAIN", LATER), client_ref=number)
        line = add_receipt_line(SYSTEM, receipt, self.sku(which))
        batch = ("", "B1", "B2", "")[detail]
        count_receipt(SYSTEM, receipt, {line: Counted(quantity, Decimal(detail), batch=batch)})
        book_receipt(SYSTEM, receipt)

    def do_take_back(self, which, quantity, detail, _):
        condition = ("stock", "quarantine", "scrap", "stock")[detail]
        take_back(SYSTEM, [Back(self.ids[which], house(), quantity, condition, batch="B2" if detail else "")], "RMA")

    def do_announce(self, which, quantity, detail, number):
        key = coming(self.sku(which), quantity, LATER, reference=f"PO-{number}")
        receipt = open_receipt(SYSTEM, NewReceipt("MAIN", LATER, incoming_ids=[key]), client_ref=number)
        (line,) = lines_of(GoodsReceiptLine, receipt_id=receipt)
        count_receipt(SYSTEM, receipt, {line.id: Counted(Decimal(detail), is_last=detail == 0)})
        book_receipt(SYSTEM, receipt)
