"""Shipments: packed, sent, delivered with a proof; or taken back before they left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update

from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.outbox import publish
from app.core.texts import N_
from app.fulfilment.domain.shipment import (
    Act,
    NewPackage,
    NewShipment,
    Proof,
    ShipmentState,
    arrivals,
    next_state,
)
from app.fulfilment.events import ShipmentDelivered, ShipmentSent
from app.fulfilment.models.carriers import Carrier
from app.fulfilment.models.shipments import Package, Shipment, ShipmentLine, ShipmentProof
from app.fulfilment.service.leaving import take_from_stock
from app.ordering.service import progress

_SERIES = "shipment"
_ZERO = Decimal(0)
_SIX_DIGITS = Decimal("0.000001")

_LINES = text("""
SELECT l.id, l.order_id, l.company_id, l.article_id, l.sku, l.name, l.unit, l.quantity, l.base_quantity,
    coalesce(s.quantity, 0) AS packed, coalesce(s.base_quantity, 0) AS packed_base, o.number
FROM order_lines l JOIN orders o ON o.id = l.order_id
LEFT JOIN (
    SELECT x.order_line_id, sum(x.quantity) AS quantity, sum(x.base_quantity) AS base_quantity
    FROM shipment_lines x JOIN shipments y ON y.id = x.shipment_id
    WHERE x.order_line_id = ANY(CAST(:lines AS bigint[])) AND y.state <> 'discarded' GROUP BY x.order_line_id
) s ON s.order_line_id = l.id
WHERE l.id = ANY(CAST(:lines AS bigint[]))""")


@command
def create_shipment(actor: Actor, wanted: NewShipment, *, client_ref: str) -> int:
    """Pack goods of one customer's orders, whole lines or parts; returns the id. Nothing has left yet.

    Unless picking has claimed the quantities (`is_claimed`), they are claimed now: Invalid names the line beyond what
    is free, Conflict an order that can still be changed. The same request again returns the first shipment.
    """
    _demand_operator(actor)
    wanted.check()
    known = known_shipment(wanted.company_id, client_ref, wanted.fingerprint)
    if known is not None:
        return known
    lines = {row.id: row for row in db.session.execute(_LINES, {"lines": sorted(wanted.by_line)})}
    if set(wanted.by_line) - set(lines) or any(row.company_id != wanted.company_id for row in lines.values()):
        raise NotFound(N_("A line is not of an order of this customer."))
    orders: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for key, quantity in wanted.by_line.items():
        orders[lines[key].order_id][key] = quantity
    for order_id, quantities in sorted(orders.items()):
        if not wanted.is_claimed:
            progress.record_claimed(actor, order_id, quantities)
    shipment = _head(actor, wanted, client_ref)
    packages = _add_packages(shipment, wanted.packages)
    db.session.execute(insert(ShipmentLine), _line_rows(shipment, wanted, lines, packages))
    audit.record(
        actor, "shipment", shipment.id, "packed",
        {"number": shipment.number, "lines": len(wanted.entries), "packages": len(packages),
         "orders": sorted({row.number for row in lines.values()})},
        company_id=shipment.company_id,
    )  # fmt: skip
    return shipment.id


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))


def known_shipment(company_id: int, client_ref: str, fingerprint: str) -> int | None:
    """The shipment the same request has made before; Conflict when its reference was used for something else."""
    row = db.session.execute(
        select(Shipment.id, Shipment.request_hash).where(
            Shipment.company_id == company_id, Shipment.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != fingerprint:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def _head(actor: Actor, wanted: NewShipment, client_ref: str) -> Shipment:
    now = clock.now()
    year = clock.today(actor.time_zone).year
    shipment = Shipment(
        company_id=wanted.company_id, number=f"LS-{year}-{next_number(_SERIES, year):06d}", client_ref=client_ref,
        request_hash=wanted.fingerprint, state=str(ShipmentState.PACKED), warehouse_id=wanted.warehouse_id,
        ship_to=wanted.ship_to.as_json(), carrier_id=wanted.carrier_id, carrier_name=_carrier_name(wanted),
        note=wanted.note.strip(), weight=wanted.weight, line_count=len(wanted.entries),
        package_count=len(wanted.packages), packed_at=now, expected_on=wanted.expected_on, user_id=actor.user_id,
    )  # fmt: skip
    db.session.add(shipment)
    db.session.flush()
    return shipment


def _carrier_name(wanted: NewShipment) -> str:
    """As of now: shipments keep the name they left with."""
    if wanted.carrier_id is None:
        return wanted.carrier_name.strip()[:120]
    name = db.session.scalar(select(Carrier.name).where(Carrier.id == wanted.carrier_id))
    if name is None:
        raise Invalid("carrier", N_("There is no such carrier."))
    return name


def _add_packages(shipment: Shipment, packages: Sequence[NewPackage], *, first: int = 1) -> list[int]:
    """Ids of the new packages in their order."""
    rows = [
        Package(
            company_id=shipment.company_id, shipment_id=shipment.id, position=place, sscc=one.sscc, kind=one.kind,
            weight=one.weight, length=one.length, width=one.width, height=one.height,
            tracking_number=one.tracking_number.strip(),
        )
        for place, one in enumerate(packages, first)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _line_rows(
    shipment: Shipment, wanted: NewShipment, lines: Mapping[int, Any], packages: Sequence[int]
) -> list[dict[str, Any]]:
    packed = {key: (row.packed, row.packed_base) for key, row in lines.items()}
    rows = []
    for place, one in enumerate(wanted.entries, 1):
        line = lines[one.order_line_id]
        before, before_base = packed[line.id]
        if before + one.quantity == line.quantity:
            base = line.base_quantity - before_base  # the last part takes what is left, so that the parts add up
        else:
            base = (line.base_quantity * one.quantity / line.quantity).quantize(_SIX_DIGITS)
        packed[line.id] = (before + one.quantity, before_base + base)
        rows.append({
            "company_id": shipment.company_id, "shipment_id": shipment.id, "position": place,
            "order_id": line.order_id, "order_line_id": line.id, "delivery_id": one.delivery_id,
            "package_id": packages[one.package - 1] if one.package is not None else None,
            "article_id": line.article_id, "sku": line.sku, "name": line.name, "quantity": one.quantity,
            "unit": line.unit, "base_quantity": base, "batch": one.batch, "expires_on": one.expires_on,
            "serials": list(one.serials), "bin_id": one.bin_id,
        })  # fmt: skip
    return rows


def _locked(actor: Actor, shipment_id: int) -> Shipment:
    _demand_operator(actor)
    rows = lock_rows(Shipment, [shipment_id])
    if not rows:
        raise NotFound(N_("There is no such shipment."))
    return rows[0]


def _lines_of(shipment: Shipment) -> list[ShipmentLine]:
    statement = select(ShipmentLine).where(ShipmentLine.shipment_id == shipment.id).order_by(ShipmentLine.position)
    return list(db.session.scalars(statement))


def _by_order(lines: Sequence[ShipmentLine]) -> list[tuple[int, dict[int, Decimal]]]:
    """What each order's lines take of a shipment, by the id of the order."""
    orders: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for line in lines:
        mine = orders[line.order_id]
        mine[line.order_line_id] = mine.get(line.order_line_id, _ZERO) + line.quantity
    return sorted(orders.items())


