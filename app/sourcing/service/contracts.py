"""Contracts after an award: drawn up by the buyer, signed by the supplier, countersigned, ended.

The supplier signs first and the buyer last, always: so prices begin by the buyer's own act, in the buyer's scope, and
neither side can put the other under a contract that changed meanwhile (both sign one hash).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.tender_machine import TENDER
from app.sourcing.events import ContractAnswered, ContractOffered
from app.sourcing.models.awards import Award, AwardLine
from app.sourcing.models.contracts import CONTRACT_NUMBERS, ContractPrice, ContractSignature, SupplyContract
from app.sourcing.models.offers import BidLine
from app.sourcing.models.tenders import TenderLine, TenderLot
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.contracts import contract as contract_view
from app.sourcing.queries.contracts import number_of
from app.sourcing.service import log
from app.sourcing.service.contract_timers import begin_timers
from app.sourcing.service.supplier_sources import keep_sources
from app.sourcing.service.tender_state import advance_tender, hold_tender, locked_tender, owns
from app.sourcing.service.timers import drop_timers, on_timer


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What the buyer adds to an award: from when until when (exclusive), what happens beyond the quantities, words.

    `is_limited`: the awarded quantities are the most that may be called off; else they are an estimate.
    """

    valid_from: date
    valid_to: date
    excess: str = "block"
    text: str = ""
    is_limited: bool = True


