"""Goods arrived otherwise than they were sent: those who ordered them hear what the receiver did not take."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.core.actor import Actor
from app.core.texts import N_
from app.fulfilment.domain.shipment import DIFFERENCE_NAMES, DifferenceKind
from app.fulfilment.events import ShipmentDelivered
from app.fulfilment.queries.shipments import shipment_facts
from app.fulfilment.queries.telling import orderers
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_MOST = 40  # lines


def tellings(actor: Actor, event: ShipmentDelivered) -> Iterable[Telling]:
    found = shipment_facts(actor, event.shipment_id)
    if found.proof is None or found.proof.is_complete:
        return
    for person in those_or_admins(found.company_id, orderers(actor, found.id)):
        for way in ("mail", "page"):
            yield Telling(
                found.company_id, f"shipment_differs:{found.id}:{person.user_id}:{way}", {"shipment_id": found.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = shipment_facts(actor, parameters["shipment_id"])
    lines = [(line, DIFFERENCE_NAMES[DifferenceKind(line.difference)]) for line in found.lines if line.difference]
    summary = N_(
        "{receiver} did not take everything. What is missing is not lost: complain about it with one click.",
        receiver=found.proof.receiver if found.proof else "",
    )
    return Letter(
        N_("Shipment {number} arrived with differences", number=found.number),
        {"lines": lines[:_MOST], "more": max(len(lines) - _MOST, 0), "summary": summary},
        summary=summary,
        link=f"/shipments/{found.number}",
    )


notices.add("shipment_differs", Kind(letter, ShipmentDelivered, tellings))
