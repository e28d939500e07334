"""Waves and what is picked of them. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from app.catalog.models.articles import Article
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.waves import Method
from app.fulfilment.models.picking import Packing, PickLine, PickList, Wave
from app.fulfilment.queries.ready import ready
from app.fulfilment.service.carriers import CarrierEntry, save_carrier, set_packing
from app.fulfilment.service.picking import enter
from app.fulfilment.service.waves import start_wave
from app.inventory.models.bins import Bin
from app.inventory.models.stock import Warehouse
from app.inventory.service.bins import BinRow, Relocation, relocate, save_bins
from tests.factories.ordering import ref
from tests.factories.shipments import store_keeper

PREFIX = "4012345"


def store(code: str = "MAIN") -> int:
    with system_scope("factory"):
        return db.session.scalars(select(Warehouse.id).where(Warehouse.code == code)).one()


def bins(*rows: tuple[str, str, int]) -> None:
    """Bins of the main store: code, zone, place on the way."""
    desk = store_keeper()
    with acting_as(desk):
        save_bins(desk, store(), [BinRow(code, zone, walk) for code, zone, walk in rows])


def laid(made: Article, quantity: Any, code: str, batch: str = "") -> None:
    """So much of what lies unplaced goes into a bin."""
    desk = store_keeper()
    with system_scope("factory"):
        bin_id = db.session.scalars(select(Bin.id).where(Bin.code == code, Bin.warehouse_id == store())).one()
    with acting_as(desk):
        relocate(desk, store(), [Relocation(made.id, Decimal(str(quantity)), None, bin_id, batch)])


def numbered() -> None:
    """A company prefix, and a carrier with a limit."""
    desk = store_keeper()
    with acting_as(desk):
        set_packing(desk, PREFIX, 0, 60)
        save_carrier(desk, CarrierEntry("NORD", "Nordfracht", "https://track.example/{number}", "Economy", Decimal(30)))


def wave(deliveries: Collection[int] | None = None, method: Method = Method.BATCH) -> str:
    """A wave of what is ready in the main store; returns its number."""
    desk = store_keeper()
    with acting_as(desk):
        chosen = {one.id for one in ready(desk, store()) if one.hold is None} if deliveries is None else set(deliveries)
        return start_wave(desk, store(), chosen, method, client_ref=ref())


def _loose(statement: Select[Any]) -> list[Any]:
    """Rows as they are now, for use outside of the scope."""
    rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    for row in rows:
        db.session.expunge(row)
    return rows


def lists_of(number: str) -> list[PickList]:
    with system_scope("factory"):
        statement = select(PickList).join(Wave).where(Wave.number == number).order_by(PickList.position)
        return _loose(statement)


def pick_lines(number: str) -> list[PickLine]:
    """In the order in which they are walked."""
    with system_scope("factory"):
        statement = select(PickLine).join(PickList).join(Wave).where(Wave.number == number)
        return _loose(statement.order_by(PickList.position, PickLine.position))


def packings(number: str) -> list[Packing]:
    with system_scope("factory"):
        statement = select(Packing).join(Wave).where(Wave.number == number).order_by(Packing.position)
        return _loose(statement)


def all_picked(number: str) -> None:
    """Every line that waits is taken in full."""
    desk = store_keeper()
    with acting_as(desk):
        for line in pick_lines(number):
            if line.state == "waiting":
                enter(desk, line.list_id, line.id, line.quantity)
