"""Shipping an order without a wave: what is open of it, or of one of its deliveries, is packed in one step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.fulfilment.domain.shipment import NewPackage, NewShipment, ShipmentEntry
from app.fulfilment.queries.shipping import OpenLine, shippable
from app.fulfilment.service.shipments import create_shipment, known_shipment


@dataclass(frozen=True, slots=True)
class LineWish:
    """How much of a line leaves, in its unit, and which pieces of it."""

    quantity: Decimal
    batch: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be packed of an order; `lines` None: all that is open. `delivery_id` where it has several."""

    warehouse_id: int
    lines: Mapping[int, LineWish] | None = None
    delivery_id: int | None = None
    package_count: int = 0
    carrier_id: int | None = None
    note: str = ""
    expected_on: date | None = None


@command
def ship_order(actor: Actor, company_id: int, order_id: int, wish: Wish, *, client_ref: str) -> int:
    """Pack what is open of an order into packages that are not told apart; returns the id of the shipment.

    Raises Conflict when nothing is open, Invalid naming the line beyond what is.
    """
    asked = hashlib.sha256(json.dumps([order_id, asdict(wish)], default=str, sort_keys=True).encode()).hexdigest()
    known = known_shipment(company_id, client_ref, asked)
    if known is not None:
        return known
    found = shippable(actor, order_id, wish.delivery_id)
    if wish.warehouse_id not in {one.id for one in found.warehouses}:
        raise Invalid("warehouse", N_("There is no such warehouse."))
    open_lines = {line.id: line for line in found.lines}
    wanted = wish.lines if wish.lines is not None else {key: LineWish(one.open) for key, one in open_lines.items()}
    if wish.lines is None and not wanted:
        raise Conflict(N_("Nothing of this order is left to ship."))
    delivery = found.delivery.id if found.delivery is not None else None
    return create_shipment(
        actor,
        NewShipment(
            company_id=company_id, warehouse_id=wish.warehouse_id, ship_to=found.ship_to,
            entries=[_entry(open_lines, key, one, delivery, wish.package_count) for key, one in wanted.items()],
            packages=[NewPackage() for _ in range(wish.package_count)], carrier_id=wish.carrier_id, note=wish.note,
            expected_on=wish.expected_on, request_hash=asked,
        ),
        client_ref=client_ref,
    )  # fmt: skip


def _entry(
    lines: Mapping[int, OpenLine], key: int, one: LineWish, delivery_id: int | None, packages: int
) -> ShipmentEntry:
    line = lines.get(key)
    if line is None:
        raise NotFound(N_("A line of this order has changed meanwhile. Look at the order again."))
    if one.quantity > line.open:
        raise Invalid("lines", N_("Line {position}: only {most} can be shipped.", position=line.position,
                                  most=line.open))  # fmt: skip
    return ShipmentEntry(
        key, one.quantity, one.batch.strip(), serials=one.serials, delivery_id=delivery_id,
        package=1 if packages == 1 else None,
    )  # fmt: skip
