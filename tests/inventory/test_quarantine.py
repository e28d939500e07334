"""Goods leave quarantine with a reason: into stock, where orders wait for them, or to the scrap."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.inventory.domain.promise import Want
from app.inventory.models.counts import StockAdjustment
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock, StockMove, Warehouse
from app.inventory.models.tracking import ArticleTracking, SerialNumber
from app.inventory.queries.quarantine import quarantined
from app.inventory.queries.verify import verify
from app.inventory.service.issuing import Back, take_back
from app.inventory.service.quarantine import release
from app.inventory.service.reservations import reserve
from app.inventory.service.serials import SerialStep, follow
from tests.factories.accounts import customer, operator, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import stock
from tests.support.cast import make_cast
from tests.support.queries import counted

SYSTEM = Actor.system()


def lain(quantity: int = 5, *, batch: str = "", sku: str = "Q-1") -> tuple[int, int]:
    """An article of which so much came back into quarantine; article and warehouse."""
    made = article(sku)
    stock(sku, 0)
    house = db.session.scalars(select(Warehouse.id).where(Warehouse.code == "MAIN")).one()
    take_back(SYSTEM, [Back(made, house, Decimal(quantity), "quarantine", batch)], "RMA-1")
    return made, house


def shelf(article_id: int) -> tuple[int, int]:
    row = db.session.execute(select(Stock.on_hand, Stock.quarantined).where(Stock.article_id == article_id)).one()
    return int(row[0]), int(row[1])


def test_into_stock_and_to_the_scrap(ctx):
    operator()
    made, house = lain(5, batch="B7")
    waiting = customer()
    reserve(SYSTEM, waiting.id, [Want(1, made, Decimal(2), "backorder")])
    (row,) = quarantined(SYSTEM)
    assert (row.sku, row.batch, row.quantity) == ("Q-1", "B7", 5)
    release(SYSTEM, made, house, Decimal(3), "stock", reason="Only the carton was torn", batch="B7")
    assert shelf(made) == (3, 2)
    assert db.session.scalar(
        select(Reservation.quantity).where(Reservation.article_id == made, Reservation.warehouse_id == house)
    ) == 2  # whoever waited has it  # fmt: skip
    release(SYSTEM, made, house, Decimal(2), "scrap", reason="Broken", batch="B7")
    assert shelf(made) == (3, 0)
    assert quarantined(SYSTEM) == []
    assert [int(value) for value in db.session.scalars(select(StockAdjustment.quantity))] == [-2]
    assert verify(SYSTEM).faults == []


def test_what_is_refused(ctx):
    operator()
    made, house = lain(2)
    for quantity, reason, batch, error in (
        (Decimal(3), "x", "", Conflict), (Decimal(1), "x", "B1", Conflict), (Decimal(0), "x", "", Invalid), (Decimal(1), " ", "", Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            release(SYSTEM, made, house, quantity, "stock", reason=reason, batch=batch)
    assert shelf(made) == (0, 2)


def test_pieces_with_numbers(ctx):
    operator()
    made, house = lain(0 + 1)
    db.session.add(ArticleTracking(article_id=made, needs_serial=True))
    db.session.flush()
    move = db.session.execute(select(StockMove.id)).first()
    follow(SYSTEM, [SerialStep(made, ("S1",), "quarantine", move[0], ("",), house)])
    db.session.commit()  # a refused command rolls back what was not
    with pytest.raises(Invalid):
        release(SYSTEM, made, house, Decimal(1), "stock", reason="x")
    release(SYSTEM, made, house, Decimal(1), "stock", reason="x", serials=("S1",))
    assert db.session.scalar(select(SerialNumber.state)) == "stock"


def test_from_the_page(client, isolated, world):
    with world():
        cast = make_cast()
        lain(4)
    sign_in(client, cast.people["warehouse"])
    page = client.get("/stock-quarantine")
    assert "Q-1" in page.text
    form = page.form("/stock-quarantine")
    with counted(isolated) as few:
        client.get("/stock-quarantine")
    assert client.post("/stock-quarantine", form | {"sku": "Q-1", "quantity": "9", "reason": "x"}).status == 409
    assert (
        client.post("/stock-quarantine", form | {"sku": "Q-1", "quantity": "1", "reason": "x", "bin_code": "Z"}).status
        == 422
    )
    assert client.post("/stock-quarantine", form | {"sku": "Q-1", "quantity": "1", "reason": "fine"}).status == 303
    with world():
        for place in range(12):
            lain(1, sku=f"Q-{place + 2}")
    with counted(isolated) as many:
        assert "Q-13" in client.get("/stock-quarantine").text
    assert len(few) == len(many)
