"""Goods of a return arrive, are inspected line by line, and are made good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.fulfilment.domain.returned import (
    OUTCOMES,
    RETURN,
    ZERO,
    Found,
    demand_found,
    demand_percent,
    demand_received,
)
from app.fulfilment.events import ReturnAccepted
from app.fulfilment.models.returns import Return, ReturnLine
from app.fulfilment.models.shipments import Shipment
from app.fulfilment.service.cases import advance, locked_case, sides_of, tidy
from app.fulfilment.service.returns import demand_lines, lines_of
from app.inventory.models.bins import Bin
from app.inventory.service.issuing import Back, take_back
from app.ordering.domain.progress import base_share
from app.ordering.models.orders import OrderLine
from app.ordering.service.progress import record_returned
from app.ordering.service.replacing import Again, place_replacement


@command
def receive(actor: Actor, return_id: int, quantities: Mapping[int, Decimal]) -> None:
    """Say what arrived of each line, by the line's id and in its unit; goods that did not come can be sent later."""
    found = locked_case(actor, Return, return_id)
    RETURN.target(found.state, "receive", sides_of(actor))
    lines = lines_of(found.id)
    demand_lines(found, lines, list(quantities))
    for line in lines:
        demand_received(line.position, quantities[line.id], line.quantity)
        line.received_quantity = quantities[line.id]
    if not any(quantities.values()):
        raise Invalid("lines", N_("Nothing arrived: leave the return as it is."))
    found.received_at = clock.now()
    advance(actor, found, "receive", received=[[line.sku, line.received_quantity] for line in lines])


@command
def inspect(actor: Actor, return_id: int, findings: Mapping[int, Found]) -> None:
    """Say where each piece goes: stock (to a bin), quarantine, scrap, or back to the customer. Stock is booked at once.

    Lines of which nothing arrived need no finding. Raises Invalid("lines") where the parts do not add up to what
    arrived, or for an unknown bin or serial number.
    """
    found = locked_case(actor, Return, return_id)
    RETURN.target(found.state, "inspect", sides_of(actor))
    lines = lines_of(found.id)
    demand_lines(found, [line for line in lines if line.received_quantity], list(findings))
    for line in lines:
        finding = findings.get(line.id, Found())
        demand_found(line.position, finding, line.received_quantity or ZERO)
        line.stock_quantity, line.quarantine_quantity = finding.stock, finding.quarantine
        line.scrap_quantity, line.back_quantity = finding.scrap, finding.back
        line.bin_code, line.serials = finding.bin_code.strip(), list(finding.serials)
        line.finding = tidy(finding.note, "lines")[:300]
    goods = _goods(found, lines)
    db.session.flush()
    by_order: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for line in lines:
        if line.kept:
            so_far = by_order[line.order_id].get(line.order_line_id, ZERO)
            by_order[line.order_id][line.order_line_id] = so_far + line.kept
    for order_id, quantities in sorted(by_order.items()):
        record_returned(actor, order_id, quantities)
    if goods:
        take_back(actor, goods, found.number)
    advance(actor, found, "inspect", goods=[
        [line.sku, line.stock_quantity, line.quarantine_quantity, line.scrap_quantity, line.back_quantity]
        for line in lines
    ])  # fmt: skip


def _goods(found: Return, lines: list[ReturnLine]) -> list[Back]:
    """What comes back to the warehouse, in base units; the parts of a line add up to its share exactly."""
    order_lines = {
        row.id: row
        for row in db.session.scalars(select(OrderLine).where(OrderLine.id.in_([line.order_line_id for line in lines])))
    }
    bins = _bins(found.warehouse_id, {line.bin_code for line in lines if line.bin_code})
    done = {row.id: row.returned_quantity for row in order_lines.values()}
    goods = []
    for line in lines:
        row = order_lines[line.order_line_id]
        serials = list(line.serials)
        parts: tuple[tuple[Literal["stock", "quarantine", "scrap"], Decimal | None], ...] = (
            ("stock", line.stock_quantity), ("quarantine", line.quarantine_quantity), ("scrap", line.scrap_quantity),
        )  # fmt: skip
        for condition, quantity in parts:
            if not quantity:
                continue
            base = base_share(row.base_quantity, row.quantity, done[row.id], quantity)
            done[row.id] += quantity
            count = int(base) if serials else 0
            goods.append(Back(
                row.article_id, found.warehouse_id, base, condition, line.batch, tuple(serials[:count]),
                bins.get(line.bin_code) if condition == "stock" else None, row.id, found.company_id,
            ))  # fmt: skip
            del serials[:count]
    return goods


def _bins(warehouse_id: int, codes: set[str]) -> dict[str, int]:
    """Ids of the warehouse's bins by code; Invalid names one that is not there."""
    if not codes:
        return {}
    rows = db.session.execute(
        select(Bin.code, Bin.id).where(Bin.warehouse_id == warehouse_id, Bin.code.in_(codes), Bin.is_active)
    )
    found = {row[0]: row[1] for row in rows}
    for code in sorted(codes - set(found)):
        raise Invalid("lines", N_("There is no bin {code} in this warehouse.", code=code))
    return found


@command
def settle(
    actor: Actor, return_id: int, percents: Mapping[int, Decimal], *, outcome: str | None = None, answer: str = ""
) -> None:
    """Decide what the customer gets for inspected goods: a share of the price by line id, or the goods again.

    A replacement is ordered at once, at no charge (see `ordering.service.replacing`); a credit note is billing's answer
    to ReturnAccepted. A line at 0 per cent is not made good; when none is, the return is not accepted.
    """
    found = locked_case(actor, Return, return_id)
    RETURN.target(found.state, "settle", sides_of(actor), "accepted")
    lines = lines_of(found.id)
    demand_lines(found, [line for line in lines if line.kept], list(percents))
    if outcome is not None and outcome not in OUTCOMES:
        raise Invalid("outcome", N_("Choose what the customer gets for it."))
    for line in lines:
        percent = percents.get(line.id, ZERO)
        demand_percent(line.position, percent)
        line.percent = percent
    found.outcome = outcome or found.outcome
    found.answer = tidy(answer, "answer") or found.answer
    made_good = [line for line in lines if line.kept and line.percent]
    facts: dict[str, Any] = {"outcome": found.outcome, "percent": [[line.sku, line.percent] for line in lines]}
    if made_good and found.outcome == "replacement":
        facts["order"] = _replace(actor, found, made_good)
    advance(actor, found, "settle", to="accepted" if made_good else "rejected", **facts)
    if made_good:
        publish(ReturnAccepted(found.id))


def _replace(actor: Actor, found: Return, lines: list[ReturnLine]) -> str:
    if any(line.percent != 100 for line in lines):
        raise Invalid("lines", N_("Goods are replaced in whole: enter 100 or 0."))
    ship_to = db.session.scalars(select(Shipment.ship_to).where(Shipment.id == found.shipment_id)).one()
    again: dict[int, Decimal] = {}
    for line in lines:
        again[line.order_line_id] = again.get(line.order_line_id, ZERO) + (line.kept or ZERO)
    placed = place_replacement(
        actor, [Again(key, quantity) for key, quantity in again.items()], source=f"return:{found.number}",
        ship_to=ship_to, client_ref=f"return:{found.number}",
    )  # fmt: skip
    found.replacement_id = placed.id
    return placed.number
