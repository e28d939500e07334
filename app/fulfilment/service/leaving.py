"""The stock of a shipment that leaves; lines that named no batch learn which ones they were taken from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import inspect

from app.core.actor import Actor
from app.core.db import db
from app.fulfilment.domain.piles import Drawn, Open, Share, shares
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from app.inventory.service.issuing import Issue, Issued, issue

_OWN = ("id", "position", "quantity", "base_quantity", "batch", "expires_on", "serials")


def take_from_stock(actor: Actor, shipment: Shipment, lines: Sequence[ShipmentLine]) -> None:
    """Book the lines of a locked shipment out of its warehouse; Conflict where it does not hold them."""
    issued = issue(
        actor,
        [
            Issue(
                line.order_line_id, line.article_id, shipment.warehouse_id, line.base_quantity, line.batch,
                tuple(line.serials), line.bin_id, shipment.company_id,
            )
            for line in lines
        ],
        shipment.number,
    )  # fmt: skip
    _name_batches(shipment, lines, issued)


def _name_batches(shipment: Shipment, lines: Sequence[ShipmentLine], issued: Sequence[Issued]) -> None:
    """Lines without a batch are parted by the batches they were taken from; what left as parts of a kit stays whole."""
    articles = {line.order_line_id: line.article_id for line in lines}
    named: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.batch or line.serials:
            named[line.order_line_id, line.batch] += line.base_quantity
    drawn = []
    for one in issued:
        if one.article_id != articles[one.order_line_id] or one.serials:
            continue
        known = min(one.quantity, named[one.order_line_id, one.batch])
        named[one.order_line_id, one.batch] -= known
        if one.quantity > known:
            drawn.append(Drawn(one.order_line_id, one.quantity - known, one.batch, one.expires_on))
    if not any(one.batch for one in drawn):
        return
    by_id = {line.id: line for line in lines}
    free = [
        Open(line.id, line.order_line_id, line.quantity, line.base_quantity)
        for line in lines
        if not line.batch and not line.serials
    ]
    _part(shipment, by_id, shares(free, drawn))


def _part(shipment: Shipment, lines: dict[int, ShipmentLine], parts: Sequence[Share]) -> None:
    place = max(line.position for line in lines.values())
    seen: set[int] = set()
    for part in parts:
        line = lines[part.key]
        if part.key in seen:
            place += 1
            names = [one.key for one in inspect(ShipmentLine).column_attrs if one.key not in _OWN]
            line = ShipmentLine(**{name: getattr(lines[part.key], name) for name in names}, position=place, serials=[])
            db.session.add(line)
        seen.add(part.key)
        line.quantity, line.base_quantity = part.quantity, part.base_quantity
        line.batch, line.expires_on = part.batch, part.expires_on
    shipment.line_count = place
    db.session.flush()
