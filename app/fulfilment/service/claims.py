"""Customers complain about goods; sales asks, grants or refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.fulfilment.domain.claimed import CLAIM, REMEDIES, Complained, Granted, demand_complained, verdict
from app.fulfilment.domain.returned import REASONS, Asked
from app.fulfilment.events import ClaimDecided, ClaimOpened
from app.fulfilment.models.claims import CLAIM_NUMBERS, Claim, ClaimLine
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from app.fulfilment.queries.claims import Claimable, claimable
from app.fulfilment.queries.returns import returnable
from app.fulfilment.service.cases import advance, asked_hash, known_case, locked_case, sides_of, tidy
from app.fulfilment.service.returns import ask_return, authorise
from app.ordering.models.orders import Order
from app.ordering.service.replacing import Again, place_replacement


@command
def open_claim(
    actor: Actor,
    order_number: str,
    lines: Sequence[Complained],
    *,
    client_ref: str,
    remedy: str = "credit",
    note: str = "",
    shipment_id: int | None = None,
    company_id: int | None = None,
) -> int:
    """Complain about shipped lines of an order; returns the id of the claim. `company_id` names the account for sales.

    Raises Invalid("lines") naming the row beyond what was shipped, Conflict where this reference was used otherwise.
    """
    order = claimable(actor, order_number, company_id=company_id)
    state = CLAIM.target(None, "open", sides_of(actor))
    note = tidy(note, "note")
    asked = asked_hash("claim", order.order_id, list(lines), remedy, note)
    known = known_case(Claim, order.company_id, client_ref, asked)
    if known is not None:
        return known
    if remedy not in REMEDIES:
        raise Invalid("remedy", N_("Choose what you want for it."))
    rows = _rows(order, lines)
    found = Claim(
        company_id=order.company_id, number=_number(), client_ref=client_ref, request_hash=asked, state=state,
        order_id=order.order_id, order_number=order.order_number, shipment_id=_shipment(actor, order, shipment_id),
        remedy=remedy, note=note, user_id=actor.user_id, user_name=actor.name, opened_at=clock.now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    keys = {"company_id": order.company_id, "claim_id": found.id}
    db.session.execute(insert(ClaimLine), [keys | row for row in rows])
    facts = {"number": found.number, "order": order.order_number, "lines": len(rows), "remedy": remedy}
    audit.record(actor, "claim", found.id, "open", facts, company_id=found.company_id)
    publish(ClaimOpened(found.id))
    return found.id


def _number() -> str:
    return f"CL-{clock.today().year}-{db.session.scalar(CLAIM_NUMBERS.next_value()):06d}"


def _shipment(actor: Actor, order: Claimable, shipment_id: int | None) -> int | None:
    if shipment_id is None:
        return None
    known = db.session.scalar(
        select(Shipment.id).where(Shipment.id == shipment_id, Shipment.company_id == order.company_id)
    )
    if known is None:
        raise NotFound
    return known


def _rows(order: Claimable, lines: Sequence[Complained]) -> list[dict[str, object]]:
    known = {line.id: line for line in order.lines}
    if not lines:
        raise Invalid("lines", N_("Enter what is wrong: at least one line."))
    ids = [one.order_line_id for one in lines]
    if len(set(ids)) < len(ids) or not set(ids) <= set(known):
        raise NotFound(N_("There is no such line."))
    found: list[dict[str, object]] = []
    for place, one in enumerate(sorted(lines, key=lambda one: known[one.order_line_id].position), 1):
        line = known[one.order_line_id]
        demand_complained(line.position, one.quantity, one.reason, line.shipped)
        found.append({
            "position": place, "order_line_id": line.id, "sku": line.sku, "name": line.name, "unit": line.unit,
            "quantity": one.quantity, "reason": one.reason, "note": tidy(one.note, "lines")[:300],
        })  # fmt: skip
    return found


@command
def ask(actor: Actor, claim_id: int, question: str) -> None:
    """Ask the customer something without which the claim cannot be decided."""
    found = locked_case(actor, Claim, claim_id)
    CLAIM.target(found.state, "ask", sides_of(actor))
    found.answer = tidy(question, "text", is_needed=True)
    advance(actor, found, "ask", text=found.answer)


@command
def answer(actor: Actor, claim_id: int, text: str) -> None:
    """Answer what sales has asked."""
    found = locked_case(actor, Claim, claim_id)
    CLAIM.target(found.state, "answer", sides_of(actor))
    advance(actor, found, "answer", text=tidy(text, is_needed=True))


@command
def withdraw(actor: Actor, claim_id: int) -> None:
    """The customer complains no longer."""
    advance(actor, locked_case(actor, Claim, claim_id), "withdraw")


@command
def refuse(actor: Actor, claim_id: int, reason: str) -> None:
    """Do not make anything good; the customer reads why."""
    found = locked_case(actor, Claim, claim_id)
    CLAIM.target(found.state, "refuse", sides_of(actor))
    found.answer = tidy(reason, "text", is_needed=True)
    advance(actor, found, "refuse", text=found.answer)
    publish(ClaimDecided(found.id))


@command
def grant(actor: Actor, claim_id: int, granted: Mapping[int, Granted], *, remedy: str, text: str = "") -> None:
    """Make lines of a claim good, by the line's id: a credit note (billing answers to ClaimDecided), goods again at no
    charge, ordered at once, or a return that is authorised at once and decided when the goods are here.
    """
    found = locked_case(actor, Claim, claim_id)
    CLAIM.target(found.state, "grant", sides_of(actor), "granted")
    if remedy not in REMEDIES:
        raise Invalid("remedy", N_("Choose what the customer gets for it."))
    lines = db.session.scalars(
        select(ClaimLine).where(ClaimLine.claim_id == found.id).order_by(ClaimLine.position)
    ).all()
    if set(granted) != {line.id for line in lines}:
        raise Conflict(N_("Claim {number} has other lines. Open the page again.", number=found.number))
    to = verdict({line.id: (line.quantity, granted[line.id]) for line in lines})
    for line in lines:
        line.granted_quantity, line.percent = granted[line.id].quantity, granted[line.id].percent
    found.remedy, found.answer = remedy, tidy(text)
    facts: dict[str, Any] = {
        "remedy": remedy, "granted": [[line.sku, line.granted_quantity, line.percent] for line in lines], "text": text,
    }  # fmt: skip
    made_good = [line for line in lines if line.granted_quantity and line.percent]
    if remedy != "credit" and any(line.percent != 100 for line in made_good):
        raise Invalid("lines", N_("Goods are replaced in whole: enter 100 or 0."))
    if remedy == "return":
        _take_back(actor, found, made_good)
    advance(actor, found, "grant", to=to, **facts)
    if remedy == "replacement":
        _replace(actor, found, made_good)
    publish(ClaimDecided(found.id))


def _replace(actor: Actor, found: Claim, lines: Sequence[ClaimLine]) -> None:
    ship_to = db.session.scalars(select(Order.ship_to).where(Order.id == found.order_id)).one()
    if found.shipment_id is not None:
        ship_to = db.session.scalars(select(Shipment.ship_to).where(Shipment.id == found.shipment_id)).one()
    placed = place_replacement(
        actor, [Again(line.order_line_id, line.granted_quantity or Decimal(0)) for line in lines],
        source=f"claim:{found.number}", ship_to=ship_to, client_ref=f"claim:{found.number}",
    )  # fmt: skip
    found.replacement_id = placed.id
    db.session.flush()


def _take_back(actor: Actor, found: Claim, lines: Sequence[ClaimLine]) -> None:
    """An authorised return of the claimed lines, from the shipments they came in, the latest first."""
    left = {line.order_line_id: line.granted_quantity or Decimal(0) for line in lines}
    reasons = {line.order_line_id: line.reason for line in lines}
    ids = select(ShipmentLine.shipment_id).where(ShipmentLine.order_line_id.in_(list(left))).distinct()
    if found.shipment_id is not None:
        ids = ids.where(ShipmentLine.shipment_id == found.shipment_id)
    sent = ids.join(Shipment, Shipment.id == ShipmentLine.shipment_id).where(Shipment.sent_at.is_not(None))
    for shipment_id in sorted(db.session.scalars(sent).all(), reverse=True):
        asked = []
        for line in returnable(actor, shipment_id).lines:
            quantity = min(line.left, left.get(line.order_line_id, Decimal(0)))
            if quantity:
                left[line.order_line_id] -= quantity
                reason = reasons[line.order_line_id]
                asked.append(Asked(line.id, quantity, reason if reason in REASONS else "other"))
        if asked:
            made = ask_return(
                actor, shipment_id, asked, client_ref=f"claim:{found.number}:{shipment_id}", claim_id=found.id
            )
            authorise(actor, made, outcome="credit", answer=found.answer)
    short = {key: quantity for key, quantity in left.items() if quantity}
    if short:
        raise Invalid("remedy", N_("Less than that can still come back. Look at the returns of this order."))
