"""Objections to an award: made by bidders inside the standstill, decided by somebody who did not propose it."""

from __future__ import annotations

from sqlalchemy import func, select, text

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.tender_machine import TENDER
from app.sourcing.events import ObjectionDecided, ObjectionMade
from app.sourcing.models.awards import Award, AwardLetter, Objection
from app.sourcing.models.tenders import TenderLot, TenderMember
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.service import log
from app.sourcing.service.awards import cancel_waiting, has_open_objection
from app.sourcing.service.tender_state import advance_tender, hold_tender, owns
from app.sourcing.service.timers import drop_timers, set_timer

_WITHDRAW = text("SELECT withdraw_objection(:id)")


@command
def make_objection(actor: Actor, tender_id: int, lot_id: int, words: str) -> int:
    """Object to the award of a lot; only who has bid for it, and only before the standstill ends.

    Raises Invalid without a reason, Conflict outside the period; returns the objection's id.
    """
    actor.demand(Permission.BID)
    if not words.strip():
        raise Invalid("text", N_("Say why you object."))
    held = hold_tender(tender_id)
    lot = db.session.get(TenderLot, lot_id, populate_existing=True)
    if lot is None or lot.tender_id != tender_id or not _has_letter(actor, lot_id):
        raise NotFound
    target = TENDER.target(lot.state, "object", "supplier")
    if lot.standstill_end is None or database_now() >= lot.standstill_end:
        raise Conflict(N_("The standstill has ended."))
    if db.session.scalar(
        select(Objection.id).where(
            Objection.lot_id == lot_id, Objection.supplier_id == actor.company_id, Objection.state == "submitted"
        )
    ):
        raise Conflict(N_("Your objection is being looked at already."))
    row = Objection(
        company_id=held.company_id, tender_id=tender_id, lot_id=lot_id, supplier_id=actor.company_id,
        text=words.strip(), user_id=actor.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    log.append(
        actor, "tender", tender_id, held.company_id, "object", role="supplier", from_state=lot.state, to_state=target,
        changes={"lots": [lot.number], "objection": row.id}, supplier_id=actor.company_id,
    )  # fmt: skip
    audit.record(actor, "objection", row.id, "make", {"lot": lot.number})
    publish(ObjectionMade(row.id))
    return row.id


def _has_letter(actor: Actor, lot_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(AwardLetter)
            .where(AwardLetter.lot_id == lot_id, AwardLetter.supplier_id == actor.company_id)
        )
    )


@command
def withdraw_objection(actor: Actor, objection_id: int) -> None:
    """The supplier takes its objection back; Conflict when it is decided."""
    actor.demand(Permission.BID)
    row = db.session.get(Objection, objection_id)
    if row is None or row.supplier_id != actor.company_id:
        raise NotFound
    hold_tender(row.tender_id)
    if not db.session.scalar(_WITHDRAW, {"id": objection_id}):
        raise Conflict(N_("This objection is decided already."))
    lot = db.session.get(TenderLot, row.lot_id, populate_existing=True)
    if lot is None:
        raise NotFound
    log.append(
        actor, "tender", row.tender_id, row.company_id, "withdraw_objection", role="supplier", from_state=lot.state,
        to_state=lot.state, changes={"lots": [lot.number], "objection": row.id}, supplier_id=actor.company_id,
    )  # fmt: skip
    audit.record(actor, "objection", row.id, "withdraw")
    publish(ObjectionDecided(row.id))


@command
def decide_objection(actor: Actor, objection_id: int, *, is_upheld: bool, answer: str) -> None:
    """Uphold an objection (the lot is evaluated again, its awards end) or dismiss it; with an answer to the supplier.

    Only a reviewer of the tender, or somebody who may approve and did not propose the award.
    """
    if not answer.strip():
        raise Invalid("answer", N_("Say why."))
    found = db.session.get(Objection, objection_id)
    if found is None or not owns(actor, found.company_id):
        raise NotFound
    _demand_reviewer(actor, found)
    lot = db.session.get(TenderLot, found.lot_id)
    if lot is None:
        raise NotFound
    advance_tender(
        actor, found.tender_id, "decide_objection", role="reviewer", lot_ids=[found.lot_id],
        to="evaluation" if is_upheld else "standstill", reason=answer.strip(), supplier_id=found.supplier_id,
        changes={"objection": objection_id, "upheld": is_upheld},
    )  # fmt: skip
    row = db.session.get(Objection, objection_id, populate_existing=True)
    if row is None or row.state != "submitted":
        raise Conflict(N_("This objection is decided already."))
    row.state = "upheld" if is_upheld else "dismissed"
    row.answer, row.decided_by_id, row.decided_at = answer.strip(), actor.user_id, database_now()
    db.session.flush()
    audit.record(actor, "objection", row.id, row.state, {"answer": row.answer}, company_id=row.company_id)
    if is_upheld:
        cancel_waiting(actor, row.lot_id, answer.strip())
        drop_timers("lot", row.lot_id, ["conclude"])
    else:
        resume_standstill(row.lot_id)
    publish(ObjectionDecided(row.id))


def resume_standstill(lot_id: int) -> None:
    """Let the lot be concluded at the end of its standstill, or now if that has passed; nothing while one is open."""
    lot = db.session.get(TenderLot, lot_id, populate_existing=True)
    if lot is None or lot.state != "standstill" or lot.standstill_end is None or has_open_objection(lot_id):
        return
    set_timer("lot", lot_id, lot.company_id, "conclude", max(lot.standstill_end, database_now()))


@command
def resume_after_withdrawal(actor: Actor, objection_id: int) -> None:
    """A supplier cannot set the buyer's timers: done here once it has withdrawn its objection."""
    row = db.session.get(Objection, objection_id, populate_existing=True)
    if row is not None and row.state == "withdrawn":
        resume_standstill(row.lot_id)


def _demand_reviewer(actor: Actor, row: Objection) -> None:
    duties = db.session.scalars(
        select(TenderMember.duty).where(TenderMember.tender_id == row.tender_id, TenderMember.user_id == actor.user_id)
    ).all()
    if "reviewer" in duties:
        return
    proposers = db.session.scalars(
        select(Award.proposed_by_id).where(Award.lot_id == row.lot_id, Award.state == "pending")
    ).all()
    if not actor.can(Permission.APPROVE) or (actor.user_id is not None and actor.user_id in proposers):
        raise Forbidden(N_("Somebody else must decide on what you have proposed."))
