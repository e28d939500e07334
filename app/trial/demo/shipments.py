"""Shipments of the shipyard: an order delivered in full with its proof, one shipped in part and on its way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from app.accounts.queries.addresses import addresses
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.fulfilment.domain.shipment import Picture, Proof
from app.fulfilment.queries.carriers import carriers
from app.fulfilment.queries.shipping import shippable
from app.fulfilment.service.carriers import CarrierEntry, save_carrier
from app.fulfilment.service.order_shipments import LineWish, Wish, ship_order
from app.fulfilment.service.shipments import deliver, send
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import check_prices, submit
from app.trial.demo.families import DemoArticle

_CARRIER = CarrierEntry(
    "NORDPAKET", "Nordpaket", "https://track.nordpaket.example/{number}", "Nordpaket Standard 4711", Decimal(31)
)


def add_shipments(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Both orders were placed in the last days; the second one's first package left this morning."""
    usable = [item for item in items if item.index % 53 and item.index % 37 and item.index % 211]
    now = clock.now()
    whole = _order(buyer, usable[70:75], now - timedelta(days=6), "DOCK-17")
    part = _order(buyer, usable[80:86], now - timedelta(days=2), "DOCK-18")
    with acting_as(house):
        carrier_id = carriers(house)[0].id if carriers(house) else save_carrier(house, _CARRIER)
        with clock.frozen(now - timedelta(days=5)):
            first = _ship(house, buyer, whole, carrier_id, packages=2)
            send(house, first, tracking_numbers=["NP 4471 0018 22", "NP 4471 0018 23"])
        with clock.frozen(now - timedelta(days=4)):
            signature = Picture(_signature(), "signature.png")
            deliver(house, first, Proof("Jens Petersen", clock.now(), "Gate 4, unloaded by crane", signature=signature))
        with clock.frozen(now - timedelta(hours=3)):
            second = _ship(house, buyer, part, carrier_id, lines=3)
            send(house, second, tracking_numbers=["NP 4471 0031 09"])


def _order(buyer: Actor, chosen: Sequence[DemoArticle], moment: datetime, po_number: str) -> int:
    """In a cart of its own: those the buyer fills stay as they are."""
    with clock.frozen(moment), acting_as(buyer):
        articles = articles_by_code(buyer, [item.sku for item in chosen])
        lines = [WantedLine(articles[item.sku][0].id, Decimal(item.step * 4), item.unit) for item in chosen]
        cart_id = new_cart(buyer, po_number)
        add_lines(buyer, cart_id, lines, client_ref=str(uuid.uuid4()))
        check_prices(buyer, cart_id)
        ship_to = addresses(buyer)[0].id
        if ship_to is None:
            raise ValueError("a demo account has no address")
        done = submit(buyer, cart_id, Wishes(ship_to, po_number=po_number), client_ref=str(uuid.uuid4()))
        if done.order is None:
            raise ValueError("a demo order waits for approval")
        return done.order.id


def _ship(
    house: Actor, buyer: Actor, order_id: int, carrier_id: int, *, packages: int = 1, lines: int | None = None
) -> int:
    """All of an order, or its first lines, of the first of them only a half."""
    found = shippable(house, order_id)
    chosen = None
    if lines is not None:
        chosen = {line.id: LineWish(line.open) for line in found.lines[:lines]}
        first = found.lines[0]
        chosen[first.id] = LineWish(first.open / 2)
    wish = Wish(
        found.warehouse_id, chosen, package_count=packages, carrier_id=carrier_id,
        expected_on=clock.today() + timedelta(days=1),
    )  # fmt: skip
    return ship_order(house, buyer.company_id, order_id, wish, client_ref=str(uuid.uuid4()))


def _signature() -> bytes:
    """A stroke of a pen."""
    picture = Image.new("RGB", (360, 120), "white")
    pen = ImageDraw.Draw(picture)
    pen.line([(20, 80), (60, 30), (80, 95), (120, 40), (150, 85), (190, 55), (220, 80), (340, 60)], "#1a2328", 4)
    target = BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()
