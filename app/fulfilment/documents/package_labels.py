"""Packages of a delivery or a shipment as labels."""

from __future__ import annotations

from app.accounts.domain.company import Party, PostalAddress
from app.accounts.queries.companies import operator_party
from app.core.actor import Actor
from app.documents.model.package_label import PackageLabel
from app.fulfilment.domain.packing import KINDS
from app.fulfilment.queries.carriers import carriers
from app.fulfilment.queries.packed import PackingPage
from app.fulfilment.queries.shipments import ShipmentFacts


def labels_of_packing(actor: Actor, packing: PackingPage) -> list[PackageLabel]:
    """One for each package made so far; the carrier is not chosen yet."""
    sender, receiver = _sender(operator_party(actor)), _receiver(packing.ship_to)
    references = (f"{packing.wave}/{packing.position}", *dict.fromkeys(number for number, _, _ in packing.orders))
    return [
        PackageLabel(
            sender, receiver, box.sscc, box.position, len(packing.boxes), _kind(box.kind), box.weight,
            references=references,
        )
        for box in packing.boxes
    ]  # fmt: skip


def labels_of_shipment(actor: Actor, shipment: ShipmentFacts) -> list[PackageLabel]:
    """One for each package of a shipment."""
    sender, receiver = _sender(operator_party(actor)), _receiver(shipment.ship_to)
    known = {one.id: one for one in carriers(actor, only_active=False)}
    carrier = known.get(shipment.carrier_id) if shipment.carrier_id is not None else None
    references = (shipment.number, *(number for _, number in shipment.orders))
    return [
        PackageLabel(
            sender, receiver, one.sscc, one.position, len(shipment.packages), _kind(one.kind), one.weight,
            shipment.carrier_name, carrier.label_text if carrier is not None else "", one.tracking_number, references,
        )
        for one in shipment.packages
    ]  # fmt: skip


def _kind(code: str) -> str:
    return KINDS[code].text if code in KINDS else code


def _sender(party: Party) -> tuple[str, ...]:
    address = party.address
    return (party.name, *(address.lines if address is not None else ()), party.country)


def _receiver(to: PostalAddress) -> tuple[str, ...]:
    place, *rest = to.lines or ("",)
    return tuple(filter(None, (to.name or to.label, to.contact, place, *rest, to.country)))
