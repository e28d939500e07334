"""The one place that moves tenders and their lots along the table, and writes each event into the tender's chain.

A supplier cannot lock or change another company's tender: it holds the row (`hold_tender`) while its event is written,
and may only cause events that leave the state. What a supplier's act moves is moved by the owner's side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.sourcing.domain.tender_machine import ENDS, TENDER, TOGETHER, overall
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.queries.clock import database_now
from app.sourcing.service import log

M = TypeVar("M", Tender, TenderLot)
Effect = Callable[[Actor, Tender, list[TenderLot]], None]
_EFFECTS: dict[str, list[Effect]] = {}
_MOMENTS = {"publish": "published_at", "close": "closed_at", "open": "opened_at"}


@dataclass(frozen=True, slots=True)
class Held:
    """A tender as a supplier holds it; `at` is the database's time when the hold was got."""

    company_id: int
    number: str
    state: str
    version: int
    question_end: datetime | None
    deadline: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Said:
    """What the log keeps of one event beside the states."""

    event: str
    role: str
    changes: Mapping[str, Any]
    reason: str
    supplier_id: int | None
    owner_tag: str
    is_for_some: bool


_HOLD = text("SELECT company_id, number, state, version, question_end, deadline, at FROM hold_tender(:tender_id)")


def after(event: str) -> Callable[[Effect], Effect]:
    """Register what else happens with an event, in the same transaction, once states and log are written."""
    if event not in TENDER.events:
        raise RuntimeError(f"tenders know no event {event!r}")

    def keep(effect: Effect) -> Effect:
        _EFFECTS.setdefault(event, []).append(effect)
        return effect

    return keep


def _lock(model: type[M], ids: Collection[int]) -> list[M]:
    """`lock_rows`, where one transaction may move a tender twice: what it holds already is not out of order."""
    session = db.session()
    begun, held = session.info.get("kontor_tenders", (None, set()))
    if begun is not session.get_transaction():
        held = set()
    wanted = {(model, row_id) for row_id in ids}
    if wanted <= held:
        statement = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
        return list(session.scalars(statement.execution_options(populate_existing=True)))
    rows = lock_rows(model, ids)
    session.info["kontor_tenders"] = (session.get_transaction(), held | wanted)
    return rows


def owns(actor: Actor, company_id: int) -> bool:
    """Whether the actor runs this company's tenders: its own people, or the program; not the operator's people."""
    return company_id == actor.company_id or (actor.is_operator and actor.user_id is None)


def locked_tender(actor: Actor, tender_id: int, *, row_version: int | None = None) -> Tender:
    """The tender of the actor's company under its lock; Conflict when somebody changed it since it was read."""
    found = _lock(Tender, [tender_id])
    if not found or not owns(actor, found[0].company_id):
        raise NotFound
    if row_version is not None and found[0].row_version != row_version:
        raise Conflict(N_("Somebody else has changed this tender. Look at it again."))
    return found[0]


def tender_id_of(actor: Actor, number: str) -> int:
    """The id of a tender that the actor's company runs."""
    found = db.session.execute(select(Tender.id, Tender.company_id).where(Tender.number == number)).one_or_none()
    if found is None or not owns(actor, found[1]):
        raise NotFound
    tender_id: int = found[0]
    return tender_id


@command
def advance_tender(
    actor: Actor,
    tender_id: int,
    event: str,
    *,
    role: str,
    lot_ids: Collection[int] | None = None,
    to: str | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    row_version: int | None = None,
    supplier_id: int | None = None,
    owner_tag: str = "",
) -> Tender:
    """Move a tender, or some of its lots, by an event; Conflict when the table does not list it for their state.

    Without `lot_ids` all lots that have not ended move, and every one of them must allow it; until bids are closed lots
    go together, only cancelling names one. `to` chooses between outcomes. Returns the tender, locked.
    """
    tender = locked_tender(actor, tender_id, row_version=row_version)
    lots = _lots(tender, lot_ids)
    if lot_ids is not None and event != "cancel" and any(lot.state in TOGETHER for lot in lots):
        raise Conflict(N_("Until bids are closed all lots go together."))
    moves = _moves(lots, event, role, to)
    moment = database_now()
    for lot in lots:
        _move(lot, moves[lot.id], reason if lot_ids is not None else "")
    _settle(tender, event, moment, reason)
    said = _Said(event, role, dict(changes or {}), reason, supplier_id, owner_tag, lot_ids is not None)
    _write(actor, tender, said, moves, lots)
    for effect in _EFFECTS.get(event, ()):
        effect(actor, tender, lots)
    db.session.flush()
    return tender