@command
def send(actor: Actor, shipment_id: int, *, tracking_numbers: Sequence[str] = ()) -> None:
    """The goods leave: stock is booked out, the orders know. Numbers of the carrier go to the packages by place.

    Raises Conflict where the stock does not hold the goods, or the shipment has left already.
    """
    shipment = _locked(actor, shipment_id)
    shipment.state = str(next_state(ShipmentState(shipment.state), Act.SEND))
    shipment.sent_at = clock.now()
    _number_packages(shipment, [one.strip() for one in tracking_numbers if one.strip()])
    lines = _lines_of(shipment)
    for order_id, quantities in _by_order(lines):
        progress.record_shipped(actor, order_id, quantities)
    take_from_stock(actor, shipment, lines)
    audit.record(
        actor, "shipment", shipment.id, "sent",
        {"number": shipment.number, "tracking": [one for one in tracking_numbers if one.strip()]},
        company_id=shipment.company_id,
    )  # fmt: skip
    _tell_orders(actor, shipment, lines, "shipped")
    publish(ShipmentSent(shipment.id))


def _number_packages(shipment: Shipment, numbers: Sequence[str]) -> None:
    """Tracking numbers by place; a number without a package makes one."""
    if not numbers:
        return
    if any(len(one) > 60 for one in numbers):
        raise Invalid("tracking_numbers", N_("At most {most} characters.", most=60))
    statement = select(Package).where(Package.shipment_id == shipment.id).order_by(Package.position)
    packages = list(db.session.scalars(statement))
    for package, number in zip(packages, numbers, strict=False):
        package.tracking_number = number
    more = numbers[len(packages) :]
    _add_packages(shipment, [NewPackage(tracking_number=one) for one in more], first=len(packages) + 1)
    shipment.package_count = len(packages) + len(more)
    db.session.flush()


