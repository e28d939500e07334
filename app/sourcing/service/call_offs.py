"""Call-offs: orders to a supplier at contract prices, counted against their quantities under the lock of the price rows.

Two call-offs for one remaining quantity wait for each other; the second sees what the first left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import round_amount
from app.core.outbox import publish
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.sourcing.domain.contract import Room, Wanted, check_wanted
from app.sourcing.events import CallOffAnswered, CallOffSent
from app.sourcing.models.contracts import (
    CALL_OFF_NUMBERS,
    CallOff,
    CallOffAnswer,
    CallOffLine,
    CallOffReceipt,
    ContractPrice,
    SupplyContract,
)
from app.sourcing.policy import Permission
from app.sourcing.queries.call_offs import LineView, lines_of
from app.sourcing.queries.call_offs import call_off as call_off_view
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.contracts import contract as contract_view
from app.sourcing.service.contract_timers import tell_use
from app.sourcing.service.scorecards import refresh_scores
from app.sourcing.service.tender_state import owns


@dataclass(frozen=True, slots=True)
class Sent:
    """A call-off that was sent, and what passes its quantity where the contract only warns."""

    number: str
    warnings: tuple[Message, ...] = ()


@command
def send_call_off(
    actor: Actor,
    contract_number: str,
    wanted: Sequence[Wanted],
    *,
    client_ref: str,
    wanted_on: date | None = None,
    ship_to: Mapping[str, Any] | None = None,
    note: str = "",
) -> Sent:
    """Order from a contract in force. Raises Invalid where a line passes what is left, Conflict when it is not in force.

    The same `client_ref` gives the first call-off again; with other lines it is a Conflict.
    """
    actor.demand(Permission.RUN)
    view = contract_view(actor, contract_number)
    if not owns(actor, view.company_id):
        raise NotFound
    contract = lock_rows(SupplyContract, [view.id])[0]
    known = _known(contract.company_id, client_ref, wanted)
    if known is not None:
        return known
    today = database_now().date()
    if contract.state != "active" or not contract.valid_from <= today < contract.valid_to:
        raise Conflict(N_("This contract is not in force."))
    if not wanted:
        raise Invalid("quantity", N_("Order at least one line."))
    if wanted_on is not None and wanted_on < today:
        raise Invalid("wanted_on", N_("This day has passed."))
    prices = {row.id: row for row in lock_rows(ContractPrice, [one.price_id for one in wanted])
              if row.contract_id == contract.id}  # fmt: skip
    over = check_wanted(wanted, _rooms(prices.values()), contract.excess)
    row = CallOff(
        company_id=contract.company_id, number=_number(), contract_id=contract.id, supplier_id=contract.supplier_id,
        client_ref=client_ref, wanted_on=wanted_on, ship_to=dict(ship_to or {}), note=note.strip(), total=Decimal(0),
        currency=contract.currency, user_id=actor.user_id,
    )  # fmt: skip
    lines = [_line(contract, prices[one.price_id], one, place) for place, one in enumerate(wanted, start=1)]
    row.total = sum((line.net for line in lines), Decimal(0))
    db.session.add(row)
    db.session.flush()
    for line, one in zip(lines, wanted, strict=True):
        line.call_off_id = row.id
        prices[one.price_id].called_off += one.quantity
    db.session.add_all(lines)
    db.session.flush()
    audit.record(actor, "call_off", row.id, "send", {"number": row.number, "total": row.total},
                 company_id=row.company_id)  # fmt: skip
    tell_use(contract.id)
    publish(CallOffSent(row.id))
    return Sent(row.number, tuple(_warning(room) for room in over))


def _known(company_id: int, client_ref: str, wanted: Sequence[Wanted]) -> Sent | None:
    row = db.session.scalar(select(CallOff).where(CallOff.company_id == company_id, CallOff.client_ref == client_ref))
    if row is None:
        return None
    given = {(line.price_id, line.quantity) for line in lines_of(row.id)}
    if given != {(one.price_id, one.quantity) for one in wanted}:
        raise Conflict(N_("This form was sent already with other lines. Open the page again."))
    return Sent(row.number)


def _rooms(prices: Collection[ContractPrice]) -> dict[int, Room]:
    """What the prices allow; one that is sold in the shop, or closed, allows nothing here."""
    return {
        row.id: Room(row.id, row.position, row.unit, row.min_quantity, row.maximum_quantity, row.called_off)
        for row in prices
        if row.closed_at is None and not row.price_list
    }


def _warning(room: Room) -> Message:
    return N_("Line {position}: {maximum} {unit} were agreed; this order passes it.", position=room.position,
              maximum=(room.maximum or Decimal(0)).normalize() + 0, unit=unit_name(room.unit))  # fmt: skip


def _line(contract: SupplyContract, price: ContractPrice, one: Wanted, position: int) -> CallOffLine:
    return CallOffLine(
        company_id=contract.company_id, price_id=price.id, position=position, text=price.text, quantity=one.quantity,
        unit=price.unit, unit_price=price.unit_price, base_quantity=price.base_quantity, price_source=price.source,
        net=round_amount(one.quantity * price.unit_price / price.base_quantity, contract.currency),
    )  # fmt: skip


def _number() -> str:
    return f"CO-{database_now().year}-{db.session.scalar(CALL_OFF_NUMBERS.next_value()):06d}"


@command
def answer_call_off(
    actor: Actor, number: str, *, is_confirmed: bool, promised_on: date | None = None, note: str = ""
) -> None:
    """The supplier confirms with a day of delivery, or refuses with a reason; it may correct its answer."""
    actor.demand(Permission.BID)
    view = call_off_view(actor, number)
    if view.supplier_id != actor.company_id:
        raise NotFound
    if view.state != "sent":
        raise Conflict(N_("This call-off has ended."))
    if is_confirmed and promised_on is None:
        raise Invalid("promised_on", N_("Say when you deliver."))
    if promised_on is not None and promised_on < view.placed_at.date():
        raise Invalid("promised_on", N_("This day has passed."))
    if not is_confirmed and not note.strip():
        raise Invalid("note", N_("Say why."))
    answer = "confirmed" if is_confirmed else "refused"
    db.session.add(
        CallOffAnswer(
            company_id=view.company_id, call_off_id=view.id, supplier_id=actor.company_id, answer=answer,
            promised_on=promised_on if is_confirmed else None, note=note.strip(), user_id=actor.user_id,
        )
    )  # fmt: skip
    audit.record(actor, "call_off", view.id, answer, {"promised_on": promised_on, "note": note.strip()})
    publish(CallOffAnswered(view.id))


@dataclass(frozen=True, slots=True)
class Received:
    """So much of a line came in, of which `faulty` were not good."""

    line_id: int
    quantity: Decimal
    faulty: Decimal = Decimal(0)


@command
def receive(
    actor: Actor, number: str, rows: Sequence[Received], *, received_on: date, client_ref: str, note: str = ""
) -> None:
    """Note goods that came in. A call-off of which everything is in closes itself; the same `client_ref` counts once."""
    actor.demand(Permission.RUN)
    row, lines = _held(actor, number)
    if row.state != "sent":
        raise Conflict(N_("This call-off has ended."))
    if received_on > database_now().date():
        raise Invalid("received_on", N_("This day has not come yet."))
    known = set(
        db.session.scalars(
            select(CallOffReceipt.line_id).where(
                CallOffReceipt.line_id.in_([line.id for line in lines]), CallOffReceipt.client_ref == client_ref
            )
        )
    )
    by_id = {line.id: line for line in lines}
    new = [one for one in rows if one.quantity and one.line_id not in known]
    if not new and not known:
        raise Invalid("quantity", N_("Enter what came in."))
    for one in new:
        _check_receipt(by_id.get(one.line_id), one)
        db.session.add(
            CallOffReceipt(
                company_id=row.company_id, line_id=one.line_id, client_ref=client_ref, received_on=received_on,
                quantity=one.quantity, faulty=one.faulty, note=note.strip(), user_id=actor.user_id,
            )
        )  # fmt: skip
    db.session.flush()
    facts = {"lines": [[by_id[one.line_id].position, one.quantity, one.faulty] for one in new], "on": received_on}
    audit.record(actor, "call_off", row.id, "receive", facts, company_id=row.company_id)
    if all(line.open == 0 for line in lines_of(row.id)):
        _end(actor, row, "closed", "")
    refresh_scores(actor, row.company_id, row.supplier_id)


def _check_receipt(line: LineView | None, one: Received) -> None:
    if line is None:
        raise NotFound
    if one.quantity < 0 or one.quantity > line.open:
        raise Invalid("quantity", N_("Line {position}: {open} {unit} are still to come.", position=line.position,
                                     open=line.open.normalize() + 0, unit=unit_name(line.unit)))  # fmt: skip
    if not 0 <= one.faulty <= one.quantity:
        raise Invalid("faulty", N_("Line {position}: no more can be faulty than came in.", position=line.position))


@command
def end_call_off(actor: Actor, number: str, *, reason: str) -> None:
    """Wait no longer for the rest: it goes back to the contract. Without any receipt the call-off is cancelled."""
    actor.demand(Permission.RUN)
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    row, lines = _held(actor, number)
    if row.state != "sent":
        raise Conflict(N_("This call-off has ended."))
    lock_rows(ContractPrice, [line.price_id for line in lines])
    for line in lines:
        if line.open:
            db.session.execute(
                update(ContractPrice)
                .where(ContractPrice.id == line.price_id)
                .values(called_off=ContractPrice.called_off - line.open)
            )
            db.session.execute(
                update(CallOffLine).where(CallOffLine.id == line.id).values(cancelled=line.cancelled + line.open)
            )
    _end(actor, row, "closed" if any(line.received for line in lines) else "cancelled", reason.strip())
    refresh_scores(actor, row.company_id, row.supplier_id)


def _held(actor: Actor, number: str) -> tuple[CallOff, list[LineView]]:
    """A call-off of the own company with its lines, under the lock of its contract."""
    view = call_off_view(actor, number)
    if not owns(actor, view.company_id):
        raise NotFound
    lock_rows(SupplyContract, [view.contract_id])
    row = db.session.get(CallOff, view.id, populate_existing=True)
    if row is None:
        raise NotFound
    return row, lines_of(row.id)


def _end(actor: Actor, row: CallOff, state: str, reason: str) -> None:
    row.state, row.ended_at, row.end_reason = state, database_now(), reason
    db.session.flush()
    audit.record(actor, "call_off", row.id, state, {"reason": reason}, company_id=row.company_id)