def _lots(tender: Tender, lot_ids: Collection[int] | None) -> list[TenderLot]:
    wanted = select(TenderLot.id).where(TenderLot.tender_id == tender.id)
    if lot_ids is None:
        lots = _lock(TenderLot, list(db.session.scalars(wanted)))
        return [lot for lot in lots if lot.state not in ENDS] or lots
    found = _lock(TenderLot, list(db.session.scalars(wanted.where(TenderLot.id.in_(lot_ids)))))
    if len(found) != len(set(lot_ids)):
        raise NotFound
    return found


def _moves(lots: list[TenderLot], event: str, role: str, to: str | None) -> dict[int, tuple[str, str]]:
    """From and to of each lot."""
    targets = {lot.id: lot.suspended_from if event == "resume" else to for lot in lots}
    return {lot.id: (lot.state, TENDER.target(lot.state, event, role, targets[lot.id])) for lot in lots}


def _move(lot: TenderLot, move: tuple[str, str], reason: str) -> None:
    before, after_it = move
    if after_it == "suspended":
        lot.suspended_from = before
    elif before == "suspended":
        lot.suspended_from = ""
    if after_it in ENDS and reason:
        lot.reason = reason
    lot.state = after_it


def _settle(tender: Tender, event: str, moment: datetime, reason: str) -> None:
    """What the tender itself shows after its lots moved."""
    db.session.flush()
    states = list(db.session.scalars(select(TenderLot.state).where(TenderLot.tender_id == tender.id)))
    tender.state = overall(states)
    tender.row_version += 1
    if event in _MOMENTS:
        setattr(tender, _MOMENTS[event], moment)
    if event == "extend":
        tender.closed_at = None
    if tender.state in ENDS:
        tender.ended_at = moment
    if tender.state in ENDS or event == "suspend":
        tender.reason = reason or tender.reason


def _write(
    actor: Actor, tender: Tender, said: _Said, moves: Mapping[int, tuple[str, str]], lots: list[TenderLot]
) -> None:
    """One entry for each way that lots went; lots are named where not all went it."""
    ways = dict.fromkeys(moves.values())
    for before, after_it in ways:
        numbers = [lot.number for lot in lots if moves[lot.id] == (before, after_it)]
        names = {"lots": numbers} if said.is_for_some or len(ways) > 1 else {}
        log.append(
            actor,
            "tender",
            tender.id,
            tender.company_id,
            said.event,
            role=said.role,
            from_state=before,
            to_state=after_it,
            changes={**said.changes, **names},
            reason=said.reason,
            supplier_id=said.supplier_id,
            owner_tag=said.owner_tag,
        )


def hold_tender(tender_id: int) -> Held:
    """Keep state, version and deadline of a published tender as they are until the transaction of a supplier ends."""
    found = db.session.execute(_HOLD, {"tender_id": tender_id}).one_or_none()
    if found is None:
        raise NotFound
    return Held(*found)


@command
def supplier_event(
    actor: Actor,
    tender_id: int,
    event: str,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    supplier_id: int | None = None,
    owner_tag: str = "",
    is_anonymous: bool = False,
    is_logged: bool = True,
) -> Held:
    """An event that a supplier causes and that leaves the state; the tender is held until the end of the transaction.

    Conflict when the table does not list it for the state, NotFound when the supplier may not see the tender.
    """
    held = hold_tender(tender_id)
    target = TENDER.target(held.state, event, "supplier", held.state)
    if is_logged:
        log.append(
            actor,
            "tender",
            tender_id,
            held.company_id,
            event,
            role="supplier",
            from_state=held.state,
            to_state=target,
            changes=changes,
            reason=reason,
            supplier_id=supplier_id,
            owner_tag=owner_tag,
            is_anonymous=is_anonymous,
        )
    return held
