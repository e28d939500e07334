"""Waves: made from what is ready, cancelled as long as something of them is not packed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update

from app.catalog.queries.families import kit_parts
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.texts import N_
from app.fulfilment.domain.waves import Demand, Method, Place, Plan, plan_wave
from app.fulfilment.models.carriers import PackingSettings
from app.fulfilment.models.picking import Packing, PickClaim, PickLine, PickList, Wave
from app.fulfilment.policy import Permission
from app.fulfilment.queries.ready import ReadyDelivery, ReadyLine, ready
from app.inventory.queries.bins import PickPlace, pick_places
from app.ordering.service.progress import record_claimed

DELIVERIES_MOST = 200
_SERIES = "wave"
_LINES = 60
_ZERO = Decimal(0)
Key = tuple[int, int]  # order line, delivery of the order
# What other pick lists will take, or have taken and not yet sent.
_TAKEN = text("""
SELECT l.article_id, l.batch, l.bin_id, sum(CASE WHEN l.state = 'waiting' THEN l.quantity ELSE l.picked_quantity END)
FROM pick_lines l JOIN pick_claims c ON c.id = l.claim_id JOIN packings p ON p.id = c.packing_id
JOIN waves w ON w.id = p.wave_id LEFT JOIN shipments s ON s.id = p.shipment_id
WHERE w.warehouse_id = :warehouse AND (p.state = 'open' OR (p.state = 'packed' AND s.state = 'packed'))
  AND l.article_id = ANY(CAST(:articles AS bigint[]))