def _tell_orders(actor: Actor, shipment: Shipment, lines: Sequence[ShipmentLine], action: str) -> None:
    """An entry in the story of each order."""
    audit.record_many(
        actor, "order",
        [(order_id, action, shipment.company_id, {"number": shipment.number}) for order_id, _ in _by_order(lines)],
    )  # fmt: skip


@command
def track(actor: Actor, shipment_id: int, tracking_numbers: Sequence[str]) -> None:
    """Set the carrier's numbers by place, also after the goods have left; they are for people and partners to follow."""
    shipment = _locked(actor, shipment_id)
    if shipment.state == ShipmentState.DISCARDED:
        next_state(ShipmentState.DISCARDED, Act.SEND)
    _number_packages(shipment, [one.strip() for one in tracking_numbers if one.strip()])
    audit.record(
        actor, "shipment", shipment.id, "tracked", {"tracking": list(tracking_numbers)}, company_id=shipment.company_id
    )


@command
def discard(actor: Actor, shipment_id: int, *, keeps_claim: bool = False) -> None:
    """Take a packed shipment back before it leaves; what it claimed is free again unless picking keeps it."""
    shipment = _locked(actor, shipment_id)
    shipment.state = str(next_state(ShipmentState(shipment.state), Act.DISCARD))
    if not keeps_claim:
        for order_id, quantities in _by_order(_lines_of(shipment)):
            progress.record_claimed(actor, order_id, {key: -one for key, one in quantities.items()})
    db.session.flush()
    audit.record(
        actor, "shipment", shipment.id, "taken_back", {"number": shipment.number}, company_id=shipment.company_id
    )


@command
def deliver(actor: Actor, shipment_id: int, proof: Proof) -> None:
    """The receiver has the goods: who took them, when, with photo and signature, and what he did not take.

    Raises Invalid for a proof that cannot be, Conflict unless the shipment is on its way.
    """
    shipment = _locked(actor, shipment_id)
    following = next_state(ShipmentState(shipment.state), Act.DELIVER)
    proof.check(clock.now(), shipment.sent_at)
    lines = _lines_of(shipment)
    found = arrivals(
        [(line.id, line.position, line.order_id, line.order_line_id, line.quantity) for line in lines], proof
    )
    pictures = {
        name: storage.keep(actor, one.data, name=one.name, media_type=one.media_type, company_id=shipment.company_id).id
        for name, one in (("photo_id", proof.photo), ("signature_id", proof.signature))
        if one is not None
    }
    sums: dict[int, tuple[dict[int, Decimal], dict[int, Decimal]]] = defaultdict(lambda: ({}, {}))
    for one in found:
        for counts, quantity in zip(sums[one.order_id], (one.delivered, one.missing), strict=True):
            counts[one.order_line_id] = counts.get(one.order_line_id, _ZERO) + quantity
    for order_id, (delivered, missing) in sorted(sums.items()):
        progress.record_delivered(actor, order_id, delivered, missing)
    shipment.state, shipment.delivered_at = str(following), proof.received_at
    db.session.add(
        ShipmentProof(
            company_id=shipment.company_id, shipment_id=shipment.id, receiver=proof.receiver.strip()[:120],
            received_at=proof.received_at, note=proof.note.strip(), is_complete=not any(one.missing for one in found),
            user_id=actor.user_id, user_name=actor.name, **pictures,
        )
    )  # fmt: skip
    db.session.execute(
        update(ShipmentLine),
        [
            {
                "id": one.line_id,
                "delivered_quantity": one.delivered,
                "difference": one.kind,
                "difference_note": one.note,
            }
            for one in found
        ],
    )
    audit.record(
        actor, "shipment", shipment.id, "delivered",
        {"receiver": proof.receiver.strip(), "differences": sum(1 for one in found if one.missing)},
        company_id=shipment.company_id,
    )  # fmt: skip
    _tell_orders(actor, shipment, lines, "delivered")
    publish(ShipmentDelivered(shipment.id))
