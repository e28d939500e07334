"""Goods of the shipyard that come back: one return to decide, one to inspect, a claim with a photo, a contested line."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from app.billing.queries.disputes import contestable_lines
from app.billing.queries.filters import InvoiceFilters
from app.billing.queries.invoices import invoices
from app.billing.service.disputes import open_dispute
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.fulfilment.domain.claimed import Complained
from app.fulfilment.domain.returned import Asked
from app.fulfilment.domain.shipment import ShipmentState
from app.fulfilment.queries.returns import Returnable, return_number, return_page, returnable
from app.fulfilment.queries.shipments import ShipmentFilters, shipments
from app.fulfilment.service.cases import attach
from app.fulfilment.service.claims import open_claim
from app.fulfilment.service.return_goods import receive
from app.fulfilment.service.returns import ask_return, authorise


def add_returns(house: Actor, buyer: Actor) -> None:
    """Of the shipment that the yard's people signed for."""
    now = clock.now()
    with acting_as(buyer):
        rows = shipments(buyer, ShipmentFilters(state=str(ShipmentState.DELIVERED)), limit=1)
        if not rows:
            return
        shipment = returnable(buyer, rows[0].id)
        with clock.frozen(now - timedelta(days=3)):
            here = _ask(buyer, shipment, 1, "wrong", "We ordered these in steel.")
        with clock.frozen(now - timedelta(hours=5)):
            waiting = _ask(buyer, shipment, 0, "damaged", "The thread is bent.")
            attach(buyer, "bent thread.png", _photo("#8d9296"), return_id=waiting)
        with clock.frozen(now - timedelta(hours=4)):
            _complain(buyer, shipment)
            _contest(buyer)
    with acting_as(house):
        with clock.frozen(now - timedelta(days=2)):
            authorise(house, here, outcome="credit", answer="Please send the parcel to gate 2, Am Sandtorkai 30.")
        with clock.frozen(now - timedelta(hours=2)):
            lines = return_page(house, return_number(house, here)).lines
            receive(house, here, {line.id: line.quantity for line in lines})


def _ask(buyer: Actor, shipment: Returnable, place: int, reason: str, note: str) -> int:
    line = shipment.lines[place]
    return ask_return(
        buyer, shipment.id, [Asked(line.id, min(line.left, Decimal(2)), reason, note)], client_ref=str(uuid.uuid4()),
        outcome="replacement" if reason == "damaged" else "credit",
    )  # fmt: skip


def _complain(buyer: Actor, shipment: Returnable) -> None:
    line = shipment.lines[2]
    made = open_claim(
        buyer, line.order_number, [Complained(line.order_line_id, min(line.arrived, Decimal(2)), "damaged", "Wet from below")],
        client_ref=str(uuid.uuid4()), shipment_id=shipment.id, note="One carton stood in the rain.",
    )  # fmt: skip
    attach(buyer, "wet carton.png", _photo("#8a5a00"), claim_id=made)


def _contest(buyer: Actor) -> None:
    """A line of the yard's newest invoice that is dearer than agreed, the yard says."""
    for row in invoices(buyer, InvoiceFilters(), limit=3):
        lines = contestable_lines(buyer, row.id)
        if lines:
            open_dispute(
                buyer, row.id, lines[0].position, lines[0].left, reason="price", client_ref=str(uuid.uuid4()),
                note="The frame contract says five per cent less.",
            )  # fmt: skip
            return


def _photo(stain: str) -> bytes:
    """A carton with a stain, as somebody might have photographed it."""
    picture = Image.new("RGB", (480, 360), "#5b666d")
    pen = ImageDraw.Draw(picture)
    pen.polygon([(90, 120), (250, 70), (400, 120), (400, 290), (240, 330), (90, 280)], "#c9a26b")
    pen.polygon([(90, 120), (250, 70), (400, 120), (240, 165)], "#ddbd8b")
    pen.line([(240, 165), (240, 330)], "#8f6d3c", 3)
    pen.ellipse([(120, 220), (225, 320)], stain)
    pen.line([(160, 110), (330, 130)], "#f1e6cf", 14)
    target = BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()
