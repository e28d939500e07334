"""The warehouse desk of Hamburg: carriers, bins, a wave that waits, and a pick list that is half done."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.fulfilment.domain.waves import Method
from app.fulfilment.queries.ready import ReadyDelivery, ready
from app.fulfilment.queries.waves import list_page, wave_page
from app.fulfilment.service.carriers import CarrierEntry, save_carrier, set_packing
from app.fulfilment.service.picking import begin, enter
from app.fulfilment.service.waves import start_wave
from app.inventory.models.bins import Bin
from app.inventory.queries.bins import pick_places
from app.inventory.queries.shelves import warehouses
from app.inventory.service.bins import BinRow, Relocation, relocate, save_bins

_PREFIX = "4099999"  # no firm has it
_CARRIERS = (
    CarrierEntry(
        "NORDFRACHT", "Nordfracht", "https://track.nordfracht.example/{number}", "Economy, customer 4711", None, 1
    ),
    CarrierEntry("ELBKURIER", "Elbkurier", "https://elbkurier.example/s/{number}", "Same day", Decimal(30), 2),
)
_ZONES = (("A", "Small parts"), ("B", "Shelves"))
_SHELVES = 12


def add_warehouse(house: Actor, picker: Actor) -> None:
    """Of what can be picked in Hamburg now, the latest: three deliveries wait, two more are being picked."""
    with acting_as(house):
        for entry in _CARRIERS:
            save_carrier(house, entry)
        set_packing(house, _PREFIX, 0, 60)
        place = next(one for one in warehouses(house) if one.code == "HH")
        free = [one for one in ready(house, place.id) if one.hold is None and len(one.lines) <= 30]
        waiting, working = free[-3:], free[-5:-3]
        _fill_bins(house, place.id, [*waiting, *working])
    with acting_as(picker):
        if waiting:
            start_wave(picker, place.id, {one.id for one in waiting}, Method.BATCH, client_ref="demo-wave-waiting")
        if working:
            number = start_wave(picker, place.id, {one.id for one in working}, Method.BATCH, client_ref="demo-wave")
            _pick_half(picker, number)


def _fill_bins(house: Actor, warehouse_id: int, deliveries: Sequence[ReadyDelivery]) -> None:
    """What these deliveries need lies in bins; what does already stays where it is."""
    rows = [
        BinRow(f"{row}-{shelf:02d}", zone, place * 100 + shelf)
        for place, (row, zone) in enumerate(_ZONES)
        for shelf in range(1, _SHELVES + 1)
    ]
    save_bins(house, warehouse_id, rows)
    wanted: dict[int, Decimal] = {}
    for line in (line for one in deliveries for line in one.lines):
        wanted[line.article_id] = wanted.get(line.article_id, Decimal(0)) + line.base
    codes = [row.code for row in rows]
    homes = list(
        db.session.scalars(
            select(Bin.id).where(Bin.warehouse_id == warehouse_id, Bin.code.in_(codes)).order_by(Bin.code)
        )
    )
    loose = [one for one in pick_places(house, warehouse_id, list(wanted.items())) if one.bin_id is None]
    relocate(house, warehouse_id, [
        Relocation(one.article_id, one.quantity, None, homes[(one.article_id * 7) % len(homes)], one.batch) for one in loose
    ])  # fmt: skip


def _pick_half(picker: Actor, number: str) -> None:
    (first, *_) = wave_page(picker, number).lists
    begin(picker, first.id)
    lines = list_page(picker, first.id).lines
    for line in lines[: len(lines) // 2]:
        enter(picker, first.id, line.id, line.quantity)