@command
def draw_up_contract(actor: Actor, award_id: int, terms: ContractTerms) -> str:
    """Offer the supplier of an active award a contract; returns its number. Conflict when it has one already."""
    actor.demand(Permission.RUN)
    found = db.session.get(Award, award_id)
    if found is None or not owns(actor, found.company_id):
        raise NotFound
    _check(terms)
    tender = locked_tender(actor, found.tender_id)
    lot = lock_rows(TenderLot, [found.lot_id])[0]
    award = db.session.get(Award, award_id, populate_existing=True)  # changed only under its tender's lock
    TENDER.target(lot.state, "sign", "buyer")
    if award is None or award.state != "active":
        raise Conflict(N_("This award is not in force."))
    if _live_contract(award_id) is not None:
        raise Conflict(N_("There is a contract for this award already."))
    row = SupplyContract(
        company_id=award.company_id, number=_number(), tender_id=tender.id, lot_id=lot.id, award_id=award.id,
        supplier_id=award.supplier_id, buyer_name=tender.buyer_name, supplier_name=award.supplier_name,
        currency=award.currency, vat_basis=tender.vat_basis, valid_from=terms.valid_from, valid_to=terms.valid_to,
        excess=terms.excess, terms=terms.text.strip(), created_by_id=actor.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _add_prices(row, is_limited=terms.is_limited)
    _log(actor, row, lot, "sign", "buyer", step="drawn up")
    audit.record(actor, "supply_contract", row.id, "draw_up", {"number": row.number}, company_id=row.company_id)
    publish(ContractOffered(row.id))
    return row.number


def _check(terms: ContractTerms) -> None:
    if terms.valid_to <= terms.valid_from:
        raise Invalid("valid_to", N_("A contract ends after it begins."))
    if terms.valid_to <= database_now().date():
        raise Invalid("valid_to", N_("This day has passed."))
    if terms.excess not in ("block", "warn"):
        raise Invalid("excess", N_("{given} is not one of {allowed}.", given=terms.excess, allowed="block, warn"))


def _number() -> str:
    return f"SC-{database_now().year}-{db.session.scalar(CONTRACT_NUMBERS.next_value()):06d}"


def _live_contract(award_id: int) -> SupplyContract | None:
    return db.session.scalar(
        select(SupplyContract).where(
            SupplyContract.award_id == award_id, SupplyContract.state.in_(("pending", "active"))
        )
    )


def _add_prices(row: SupplyContract, *, is_limited: bool) -> None:
    lines = db.session.execute(
        select(AwardLine, TenderLine, BidLine.min_quantity)
        .join(TenderLine, TenderLine.id == AwardLine.tender_line_id)
        .join(BidLine, BidLine.id == AwardLine.bid_line_id)
        .where(AwardLine.award_id == row.award_id)
        .order_by(TenderLine.position, AwardLine.id)
    )
    for position, (line, asked, minimum) in enumerate(lines, start=1):
        db.session.add(
            ContractPrice(
                company_id=row.company_id, contract_id=row.id, award_line_id=line.id, supplier_id=row.supplier_id,
                article_id=asked.article_id, position=position, text=asked.text, unit=line.unit,
                min_quantity=minimum or 0,
                unit_price=line.unit_price, base_quantity=line.base_quantity, currency=line.currency,
                vat_basis=row.vat_basis, valid_from=row.valid_from, valid_to=row.valid_to,
                maximum_quantity=line.quantity if is_limited else None,
                source=f"award:{row.award_id}:{line.id}",
            )
        )  # fmt: skip
    db.session.flush()


def _log(
    actor: Actor, row: SupplyContract, lot: TenderLot, event: str, role: str, *, step: str, reason: str = ""
) -> None:
    log.append(
        actor, "tender", row.tender_id, row.company_id, event, role=role, from_state=lot.state, to_state=lot.state,
        changes={"contract": row.number, "step": step, "lots": [lot.number]}, reason=reason, supplier_id=row.supplier_id,
    )  # fmt: skip


@command
def answer_contract(actor: Actor, number: str, document_hash: str, *, is_signed: bool, reason: str = "") -> None:
    """The supplier signs or refuses the contract it has read. Conflict when it was changed or answered meanwhile."""
    actor.demand(Permission.BID)
    view = contract_view(actor, number)
    if view.supplier_id != actor.company_id:
        raise NotFound
    row = db.session.get(SupplyContract, view.id, populate_existing=True)
    if row is None:
        raise NotFound
    hold_tender(row.tender_id)
    if view.state != "pending" or view.signature("supplier") is not None:
        raise Conflict(N_("This contract does not wait for your answer."))
    if view.hash != document_hash:
        raise Conflict(N_("The contract has changed. Read it again."))
    if not is_signed and not reason.strip():
        raise Invalid("reason", N_("Say why."))
    answer = "signed" if is_signed else "refused"
    _sign(actor, row, "supplier", view.hash, answer=answer, reason=reason.strip())
    lot = db.session.get(TenderLot, row.lot_id, populate_existing=True)
    if lot is None:
        raise NotFound
    _log(actor, row, lot, "sign", "supplier", step=answer, reason=reason.strip())
    audit.record(actor, "supply_contract", row.id, answer, {"number": row.number})
    publish(ContractAnswered(row.id))


def _sign(
    actor: Actor, row: SupplyContract, side: str, document_hash: str, *, answer: str = "signed", reason: str = ""
) -> None:
    db.session.add(
        ContractSignature(
            company_id=row.company_id, contract_id=row.id, supplier_id=row.supplier_id, side=side, answer=answer,
            reason=reason, user_id=actor.user_id, name=actor.name, document_hash=document_hash,
        )
    )  # fmt: skip
    db.session.flush()


@command
def countersign(actor: Actor, number: str, *, row_version: int) -> None:
    """The buyer signs last: the contract is in force, its prices hold, and the lot is contracted when all are signed."""
    actor.demand(Permission.RUN)
    row = _held(actor, number)
    view = contract_view(actor, number)
    theirs = view.signature("supplier")
    if row.state != "pending" or theirs is None or theirs.answer != "signed":
        raise Conflict(N_("The supplier has not signed yet."))
    if row.row_version != row_version:
        raise Conflict(N_("The contract has changed. Read it again."))
    signed_hash = db.session.scalar(
        select(ContractSignature.document_hash).where(
            ContractSignature.contract_id == row.id, ContractSignature.side == "supplier"
        )
    )
    if signed_hash != view.hash:
        raise Conflict(N_("The contract has changed. Read it again."))
    _go_on(actor, row, "sign_contract", "active")
    _sign(actor, row, "buyer", view.hash)
    row.state, row.began_at = "active", database_now()
    row.row_version += 1
    db.session.flush()
    begin_timers(row)
    keep_sources(actor, row.id)
    audit.record(actor, "supply_contract", row.id, "begin", {"number": row.number}, company_id=row.company_id)


def _held(actor: Actor, number: str) -> SupplyContract:
    """The own contract under its lock; tender and lot are locked before it."""
    view = contract_view(actor, number)
    if not owns(actor, view.company_id):
        raise NotFound
    found = db.session.get(SupplyContract, view.id)
    if found is None:
        raise NotFound
    locked_tender(actor, found.tender_id)
    lock_rows(TenderLot, [found.lot_id])
    db.session.refresh(found)
    return found


def _go_on(actor: Actor, row: SupplyContract, event: str, becomes: str) -> None:
    """Move the lot when this contract is the last one it waits for; else only note what becomes of the contract.

    Comes before the contract's own lock, because tenders are locked first.
    """
    lot = db.session.get(TenderLot, row.lot_id)
    if lot is None:
        raise NotFound
    states = [becomes if contract_id == row.id else state for contract_id, state in _contracts_of_lot(row.lot_id)]
    if event == "sign_contract" and lot.state == "awarded" and all(state in _SIGNED for state in states):
        advance_tender(
            actor, row.tender_id, event, role="buyer", lot_ids=[row.lot_id], changes={"contract": row.number}
        )
    elif event == "complete" and lot.state == "contracted" and all(state in _ENDED for state in states):
        advance_tender(
            actor, row.tender_id, event, role="timer" if actor.user_id is None else "buyer", lot_ids=[row.lot_id],
            changes={"contract": row.number},
        )  # fmt: skip
    else:
        _log(actor, row, lot, event, "buyer", step=becomes)
    lock_rows(SupplyContract, [row.id])


_ENDED = ("expired", "terminated")
_SIGNED = ("active", *_ENDED)


def _contracts_of_lot(lot_id: int) -> Sequence[tuple[int | None, str]]:
    """For each award in force its newest contract and that one's state, (None, "") without one."""
    newest = (
        select(func.max(SupplyContract.id))
        .where(SupplyContract.award_id == Award.id, SupplyContract.state != "cancelled")
        .correlate(Award)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(SupplyContract.id, func.coalesce(SupplyContract.state, ""))
        .select_from(Award)
        .outerjoin(SupplyContract, SupplyContract.id == newest)
        .where(Award.lot_id == lot_id, Award.state == "active")
    )
    return [(row[0], row[1]) for row in rows]


@command
def cancel_contract(actor: Actor, number: str, *, reason: str) -> None:
    """Take a contract back that is not in force; another can be drawn up for the award."""
    actor.demand(Permission.RUN)
    row = _held(actor, number)
    if row.state != "pending":
        raise Conflict(N_("This contract is in force or has ended."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    _end(actor, row, "cancelled", reason.strip())


@command
def terminate_contract(actor: Actor, number: str, *, reason: str, row_version: int) -> None:
    """End a contract in force before its time: prices close now, what was called off stays."""
    actor.demand(Permission.RUN)
    row = _held(actor, number)
    if row.state != "active":
        raise Conflict(N_("This contract is not in force."))
    if row.row_version != row_version:
        raise Conflict(N_("The contract has changed. Read it again."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    _go_on(actor, row, "complete", "terminated")
    _end(actor, row, "terminated", reason.strip())


@command
def complete_contract(actor: Actor, number: str) -> None:
    """End a contract whose quantities are used or whose last day has passed."""
    actor.demand(Permission.RUN)
    row = _held(actor, number)
    if row.state != "active":
        raise Conflict(N_("This contract is not in force."))
    used = contract_view(actor, number).used
    if database_now().date() < row.valid_to and (used is None or used < 100):
        raise Conflict(N_("Its quantities are not used and its last day has not passed."))
    end_expired(actor, row)


def end_expired(actor: Actor, row: SupplyContract) -> None:
    """Close a contract that has run its course; the row is locked already."""
    _go_on(actor, row, "complete", "expired")
    _end(actor, row, "expired", "")


@on_timer("contract", "end")
def expire_contract(actor: Actor, contract_id: int) -> datetime | None:
    """The last day has come; too early it waits, twice it does nothing."""
    row = _held(actor, number_of(actor, contract_id))
    if row.state != "active":
        return None
    if database_now().date() < row.valid_to:
        return datetime.combine(row.valid_to, time(), tzinfo=UTC)
    end_expired(actor, row)
    return None


def _end(actor: Actor, row: SupplyContract, state: str, reason: str) -> None:
    moment = database_now()
    row.state, row.ended_at, row.end_reason = state, moment, reason
    row.row_version += 1
    db.session.flush()
    db.session.execute(
        update(ContractPrice)
        .where(ContractPrice.contract_id == row.id, ContractPrice.closed_at.is_(None))
        .values(closed_at=moment)
    )
    drop_timers("contract", row.id)
    audit.record(actor, "supply_contract", row.id, state, {"reason": reason}, company_id=row.company_id)
