"""Ways of invoicing: an account by shipment with a prepayment and cash discount, one collected by the month, a credit note."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.billing.domain.rules import Discount, Mode, Rule, RunPeriod
from app.billing.models.invoices import Invoice
from app.billing.queries.creditable import creditable
from app.billing.service.collective import request_run, work_off
from app.billing.service.credit_notes import credit_invoice
from app.billing.service.deposits import NewPackaging, book_packaging, set_packaging
from app.billing.service.prepayments import issue_prepayment
from app.billing.service.rules import set_rule
from app.billing.service.sent import note_sent
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.fulfilment.queries.shipping import shippable
from app.fulfilment.service.order_shipments import LineWish, Wish, ship_order
from app.fulfilment.service.shipments import send
from app.trial.demo.families import DemoArticle
from app.trial.demo.placing import order_beside

_COLLECTED_DAYS = (5, 3)  # days ago, on the invoice of the run; what is sent today waits for the next


def add_invoicing(
    house: Actor, yard: Actor, by_shipment: Actor, collected: Actor, items: Sequence[DemoArticle]
) -> None:
    """`yard` is credited a line; the other two get rules of their own and documents made by them."""
    usable = [item for item in items if item.index % 53 and item.index % 37 and item.index % 211]
    with acting_as(house):
        set_rule(house, by_shipment.company_id, Rule(Mode.SHIPMENT, discounts=(Discount(10, Decimal(2)),)))
        set_rule(house, collected.company_id, Rule(Mode.COLLECTIVE, RunPeriod.MONTHLY))
        set_packaging(house, NewPackaging("EUR-PALLET", "Euro pallet", Decimal("12.50"), "EUR"))
    _prepaid(house, by_shipment, usable[90:94])
    _collect(house, collected, usable)
    _credit(house, yard)


def _prepaid(house: Actor, buyer: Actor, chosen: Sequence[DemoArticle]) -> None:
    """A prepayment of 30 per cent, then a first shipment with its invoice; the rest is still to come."""
    now = clock.now()
    order_id = order_beside(buyer, chosen, "ADVANCE-1", moment=now - timedelta(days=3))
    with acting_as(house):
        issue_prepayment(house, order_id, Decimal(30), client_ref=str(uuid.uuid4()))
        _send(house, buyer, order_id, lines=2)


def _collect(house: Actor, buyer: Actor, usable: Sequence[DemoArticle]) -> None:
    """Two shipments on one invoice, a third waits; four pallets went along."""
    now = clock.now()
    for place, days in enumerate((*_COLLECTED_DAYS, 0)):
        moment = now - timedelta(days=days, hours=2)
        order_id = order_beside(buyer, usable[100 + place * 4 : 104 + place * 4], f"MONTH-{place + 1}", moment=moment)
        with acting_as(house), clock.frozen(moment + timedelta(hours=1)):
            _send(house, buyer, order_id)
            if place == 0:
                book_packaging(house, buyer.company_id, "EUR-PALLET", Decimal(4), client_ref=str(uuid.uuid4()))
    with acting_as(house):
        today = clock.today(house.time_zone or "UTC")
        through = today - timedelta(days=1)
        work_off(house, request_run(house, RunPeriod.MONTHLY, through, today, client_ref=str(uuid.uuid4())))


def _credit(house: Actor, yard: Actor) -> None:
    """Half of the first line of the yard's newest invoice."""
    with acting_as(house):
        newest = select(Invoice.number).where(Invoice.company_id == yard.company_id, Invoice.kind == "invoice")
        number = db.session.scalars(newest.order_by(Invoice.id.desc()).limit(1)).one()
        found = creditable(house, number)
        first = found.lines[0]
        credit_invoice(
            house, found.id, {first.id: first.left / 2}, reason="Damaged on the way", client_ref=str(uuid.uuid4())
        )


def _send(house: Actor, buyer: Actor, order_id: int, lines: int | None = None) -> None:
    """All that is open of an order, or its first lines; billing hears of it at once."""
    found = shippable(house, order_id)
    chosen = None if lines is None else {line.id: LineWish(line.open) for line in found.lines[:lines]}
    wish = Wish(found.warehouse_id, chosen, package_count=1)
    shipment_id = ship_order(house, buyer.company_id, order_id, wish, client_ref=str(uuid.uuid4()))
    send(house, shipment_id)
    note_sent(house, shipment_id)
