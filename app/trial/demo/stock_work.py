"""Work of the warehouse: a receipt begun today, a transfer on its way, a count with a difference, pieces with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.inventory.models.bins import Bin
from app.inventory.queries.bins import piles
from app.inventory.queries.papers import bins, count_lines, receipt, transfer
from app.inventory.queries.shelves import stock, warehouses
from app.inventory.service.bins import BinRow, Relocation, relocate, save_bins
from app.inventory.service.counts import NewCount, approve_count, enter_counts, finish_count, plan_count
from app.inventory.service.incoming import IncomingRow, set_incoming
from app.inventory.service.lookups import article_id
from app.inventory.service.receipts import (
    Counted,
    NewReceipt,
    book_receipt,
    count_receipt,
    open_receipt,
    set_tracking,
)
from app.inventory.service.transfers import Arrived, TransferRow, plan_transfer, receive_transfer, send_transfer
from app.trial.demo.families import DemoArticle

_ZONE = "Europe/Berlin"
_SHELVES = 6
_EMPTY, _SCARCE = 53, 37  # of every so many articles nothing or little is there, as the range has it


def add_stock_work(keeper: Actor, items: Sequence[DemoArticle]) -> None:
    """In Rostock, so that the desk of Hamburg keeps its own: what waits for the warehouse on the first morning."""
    with acting_as(keeper):
        places = {place.code: place.id for place in warehouses(keeper)}
        full = [line.sku for line in stock(keeper, places["HRO"], limit=400) if line.available > 20][:14]
        if len(full) < 14:
            return
        _fill_bins(keeper, places["HRO"], full[:8])
        known = [item.sku for item in items if item.index % _EMPTY and item.index % _SCARCE][40:43]
        gone = [item.sku for item in items if item.index % _EMPTY == 0][-1]  # whose every piece gets a number
        _receive(keeper, [*known[:2], gone, known[2]])
        _transfer(keeper, full[8:12])
        _count(keeper, places["HRO"])


def _fill_bins(keeper: Actor, warehouse_id: int, skus: Sequence[str]) -> None:
    rows = [BinRow(f"R{number:02d}", "Regal", number) for number in range(1, _SHELVES + 1)]
    save_bins(keeper, warehouse_id, [*rows, BinRow("WE-1", "Wareneingang", 900)])
    statement = select(Bin.id).where(Bin.warehouse_id == warehouse_id, Bin.zone == "Regal").order_by(Bin.sort_key)
    homes = list(db.session.scalars(statement))
    there = piles(keeper, {(article_id(sku), warehouse_id) for sku in skus})
    relocate(keeper, warehouse_id, [
        Relocation(article, pile.quantity, None, homes[place % len(homes)], pile.batch)
        for place, ((article, _), found) in enumerate(sorted(there.items())) for pile in found if pile.bin_id is None
    ])  # fmt: skip


def _receive(keeper: Actor, skus: Sequence[str]) -> None:
    """Two deliveries: one booked a moment ago with a batch, pieces, a damaged and a short line; one expected today."""
    today = clock.today(_ZONE)
    done, due = f"PO-{today.year}-0201", f"PO-{today.year}-0202"
    set_incoming(keeper, [
        IncomingRow(sku, "HRO", Decimal(quantity), today, reference, str(place), "70001")
        for reference in (done, due)
        for place, (sku, quantity) in enumerate(zip(skus, (12, 40, 3, 20), strict=True), start=1)
    ])  # fmt: skip
    set_tracking(keeper, skus[1], batch=True, expiry=True, serial=False)
    set_tracking(keeper, skus[2], batch=False, expiry=False, serial=True)
    booked = open_receipt(
        keeper, NewReceipt("HRO", today, delivery_note="BF-88123", purchase=done), client_ref="demo-1"
    )
    _paper, lines = receipt(keeper, booked)
    counted = {
        skus[0]: Counted(Decimal(10), Decimal(2), is_last=True, bin_code="WE-1"),
        skus[1]: Counted(
            Decimal(40), batch=f"L{today.year}-77", expires_on=today + timedelta(days=240), bin_code="WE-1"
        ),
        skus[2]: Counted(Decimal(3), serials=("SN-100231", "SN-100232", "SN-100233")),
        skus[3]: Counted(Decimal(16)),
    }
    count_receipt(keeper, booked, {line.id: counted[line.sku] for line in lines})
    book_receipt(keeper, booked)
    open_receipt(keeper, NewReceipt("HRO", today, delivery_note="BF-88140", purchase=due), client_ref="demo-2")


def _transfer(keeper: Actor, skus: Sequence[str]) -> None:
    """One arrived with a piece missing, one is on its way."""
    today = clock.today(_ZONE)
    rows = [TransferRow(sku, Decimal(6)) for sku in skus]
    arrived = plan_transfer(keeper, "HRO", "KI", rows[:2], client_ref="demo-t1", expected_on=today)
    on_way = plan_transfer(keeper, "HRO", "HH", rows[2:], client_ref="demo-t2", expected_on=today + timedelta(days=1))
    for one in (arrived, on_way):
        send_transfer(keeper, one)
    _lost(keeper, arrived)


def _lost(keeper: Actor, transfer_id: int) -> None:
    from_page = transfer(keeper, transfer_id)[1]
    receive_transfer(keeper, transfer_id, {from_page[0].id: Arrived(from_page[0].sent - 1)}, note="carton was open")


def _count(keeper: Actor, warehouse_id: int) -> None:
    """One count is approved, one waits with a difference, one is being counted."""
    today = clock.today(_ZONE)
    for name, difference, is_approved in (("demo-c1", Decimal(1), True), ("demo-c2", Decimal(-2), False)):
        count_id = plan_count(keeper, NewCount("HRO", today, zone="Regal", note="Regal"), client_ref=name)
        there = {(line.sku, line.batch, line.bin): line.id for line in count_lines(keeper, count_id, limit=50)}
        booked = {
            (row.sku, row.batch, row.code): row.quantity
            for row in bins(keeper, warehouse_id)
            if row.quantity is not None
        }
        found = {line: booked[key] for key, line in there.items() if key in booked}
        first = next(iter(found))
        enter_counts(keeper, count_id, found | {first: max(found[first] + difference, Decimal(0))})
        finish_count(keeper, count_id)
        if is_approved:
            approve_count(keeper, count_id)
    plan_count(keeper, NewCount("HRO", today, zone="Wareneingang", note="Wareneingang"), client_ref="demo-c3")
