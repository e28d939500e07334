"""Returns and claims of shipments. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.claimed import Complained
from app.fulfilment.domain.returned import Asked, Found
from app.fulfilment.models.returns import Return, ReturnLine
from app.fulfilment.models.shipments import ShipmentLine
from app.fulfilment.service.claims import open_claim
from app.fulfilment.service.return_goods import inspect, receive
from app.fulfilment.service.returns import ask_return, authorise
from tests.factories.ordering import ref, sales
from tests.factories.shipments import lines_of, store_keeper


def return_lines(return_id: int) -> list[ReturnLine]:
    with system_scope("factory"):
        statement = select(ReturnLine).where(ReturnLine.return_id == return_id).order_by(ReturnLine.position)
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def return_of(return_id: int) -> Return:
    with system_scope("factory"):
        statement = select(Return).where(Return.id == return_id).execution_options(populate_existing=True)
        return db.session.scalars(statement).one()


def asked_for(shipment_id: int, quantities: Mapping[int, Any], reason: str = "damaged") -> list[Asked]:
    """Lines to send back, by their place in the shipment."""
    with system_scope("factory"):
        rows = db.session.execute(
            select(ShipmentLine.position, ShipmentLine.id).where(ShipmentLine.shipment_id == shipment_id)
        )
        ids = {row[0]: row[1] for row in rows}
    return [Asked(ids[place], Decimal(str(quantity)), reason) for place, quantity in quantities.items()]


def requested(actor: Actor, shipment_id: int, quantities: Mapping[int, Any], **facts: Any) -> int:
    with acting_as(actor):
        return ask_return(actor, shipment_id, asked_for(shipment_id, quantities), client_ref=ref(), **facts)


def authorised(actor: Actor, shipment_id: int, quantities: Mapping[int, Any], outcome: str = "credit") -> int:
    return_id, desk = requested(actor, shipment_id, quantities), sales()
    with acting_as(desk):
        authorise(desk, return_id, outcome=outcome, answer="Send it to the main store.")
    return return_id


def received(actor: Actor, shipment_id: int, quantities: Mapping[int, Any], outcome: str = "credit") -> int:
    """A return of which everything arrived."""
    return_id, desk = authorised(actor, shipment_id, quantities, outcome), store_keeper()
    with acting_as(desk):
        receive(desk, return_id, {line.id: line.quantity for line in return_lines(return_id)})
    return return_id


def inspected(actor: Actor, shipment_id: int, quantities: Mapping[int, Any], outcome: str = "credit") -> int:
    """A return of which everything went back to stock."""
    return_id, desk = received(actor, shipment_id, quantities, outcome), store_keeper()
    with acting_as(desk):
        inspect(desk, return_id, {line.id: Found(stock=line.quantity) for line in return_lines(return_id)})
    return return_id


def claimed(actor: Actor, order_id: int, order_number: str, quantities: Mapping[int, Any], **facts: Any) -> int:
    """A claim about lines of an order, by their position."""
    ids = {line.position: line.id for line in lines_of(order_id)}
    rows = [Complained(ids[place], Decimal(str(quantity)), "missing") for place, quantity in quantities.items()]
    with acting_as(actor):
        return open_claim(actor, order_number, rows, client_ref=ref(), **facts)
