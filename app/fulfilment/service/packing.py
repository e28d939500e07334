"""Packing: what was picked goes into numbered packages, and these become a shipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, select, text, update

from app.accounts.domain.company import PostalAddress
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.documents.gs1 import make_sscc
from app.fulfilment.domain.packing import KINDS, Box, demand_complete, put
from app.fulfilment.domain.scanning import read_scan
from app.fulfilment.domain.shipment import PACKAGES_MOST, NewPackage, NewShipment
from app.fulfilment.models.picking import SSCC_SERIALS, PackBox, Packing, PackItem, Wave
from app.fulfilment.policy import Permission
from app.fulfilment.queries.carriers import carriers, packing_settings
from app.fulfilment.queries.codes import found_article
from app.fulfilment.queries.packed import entries_of, picked_lines
from app.fulfilment.service.shipments import create_shipment
from app.fulfilment.service.waves import give_back, settle_wave

_ADD = text("""
INSERT INTO pack_items (company_id, box_id, pick_line_id, quantity)
SELECT :company, :box, v.line, v.quantity
FROM unnest(CAST(:lines AS bigint[]), CAST(:quantities AS numeric[])) AS v (line, quantity)
ON CONFLICT (box_id, pick_line_id) DO UPDATE SET quantity = pack_items.quantity + excluded.quantity""")
_WAITING = text("""
SELECT count(*) FROM pick_lines l JOIN pick_claims c ON c.id = l.claim_id
WHERE c.packing_id = :packing AND l.state = 'waiting'""")


@dataclass(frozen=True, slots=True)
class BoxEntry:
    """What is known of a package: weight in kilograms, sizes in centimetres."""

    kind: str = "CT"
    weight: Decimal | None = None
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


def _locked(actor: Actor, packing_id: int) -> tuple[Wave, Packing]:
    """A delivery to be packed, its wave locked. Raises NotFound, Conflict when it is packed or cancelled."""
    actor.demand(Permission.PICK)
    wave_id = db.session.scalar(select(Packing.wave_id).where(Packing.id == packing_id))
    if wave_id is None:
        raise NotFound(N_("There is no such delivery to pack."))
    (wave,) = lock_rows(Wave, [wave_id])
    packing = db.session.get(Packing, packing_id, populate_existing=True)
    assert packing is not None
    if packing.state != "open":
        raise Conflict(N_("This delivery is packed or cancelled already."))
    return wave, packing


@command
def add_box(actor: Actor, packing_id: int, kind: str = "CT") -> int:
    """A new package with a number of its own, where the operator has a company prefix; returns its id."""
    _, packing = _locked(actor, packing_id)
    return _add_box(actor, packing, kind)


def _add_box(actor: Actor, packing: Packing, kind: str) -> int:
    if kind not in KINDS:
        raise Invalid("kind", N_("Choose what kind of package it is."))
    last = db.session.scalar(select(func.max(PackBox.position)).where(PackBox.packing_id == packing.id)) or 0
    if last >= PACKAGES_MOST:
        raise Invalid("kind", N_("At most {most} packages.", most=PACKAGES_MOST))
    box = PackBox(
        company_id=packing.company_id, packing_id=packing.id, position=last + 1, kind=kind, sscc=_next_sscc(actor)
    )
    db.session.add(box)
    db.session.flush()
    return box.id


def _next_sscc(actor: Actor) -> str | None:
    settings = packing_settings(actor)
    if not settings.company_prefix:
        return None
    serial = db.session.scalar(select(SSCC_SERIALS.next_value()))
    assert serial is not None
    return make_sscc(settings.company_prefix, serial, settings.extension)


def _box(packing: Packing, box_id: int) -> PackBox:
    box = db.session.scalar(select(PackBox).where(PackBox.id == box_id, PackBox.packing_id == packing.id))
    if box is None:
        raise NotFound(N_("There is no such package."))
    return box


@command
def scan_into(actor: Actor, packing_id: int, box_id: int | None, code: str) -> str:
    """Put what was scanned into a package (the first one is made when there is none); returns the SKU."""
    _, packing = _locked(actor, packing_id)
    article_id, sku, base, _ = found_article(actor, read_scan(code))
    parts = put(picked_lines(actor, packing_id), article_id, base)
    _fill(packing, _box(packing, box_id).id if box_id else _add_box(actor, packing, "CT"), parts)
    return sku


def _fill(packing: Packing, box_id: int, parts: Sequence[tuple[int, Decimal]]) -> None:
    values = {"lines": [line for line, _ in parts], "quantities": [quantity for _, quantity in parts]}
    db.session.execute(_ADD, {"company": packing.company_id, "box": box_id, **values})


@command
def put_rest(actor: Actor, packing_id: int, box_id: int | None = None) -> None:
    """Everything picked and not packed yet goes into one package."""
    _, packing = _locked(actor, packing_id)
    parts = [(line.id, line.left) for line in picked_lines(actor, packing_id) if line.left > 0]
    if not parts:
        raise Conflict(N_("Nothing is left to pack."))
    _fill(packing, _box(packing, box_id).id if box_id else _add_box(actor, packing, "CT"), parts)


@command
def empty_box(actor: Actor, packing_id: int, box_id: int, *, removes: bool = False) -> None:
    """Take everything out of a package again; its number is not used again when the package goes, too."""
    _, packing = _locked(actor, packing_id)
    box = _box(packing, box_id)
    db.session.execute(delete(PackItem).where(PackItem.box_id == box.id))
    if removes:
        db.session.execute(delete(PackBox).where(PackBox.id == box.id))
        db.session.execute(
            update(PackBox)
            .where(PackBox.packing_id == packing.id, PackBox.position > box.position)
            .values(position=-PackBox.position)
        )
        db.session.execute(
            update(PackBox)
            .where(PackBox.packing_id == packing.id, PackBox.position < 0)
            .values(position=-PackBox.position - 1)
        )
    db.session.expire_all()


@command
def weigh_box(actor: Actor, packing_id: int, box_id: int, entry: BoxEntry) -> None:
    """Kind, weight and sizes of a package."""
    _, packing = _locked(actor, packing_id)
    box = _box(packing, box_id)
    if entry.kind not in KINDS:
        raise Invalid("kind", N_("Choose what kind of package it is."))
    sizes = {"weight": entry.weight, "length": entry.length, "width": entry.width, "height": entry.height}
    for name, value in sizes.items():
        if value is not None and not 0 < value < 100_000:
            raise Invalid(name, N_("Enter a number above zero."))
        setattr(box, name, value)
    box.kind = entry.kind


@command
def finish(actor: Actor, packing_id: int, *, carrier_id: int | None = None, note: str = "") -> int:
    """Close the packages and make the shipment, which is then sent; returns its id.

    Raises Conflict while something of it is still to be picked or packed, or a package is empty or too heavy.
    """
    wave, packing = _locked(actor, packing_id)
    if db.session.execute(_WAITING, {"packing": packing_id}).scalar_one():
        raise Conflict(N_("Something of this delivery is still being picked."))
    known = {row.id: row for row in carriers(actor)}
    carrier = known.get(carrier_id) if carrier_id else None
    if carrier_id and carrier is None:
        raise Invalid("carrier", N_("Choose a carrier."))
    boxes = list(db.session.scalars(select(PackBox).where(PackBox.packing_id == packing_id).order_by(PackBox.position)))
    filled: dict[int, int] = defaultdict(int)
    for box_id in db.session.scalars(select(PackItem.box_id).join(PackBox).where(PackBox.packing_id == packing_id)):
        filled[box_id] += 1
    demand_complete(
        picked_lines(actor, packing_id),
        [Box(box.position, box.weight, filled[box.id]) for box in boxes],
        carrier.package_limit if carrier is not None else None,
    )
    wanted = NewShipment(
        packing.company_id, wave.warehouse_id, PostalAddress.from_json(packing.ship_to),
        entries_of(actor, packing_id, {box.id: place for place, box in enumerate(boxes, 1)}),
        [NewPackage(box.sscc or "", box.kind, box.weight, box.length, box.width, box.height) for box in boxes],
        carrier_id=carrier.id if carrier is not None else None,
        carrier_name=carrier.name if carrier is not None else "",
        note=note.strip(), is_claimed=True,
    )  # fmt: skip
    shipment_id = create_shipment(actor, wanted, client_ref=f"packing-{packing_id}")
    packing.state, packing.shipment_id, packing.packed_at = "packed", shipment_id, clock.now()
    db.session.flush()
    settle_wave(wave)
    return shipment_id


@command
def cancel_packing(actor: Actor, packing_id: int, *, reason: str) -> None:
    """Give up packing a delivery: what was picked goes back to its bins, the order lines are free again."""
    wave, packing = _locked(actor, packing_id)
    give_back(actor, [packing.id])
    settle_wave(wave)
    audit.record(
        actor, "packing", packing.id, "cancelled", {"wave": wave.number, "reason": reason.strip()},
        company_id=packing.company_id,
    )  # fmt: skip
