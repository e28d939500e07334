"""Shipments of the shipyard: an order delivered in full with its proof, one shipped in part and on its way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.fulfilment.domain.shipment import Picture, Proof
from app.fulfilment.queries.carriers import carriers
from app.fulfilment.queries.shipping import shippable
from app.fulfilment.service.carriers import CarrierEntry, save_carrier
from app.fulfilment.service.order_shipments import LineWish, Wish, ship_order
from app.fulfilment.service.shipments import deliver, send
from app.trial.demo.families import DemoArticle
from app.trial.demo.placing import order_beside

_CARRIER = CarrierEntry(
    "NORDPAKET", "Nordpaket", "https://track.nordpaket.example/{number}", "Nordpaket Standard 4711", Decimal(31)
)


def add_shipments(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Both orders were placed in the last days; the second one's first package left this morning."""
    usable = [item for item in items if item.index % 53 and item.index % 37 and item.index % 211]
    now = clock.now()
    whole = order_beside(buyer, usable[70:75], "DOCK-17", moment=now - timedelta(days=6))
    part = order_beside(buyer, usable[80:86], "DOCK-18", moment=now - timedelta(days=2))
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
