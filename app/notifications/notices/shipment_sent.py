"""Goods are on their way: those who ordered them hear with which carrier, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.core.actor import Actor
from app.core.texts import N_
from app.fulfilment.events import ShipmentSent
from app.fulfilment.queries.shipments import shipment_facts
from app.fulfilment.queries.telling import orderers
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_MOST = 40  # lines


def tellings(actor: Actor, event: ShipmentSent) -> Iterable[Telling]:
    found = shipment_facts(actor, event.shipment_id)
    for person in those_or_admins(found.company_id, orderers(actor, found.id)):
        yield Telling(
            found.company_id, f"shipment_sent:{found.id}:{person.user_id}", {"shipment_id": found.id},
            user_id=person.user_id,
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = shipment_facts(actor, parameters["shipment_id"])
    return Letter(
        N_("Shipment {number} is on its way", number=found.number),
        {
            "shipment": found,
            "orders": ", ".join(number for _id, number in found.orders),
            "lines": found.lines[:_MOST],
            "more": max(len(found.lines) - _MOST, 0),
        },
        link=f"/shipments/{found.number}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return shipment_facts(actor, parameters["shipment_id"]).delivered_at is None


notices.add("shipment_sent", Kind(letter, ShipmentSent, tellings, still_wanted))
