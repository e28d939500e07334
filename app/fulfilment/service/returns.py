"""Customers ask to send goods back; sales lets them, or says why not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, text

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.fulfilment.domain.returned import OUTCOMES, RETURN, Asked, demand_asked
from app.fulfilment.events import ReturnAuthorised
from app.fulfilment.models.returns import RETURN_NUMBERS, Return, ReturnLine
from app.fulfilment.queries.returns import Returnable, returnable
from app.fulfilment.service.cases import advance, asked_hash, known_case, locked_case, sides_of, tidy

# Two requests for the last piece of a shipment wait for each other; a customer may not lock its rows.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('return:' || CAST(:shipment AS text)))")


@command
def ask_return(
    actor: Actor,
    shipment_id: int,
    lines: Sequence[Asked],
    *,
    client_ref: str,
    outcome: str = "credit",
    note: str = "",
    claim_id: int | None = None,
) -> int:
    """Ask to send lines of a shipment back, or ask in a customer's name; returns the id of the return.

    Quantities are in the order lines' unit. Raises Invalid("lines") naming the row beyond what can still come back,
    Conflict where this reference was used with other content.
    """
    shipment = returnable(actor, shipment_id)
    sides = sides_of(actor)
    state = RETURN.target(None, "ask", sides)
    note = tidy(note, "note")
    asked = asked_hash("return", shipment_id, list(lines), outcome, note)
    known = known_case(Return, shipment.company_id, client_ref, asked)
    if known is not None:
        return known
    if outcome not in OUTCOMES:
        raise Invalid("outcome", N_("Choose what you want for it."))
    db.session.execute(_ONE_AT_A_TIME, {"shipment": shipment_id})
    shipment = returnable(actor, shipment_id)
    rows = _rows(shipment, lines)
    found = Return(
        company_id=shipment.company_id, number=_number(), client_ref=client_ref, request_hash=asked, state=state,
        shipment_id=shipment.id, shipment_number=shipment.number, claim_id=claim_id,
        warehouse_id=shipment.warehouse_id, outcome=outcome, note=note, user_id=actor.user_id, user_name=actor.name,
        requested_at=clock.now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    keys = {"company_id": shipment.company_id, "return_id": found.id}
    db.session.execute(insert(ReturnLine), [keys | row for row in rows])
    facts = {"number": found.number, "shipment": shipment.number, "lines": len(rows), "outcome": outcome}
    audit.record(actor, "return", found.id, "ask", facts, company_id=found.company_id)
    return found.id


def _number() -> str:
    return f"RET-{clock.today().year}-{db.session.scalar(RETURN_NUMBERS.next_value()):06d}"


def _rows(shipment: Returnable, lines: Sequence[Asked]) -> list[dict[str, object]]:
    known = {line.id: line for line in shipment.lines}
    if not lines:
        raise Invalid("lines", N_("Enter what you send back: at least one line."))
    if len({one.shipment_line_id for one in lines}) < len(lines) or not {one.shipment_line_id for one in lines} <= set(
        known
    ):
        raise NotFound(N_("There is no such line."))
    found: list[dict[str, object]] = []
    for place, one in enumerate(sorted(lines, key=lambda one: known[one.shipment_line_id].position), 1):
        line = known[one.shipment_line_id]
        demand_asked(line.position, one.quantity, one.reason, line.left)
        found.append({
            "position": place, "shipment_line_id": line.id, "order_id": line.order_id,
            "order_line_id": line.order_line_id, "article_id": line.article_id, "sku": line.sku, "name": line.name,
            "batch": line.batch, "unit": line.unit, "quantity": one.quantity, "reason": one.reason,
            "note": tidy(one.note, "lines")[:300],
        })  # fmt: skip
    return found


def lines_of(return_id: int) -> list[ReturnLine]:
    """The lines of a return the command holds."""
    statement = select(ReturnLine).where(ReturnLine.return_id == return_id).order_by(ReturnLine.position)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


@command
def authorise(actor: Actor, return_id: int, *, outcome: str, answer: str = "", warehouse_id: int | None = None) -> None:
    """Let the goods come back: `answer` tells the customer how to send them, `outcome` what he will get for them."""
    found = locked_case(actor, Return, return_id)
    RETURN.target(found.state, "authorise", sides_of(actor))
    if outcome not in OUTCOMES:
        raise Invalid("outcome", N_("Choose what the customer gets for it."))
    wanted = found.outcome
    found.outcome, found.answer, found.authorised_at = outcome, tidy(answer, "answer"), clock.now()
    found.warehouse_id = warehouse_id or found.warehouse_id
    advance(actor, found, "authorise", outcome=[wanted, outcome], answer=found.answer)
    publish(ReturnAuthorised(found.id))


@command
def refuse(actor: Actor, return_id: int, reason: str) -> None:
    """Do not take the goods back; the customer reads why."""
    found = locked_case(actor, Return, return_id)
    RETURN.target(found.state, "refuse", sides_of(actor))
    found.answer = tidy(reason, "answer", is_needed=True)
    advance(actor, found, "refuse", reason=found.answer)
    publish(ReturnAuthorised(found.id))


@command
def withdraw(actor: Actor, return_id: int) -> None:
    """The customer keeps the goods after all."""
    advance(actor, locked_case(actor, Return, return_id), "withdraw")


@command
def lapse(actor: Actor, return_id: int) -> None:
    """The goods never came: what was authorised can be asked for again."""
    advance(actor, locked_case(actor, Return, return_id), "lapse")


def demand_lines(found: Return, lines: Sequence[ReturnLine], given: Sequence[int]) -> None:
    """Raise Conflict unless each line is told of once."""
    if sorted(given) != sorted(line.id for line in lines):
        raise Conflict(N_("Return {number} has other lines. Open the page again.", number=found.number))
