"""Goods leave and come back: from bins and batches, from what lines hold, with serial numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid
from app.inventory.domain.promise import Want
from app.inventory.models.bins import Bin
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock, StockMove, Warehouse
from app.inventory.models.tracking import ArticleTracking, SerialNumber
from app.inventory.queries.bins import pick_places, piles
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.service.bins import BinRow, Relocation, relocate, save_bins
from app.inventory.service.issuing import Back, Issue, issue, take_back
from app.inventory.service.ledger import Entry, lock_shelves, write
from app.inventory.service.reservations import reserve
from app.inventory.service.serials import SerialStep, follow
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article
from tests.factories.inventory import stock

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


@pytest.fixture
def company(ctx):
    operator()
    return customer()


def house(code="MAIN"):
    return db.session.scalars(select(Warehouse.id).where(Warehouse.code == code)).one()


def shelf(article_id, code="MAIN"):
    row = db.session.execute(
        select(Stock.on_hand, Stock.reserved, Stock.quarantined).where(
            Stock.article_id == article_id, Stock.warehouse_id == house(code)
        )
    ).one()
    return tuple(int(value) for value in row)


def hold(company, line, article_id, quantity, policy="stock"):
    reserve(SYSTEM, company.id, [Want(line, article_id, Decimal(quantity), policy)])


def open_parts(line):
    statement = select(Reservation.warehouse_id, Reservation.quantity).where(
        Reservation.order_line_id == line, Reservation.released_at.is_(None)
    )
    return {where: int(quantity) for where, quantity in db.session.execute(statement)}


def bins(*codes, warehouse="MAIN"):
    save_bins(SYSTEM, house(warehouse), [BinRow(code, sort_key=place) for place, code in enumerate(codes)])
    found = {code: key for code, key in db.session.execute(select(Bin.code, Bin.id))}
    return [found[code] for code in codes]


def test_what_a_line_holds_leaves_with_it(company):
    a1 = article("A1")
    stock("A1", 10)
    hold(company, 1, a1, 6)
    hold(company, 2, a1, 3)
    (left,) = issue(SYSTEM, [Issue(1, a1, house(), Decimal(4))], "LS-1")
    assert (left.quantity, left.batch, left.bin_id) == (4, "", None)
    assert shelf(a1) == (6, 5, 0)
    assert open_parts(1) == {house(): 2}
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(2))], "LS-2")
    assert open_parts(1) == {}
    with pytest.raises(Conflict):  # 4 are there, 3 of them are line 2's
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(2))], "LS-3")
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(1))], "LS-3")
    issue(SYSTEM, [Issue(2, a1, house(), Decimal(3))], "LS-4")
    assert shelf(a1) == (0, 0, 0)
    move = db.session.execute(select(StockMove).where(StockMove.reference == "LS-4")).scalar_one()
    assert (move.quantity, move.reason, move.order_line_id, move.customer_id) == (-3, "issue", 2, company.id)


def test_what_is_held_elsewhere_is_given_back(company):
    a1 = article("A1")
    stock("A1", 2)
    stock("A1", 5, "SECOND")
    hold(company, 1, a1, 4)  # 2 here, 2 in the second warehouse
    issue(SYSTEM, [Issue(1, a1, house("SECOND"), Decimal(3))], "LS-1")
    assert shelf(a1, "SECOND") == (2, 0, 0)
    assert shelf(a1) == (2, 1, 0)
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(1))], "LS-2")
    assert shelf(a1) == (1, 0, 0)


def test_what_waits_is_used_up_before_other_warehouses(company):
    a1 = article("A1")
    stock("A1", 2)
    hold(company, 1, a1, 5, "backorder")
    assert open_parts(1) == {house(): 2, None: 3}
    stock("A1", 9)
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(4))], "LS-1")
    assert shelf(a1) == (5, 0, 0)
    assert open_parts(1) == {None: 1}


def test_first_expired_goes_first_and_expired_stays(company):
    a1, today = article("A1"), clock.today()
    stock("A1", 9)
    set_batches(SYSTEM, [
        BatchRow("A1", "MAIN", "LATE", Decimal(3), today + timedelta(90)),
        BatchRow("A1", "MAIN", "SOON", Decimal(2), today + timedelta(5)),
        BatchRow("A1", "MAIN", "OVER", Decimal(3), today - timedelta(1)),
    ])  # fmt: skip
    left = issue(SYSTEM, [Issue(1, a1, house(), Decimal(4))], "LS-1")
    assert [(one.batch, one.quantity) for one in left] == [("SOON", 2), ("LATE", 2)]
    with pytest.raises(Conflict):  # one of LATE, one without a batch, the rest is expired
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(3))], "LS-2")
    with pytest.raises(Conflict):
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), batch="OVER")], "LS-2")
    left = issue(SYSTEM, [Issue(1, a1, house(), Decimal(1)), Issue(2, a1, house(), Decimal(1), batch="LATE")], "LS-2")
    assert [(one.order_line_id, one.batch) for one in left] == [(2, "LATE"), (1, "")]


def test_bins_are_walked_in_order_and_emptied(company):
    a1 = article("A1")
    stock("A1", 10)
    near, far = bins("NEAR", "FAR")
    relocate(SYSTEM, house(), [
        Relocation(a1, Decimal(3), None, far), Relocation(a1, Decimal(4), None, near), Relocation(a1, Decimal(1), near, far),
    ])  # fmt: skip
    places = pick_places(SYSTEM, house(), [(a1, Decimal(9))])
    assert [(place.code, place.quantity) for place in places] == [("NEAR", 3), ("FAR", 4), ("", 2)]
    taken = {(a1, "", near): Decimal(3), (a1, "", far): Decimal(1)}
    assert [place.code for place in pick_places(SYSTEM, house(), [(a1, Decimal(9))], taken=taken)] == ["FAR", ""]
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(2)), Issue(1, a1, house(), Decimal(2), bin_id=near)], "LS-1")
    rest = {pile.code: pile.quantity for pile in piles(SYSTEM, {(a1, house())})[a1, house()]}
    assert rest == {"FAR": 3, "": 3}
    with pytest.raises(Conflict):
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(4), bin_id=far)], "LS-2")
    with pytest.raises(Conflict):
        relocate(SYSTEM, house(), [Relocation(a1, Decimal(4), far, near)])


def test_returns_go_where_they_are_put(company):
    a1 = article("A1")
    stock("A1", 4)
    (near,) = bins("NEAR")
    hold(company, 1, a1, 6, "backorder")
    issue(SYSTEM, [Issue(1, a1, house(), Decimal(4))], "LS-1")
    take_back(SYSTEM, [
        Back(a1, house(), Decimal(2), bin_id=near), Back(a1, house(), Decimal(1), "quarantine"), Back(a1, house(), Decimal(1), "scrap"),
    ], "RMA-1")  # fmt: skip
    assert shelf(a1) == (2, 2, 1)  # what can be sold serves the line that waits
    assert [(place.code, place.quantity) for place in pick_places(SYSTEM, house(), [(a1, Decimal(9))])] == [("NEAR", 2)]


def test_pieces_with_numbers_are_known_one_by_one(company):
    a1 = article("A1")
    stock("A1", 1)
    db.session.add(ArticleTracking(article_id=a1, needs_serial=True))
    db.session.flush()
    lock_shelves([(a1, house())])
    (move,) = write(
        SYSTEM, [Entry(a1, house(), Decimal(1), "receipt", batch="B1", expires_on=date(2099, 1, 1))], "WE-1"
    )
    follow(SYSTEM, [SerialStep(a1, ("S1", "S2"), "stock", move, ("",), house(), batch="B1")])
    db.session.commit()
    with pytest.raises(Invalid):
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(1))], "LS-1")
    with pytest.raises(Conflict):
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), serials=("S9",))], "LS-1")
    (left,) = issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), serials=("S1",), customer_id=company.id)], "LS-1")
    assert (left.serials, left.batch) == (("S1",), "B1")
    with pytest.raises(Conflict):
        issue(SYSTEM, [Issue(1, a1, house(), Decimal(1), serials=("S1",))], "LS-2")
    state = select(SerialNumber.state, SerialNumber.customer_id).where(SerialNumber.number == "S1")
    assert db.session.execute(state).one() == ("issued", company.id)
    take_back(SYSTEM, [Back(a1, house(), Decimal(1), "quarantine", serials=("S1",))], "RMA-1")
    assert db.session.execute(state).one() == ("quarantine", None)
    with pytest.raises(Conflict):
        take_back(SYSTEM, [Back(a1, house(), Decimal(1), serials=("S2",))], "RMA-2")


def test_many_lines_cost_no_more_statements(company):
    ids = [article(f"A{number}") for number in range(20)]
    for number in range(20):
        stock(f"A{number}", 5)
    counts, main = [], house()
    for some in (ids[:2], ids):
        with statements() as seen:
            issue(SYSTEM, [Issue(1, one, main, Decimal(1)) for one in some], "LS-1")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 20