GROUP BY 1, 2, 3""")


@command
def start_wave(
    actor: Actor, warehouse_id: int, delivery_ids: Collection[int], method: Method, *, client_ref: str
) -> str:
    """Claim what is ready of these deliveries and write pick lists by bin; returns the wave's number.

    Orders of one customer to one address come together. Raises Invalid when nothing is chosen or nothing is there,
    Conflict when somebody was faster. The same request again returns the first wave.
    """
    actor.demand(Permission.PICK)
    known = db.session.scalar(select(Wave.number).where(Wave.client_ref == client_ref))
    if known is not None:
        return known
    if not delivery_ids:
        raise Invalid("deliveries", N_("Choose at least one delivery."))
    if len(delivery_ids) > DELIVERIES_MOST:
        raise Invalid("deliveries", N_("At most {most} deliveries in one wave.", most=DELIVERIES_MOST))
    chosen = [one for one in ready(actor, warehouse_id, set(delivery_ids)) if one.hold is None]
    plan, lines = _planned(actor, warehouse_id, chosen, method)
    if not plan.walks:
        raise Conflict(N_("Nothing of this can be picked now."))
    _claim(actor, lines)
    year = clock.today(actor.time_zone).year
    wave = Wave(
        number=f"W-{year}-{next_number(_SERIES, year):05d}", client_ref=client_ref, warehouse_id=warehouse_id,
        method=str(method), user_id=actor.user_id, user_name=actor.name,
    )  # fmt: skip
    db.session.add(wave)
    db.session.flush()
    _write(wave, plan, lines, chosen)
    audit.record(
        actor, "wave", wave.id, "started", {"number": wave.number, "deliveries": len(chosen), "lines": len(lines)}
    )
    return wave.number


def _planned(
    actor: Actor, warehouse_id: int, chosen: Sequence[ReadyDelivery], method: Method
) -> tuple[Plan, dict[Key, ReadyLine]]:
    """The plan, and each line as far as the plan can serve it in whole packs."""
    doors = {one.id: (one.company_id, one.address_key) for one in chosen}
    lines = {(line.order_line_id, line.delivery_id): line for one in chosen for line in one.lines}
    wanted = [(line.article_id, line.base) for line in lines.values()]
    found = pick_places(actor, warehouse_id, wanted, taken=_taken(actor, warehouse_id, lines.values()))
    places = [_place(one) for one in found]
    kits = {one.kit_id for one in found if one.kit_id is not None}
    parts = kit_parts(actor, kits) if kits else {}
    settings = db.session.get(PackingSettings, 1)
    most = settings.list_lines if settings is not None else _LINES
    for _ in range(len(lines) + 1):  # each turn shortens a line, most often there is one
        demands = [one for line in lines.values() for one in _demands(line, doors[line.delivery_id], parts)]
        plan = plan_wave(demands, places, method, most)
        if not plan.lacking:
            break
        lines = _shortened(lines, plan.lacking)
    return plan, lines


def _taken(actor: Actor, warehouse_id: int, lines: Collection[ReadyLine]) -> dict[tuple[int, str, int | None], Decimal]:
    articles = {line.article_id for line in lines}
    articles |= {part.article_id for parts in kit_parts(actor, articles).values() for part in parts}
    rows = db.session.execute(_TAKEN, {"warehouse": warehouse_id, "articles": sorted(articles)})
    return {(article, batch, bin_id): quantity for article, batch, bin_id, quantity in rows}


def _place(one: PickPlace) -> Place:
    return Place(
        one.article_id,
        one.quantity,
        one.bin_id,
        one.code,
        one.zone,
        (one.sort_key, one.code),
        one.batch,
        one.expires_on,
    )


def _demands(line: ReadyLine, door: tuple[int, str], parts: Mapping[int, Any]) -> list[Demand]:
    plain = Demand(*door, line.order_id, line.order_line_id, line.article_id, line.base, line.delivery_id)
    if line.article_id not in parts:
        return [plain]
    return [
        replace(plain, article_id=part.article_id, quantity=line.base * part.quantity, factor=part.quantity)
        for part in parts[line.article_id]
    ]


def _shortened(lines: Mapping[Key, ReadyLine], lacking: Mapping[Key, Decimal]) -> dict[Key, ReadyLine]:
    """Lines less what is lacking, in whole packs; those of which nothing is left fall out."""
    found = {}
    for key, line in lines.items():
        base = line.unit.whole(max(line.base - lacking.get(key, _ZERO), _ZERO)) if key in lacking else line.base
        if base > 0:
            found[key] = replace(line, base=base, units=line.unit.in_unit(base))
    return found


def _claim(actor: Actor, lines: Mapping[Key, ReadyLine]) -> None:
    orders: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines.values():
        orders[line.order_id][line.order_line_id] += line.units
    for order_id, quantities in sorted(orders.items()):
        try:
            record_claimed(actor, order_id, quantities)
        except Invalid as error:
            raise Conflict(error.message) from None  # somebody claimed it since the page was read


def _write(wave: Wave, plan: Plan, lines: Mapping[Key, ReadyLine], chosen: Sequence[ReadyDelivery]) -> None:
    """Rows of the wave; a constant number of statements."""
    addresses = {(one.company_id, one.address_key): one.ship_to.as_json() for one in reversed(chosen)}
    packings = _ids(Packing, [
        {"company_id": company_id, "wave_id": wave.id, "position": place, "ship_to": addresses[company_id, address]}
        for place, (company_id, address) in enumerate(plan.deliveries, 1)
    ])  # fmt: skip
    homes = {
        (stop.demand.order_line_id, stop.demand.source): (stop.delivery, stop.demand.company_id)
        for walk in plan.walks
        for stop in walk.stops
    }
    claims = dict(zip(homes, _ids(PickClaim, [
        {"company_id": company_id, "packing_id": packings[delivery], "order_id": lines[key].order_id,
         "order_line_id": key[0], "delivery_id": key[1], "planned_quantity": lines[key].units,
         "quantity": lines[key].units}
        for key, (delivery, company_id) in homes.items()
    ]), strict=True))  # fmt: skip
    lists = _ids(PickList, [
        {"wave_id": wave.id, "position": place, "zone": walk.zone} for place, walk in enumerate(plan.walks, 1)
    ])  # fmt: skip
    db.session.execute(insert(PickLine), [
        {"company_id": stop.demand.company_id, "list_id": list_id,
         "claim_id": claims[stop.demand.order_line_id, stop.demand.source], "position": place,
         "article_id": stop.demand.article_id, "bin_id": stop.place.bin_id, "bin_code": stop.place.bin_code,
         "batch": stop.place.batch, "expires_on": stop.place.expires_on, "quantity": stop.quantity}
        for list_id, walk in zip(lists, plan.walks, strict=True)
        for place, stop in enumerate(walk.stops, 1)
    ])  # fmt: skip


def _ids(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


@command
def cancel_wave(actor: Actor, number: str, *, reason: str) -> int:
    """Give back what the wave claimed and has not packed; returns how many deliveries that were.

    What was picked already goes back to its bin: nothing of it is booked out. Raises Conflict when all is packed.
    """
    actor.demand(Permission.PICK)
    wave = locked_wave(number)
    statement = select(Packing.id).where(Packing.wave_id == wave.id, Packing.state == "open").order_by(Packing.id)
    open_ids = list(db.session.scalars(statement))
    if not open_ids:
        raise Conflict(N_("Everything of this wave is packed."))
    give_back(actor, open_ids)
    db.session.execute(
        update(PickList)
        .where(PickList.wave_id == wave.id, PickList.state.in_(("waiting", "picking")))
        .values(state="cancelled")
    )
    settle_wave(wave)
    audit.record(actor, "wave", wave.id, "cancelled", {"number": wave.number, "reason": reason.strip()})
    return len(open_ids)


def locked_wave(number: str) -> Wave:
    """The wave, locked: packing, taking back and cancelling wait for each other. Raises NotFound."""
    wave_id = db.session.scalar(select(Wave.id).where(Wave.number == number))
    if wave_id is None:
        raise NotFound(N_("There is no wave {number}.", number=number))
    return lock_rows(Wave, [wave_id])[0]


def give_back(actor: Actor, packing_ids: Sequence[int]) -> None:
    """Nothing of these packings is taken any more; their claims are free again."""
    statement = select(PickClaim).where(PickClaim.packing_id.in_(packing_ids), PickClaim.quantity > 0)
    orders: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for claim in db.session.scalars(statement):
        orders[claim.order_id][claim.order_line_id] -= claim.quantity
    for order_id, quantities in sorted(orders.items()):
        record_claimed(actor, order_id, quantities)
    db.session.execute(update(PickClaim).where(PickClaim.packing_id.in_(packing_ids)).values(quantity=0))
    db.session.execute(update(Packing).where(Packing.id.in_(packing_ids)).values(state="cancelled"))


def settle_wave(wave: Wave) -> None:
    """A wave of which nothing is left to pack is done, or cancelled when nothing of it was packed."""
    states = set(db.session.scalars(select(Packing.state).where(Packing.wave_id == wave.id)))
    if "open" not in states:
        wave.state, wave.done_at = ("done" if "packed" in states else "cancelled"), clock.now()
        db.session.flush()
