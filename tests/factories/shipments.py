"""Shipments of orders. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.domain.company import PostalAddress
from app.accounts.domain.roles import Role
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.shipment import NewShipment, Proof, ShipmentEntry
from app.fulfilment.models.shipments import Shipment
from app.fulfilment.service.shipments import create_shipment, deliver, send
from app.inventory.models.stock import Warehouse
from app.ordering.models.orders import Order, OrderLine
from tests.factories.accounts import actor_for, operator, person
from tests.factories.ordering import ref


def store_keeper() -> Actor:
    """Somebody of the operator's warehouse."""
    house = operator()
    return actor_for(person(house, Role.WAREHOUSE), house)


def _read(statement: Any) -> list[Any]:
    """Rows as they stand, detached."""
    with system_scope("factory"):
        rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
        for row in rows:
            db.session.expunge(row)
    return rows


def order_of(order_id: int) -> Order:
    found: Order = _read(select(Order).where(Order.id == order_id))[0]
    return found


def lines_of(order_id: int) -> list[OrderLine]:
    return _read(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))


def shipment_of(shipment_id: int) -> Shipment:
    found: Shipment = _read(select(Shipment).where(Shipment.id == shipment_id))[0]
    return found


def asked(order_id: int, quantities: Mapping[int, Any] | None = None, **facts: Any) -> NewShipment:
    """A shipment of an order from the first warehouse: quantities by position, by default all that is left."""
    lines, head = lines_of(order_id), order_of(order_id)
    with system_scope("factory"):
        warehouse_id = db.session.scalars(select(Warehouse.id).order_by(Warehouse.id)).first()
    assert warehouse_id is not None
    entries = [
        ShipmentEntry(line.id, Decimal(str(quantity)))
        for line in lines
        if (quantity := line.quantity - line.claimed_quantity if quantities is None else quantities.get(line.position))
    ]
    address = PostalAddress.from_json(head.ship_to)
    return NewShipment(**({"company_id": head.company_id, "warehouse_id": warehouse_id, "ship_to": address,
                           "entries": entries} | facts))  # fmt: skip


def packed(order_id: int, quantities: Mapping[int, Any] | None = None, **facts: Any) -> int:
    """A packed shipment that has not left."""
    desk = store_keeper()
    with acting_as(desk):
        return create_shipment(desk, asked(order_id, quantities, **facts), client_ref=ref())


def shipped(order_id: int, quantities: Mapping[int, Any] | None = None, *, tracking: str = "", **facts: Any) -> int:
    """A shipment that has left."""
    shipment_id, desk = packed(order_id, quantities, **facts), store_keeper()
    with acting_as(desk):
        send(desk, shipment_id, tracking_numbers=[tracking] if tracking else ())
    return shipment_id


def proof(**facts: Any) -> Proof:
    return Proof(**({"receiver": "I. Novak", "received_at": clock.now()} | facts))


def delivered(order_id: int, quantities: Mapping[int, Any] | None = None, **facts: Any) -> int:
    """A shipment that arrived in full."""
    shipment_id, desk = shipped(order_id, quantities), store_keeper()
    with acting_as(desk):
        deliver(desk, shipment_id, proof(**facts))
    return shipment_id
