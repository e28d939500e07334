"""Release and publication of tenders, and what the clock does with them until they are closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.tender import check_dates, check_needs, content_hash
from app.sourcing.events import DeadlineNear, QuestionsWaiting, SupplierInvited, TenderApprovalAsked
from app.sourcing.models.tender_people import TenderParticipant, TenderQuestion
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderRequirement, TenderVersion
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.suppliers import standings_of
from app.sourcing.queries.tender_content import HEAD, content_of
from app.sourcing.service.tender_state import advance_tender, locked_tender
from app.sourcing.service.timers import drop_timers, on_timer, set_timer

QUESTIONS_EVERY = timedelta(minutes=5)
_ASKABLE = text("SELECT askable_suppliers(:wanted)")
REMINDERS = {24: "remind_24", 1: "remind_1"}


@command
def submit_approval(actor: Actor, tender_id: int, *, row_version: int | None = None) -> None:
    """Ask for the release of a draft."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id, row_version=row_version)
    _check(tender)
    advance_tender(actor, tender_id, "submit_approval", role="buyer")
    publish(TenderApprovalAsked(tender_id))


@command
def approve_tender(actor: Actor, tender_id: int, *, row_version: int | None = None) -> None:
    """Release exactly the content that is there now; any edit takes the release away."""
    tender = _decided(actor, tender_id, row_version)
    released = content_hash(content_of(tender))
    advance_tender(actor, tender_id, "approve", role="approver", changes={"content": released})
    tender.approved_hash = released


@command
def return_tender(actor: Actor, tender_id: int, *, reason: str, row_version: int | None = None) -> None:
    _decided(actor, tender_id, row_version)
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    advance_tender(actor, tender_id, "return", role="approver", reason=reason.strip())


def _decided(actor: Actor, tender_id: int, row_version: int | None) -> Tender:
    actor.demand(Permission.APPROVE)
    tender = locked_tender(actor, tender_id, row_version=row_version)
    if tender.author_id is not None and tender.author_id == actor.user_id:
        raise Forbidden(N_("Somebody else must decide: this tender is yours."))
    return tender


@command
def publish_tender(actor: Actor, tender_id: int, *, row_version: int | None = None) -> None:
    """Freeze version 1, tell the invited, set the clock; bidding opens at once where its start has come."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id, row_version=row_version)
    content = _check(tender)
    if tender.needs_approval and tender.approved_hash != content_hash(content):
        raise Conflict(N_("This tender must be released by somebody else first."))
    invited = _check_invited(actor, tender)
    tender.version = 1
    advance_tender(actor, tender_id, "publish", role="buyer", changes={"version": 1})
    db.session.add(TenderVersion(tender_id=tender.id, version=1, company_id=tender.company_id, content=content))
    for participant_id in invited:
        publish(SupplierInvited(participant_id))
    set_clock(tender)
    if tender.start_at is None or tender.start_at <= database_now():
        advance_tender(actor, tender_id, "open_bidding", role="system")


def _check(tender: Tender) -> dict[str, Any]:
    """The content, if it may be published as it is; raises Invalid."""
    lots = db.session.scalars(select(TenderLot).where(TenderLot.tender_id == tender.id)).all()
    filled = set(db.session.scalars(select(TenderLine.lot_id).where(TenderLine.tender_id == tender.id).distinct()))
    if empty := next((lot for lot in lots if lot.id not in filled), None):
        raise Invalid("lines", N_("Lot {number} has no line yet.", number=empty.number))
    facts = {name: getattr(tender, name) for name in HEAD}
    requirements = [
        {"kind": one.kind, "weight": one.weight, "lot": one.lot_id, "options": one.options}
        for one in db.session.scalars(select(TenderRequirement).where(TenderRequirement.tender_id == tender.id))
    ]
    check_needs(tender.procedure, facts, [{"value": lot.value} for lot in lots], requirements)
    check_dates(facts, database_now(), minimum_days=tender.minimum_days)
    return content_of(tender)


def _check_invited(actor: Actor, tender: Tender) -> list[int]:
    """Ids of the participants; enough of them can be asked where nobody else may bid."""
    rows = db.session.execute(
        select(TenderParticipant.id, TenderParticipant.supplier_id, TenderParticipant.supplier_name).where(
            TenderParticipant.tender_id == tender.id, TenderParticipant.state == "invited"
        )
    ).all()
    askable = set(db.session.scalars(_ASKABLE, {"wanted": [row.supplier_id for row in rows]}))
    standings = standings_of(actor, [row.supplier_id for row in rows])
    askable -= {supplier_id for supplier_id, standing in standings.items() if standing.is_blocked}
    if gone := next((row for row in rows if row.supplier_id not in askable), None):
        raise Invalid("suppliers", N_("{name} cannot be asked now. Take it out.", name=gone.supplier_name))
    if tender.visibility == "invited" and len(rows) < tender.min_bids:
        raise Invalid(
            "suppliers", N_("Invite at least {n} suppliers: fewer bids than that are no tender.", n=tender.min_bids)
        )
    return [row.id for row in rows]


def set_clock(tender: Tender) -> None:
    """Every timer of a published tender, by its dates as they are now."""
    now = database_now()
    kinds: dict[str, datetime | None] = {
        "open_bidding": (tender.start_at or now) if tender.state == "published" else None,
        "close": tender.deadline,
        "questions": now + QUESTIONS_EVERY,
    }
    for hours, kind in REMINDERS.items():
        due = tender.deadline - timedelta(hours=hours) if tender.deadline else None
        kinds[kind] = due if due is not None and due > now else None
    drop_timers("tender", tender.id, [kind for kind, due in kinds.items() if due is None])
    for kind, due in kinds.items():
        if due is not None:
            set_timer("tender", tender.id, tender.company_id, kind, due)


def _due(actor: Actor, tender_id: int, state: str) -> Tender | None:
    """The tender under its lock, if it is still in the state the timer is for."""
    tender = locked_tender(actor, tender_id)
    return tender if tender.state == state else None


@on_timer("tender", "open_bidding")
def open_bidding(actor: Actor, tender_id: int) -> datetime | None:
    tender = _due(actor, tender_id, "published")
    if tender is None:
        return None
    if tender.start_at is not None and tender.start_at > database_now():
        return tender.start_at
    advance_tender(actor, tender_id, "open_bidding", role="timer")
    return None


@on_timer("tender", "questions")
def tell_questions(actor: Actor, tender_id: int) -> datetime | None:
    """Tell the asking side of new questions, in the clock's own rhythm."""
    tender = locked_tender(actor, tender_id)
    if tender.state not in ("published", "bidding"):
        return None
    waiting = db.session.scalars(
        select(TenderQuestion).where(
            TenderQuestion.tender_id == tender_id, TenderQuestion.state == "open", TenderQuestion.told_at.is_(None)
        )
    ).all()
    now = database_now()
    for question in waiting:
        question.told_at = now
    if waiting:
        publish(QuestionsWaiting(tender_id))
    return now + QUESTIONS_EVERY


def _remind(actor: Actor, tender_id: int, hours: int) -> datetime | None:
    tender = _due(actor, tender_id, "bidding")
    if tender is None or tender.deadline is None:
        return None
    due = tender.deadline - timedelta(hours=hours)
    if due > database_now():
        return due
    publish(DeadlineNear(tender_id, hours))
    return None


@on_timer("tender", "remind_24")
def remind_a_day_before(actor: Actor, tender_id: int) -> datetime | None:
    return _remind(actor, tender_id, 24)


@on_timer("tender", "remind_1")
def remind_an_hour_before(actor: Actor, tender_id: int) -> datetime | None:
    return _remind(actor, tender_id, 1)


@on_timer("tender", "close")
def close_bidding(actor: Actor, tender_id: int) -> datetime | None:
    """At the deadline, not before; while questions are open and the tender waits for their answers, not yet.

    No bid is accepted after the deadline in either case: requests compare it with the database's clock themselves.
    """
    tender = _due(actor, tender_id, "bidding")
    if tender is None or tender.deadline is None:
        return None
    now = database_now()
    if tender.deadline > now:
        return tender.deadline
    if tender.late_question_policy == "block" and open_questions(tender_id):
        return now + timedelta(minutes=1)
    advance_tender(actor, tender_id, "close", role="timer")
    drop_timers("tender", tender_id, ["questions", *REMINDERS.values()])
    return None


def open_questions(tender_id: int) -> int:
    found: int = (
        db.session.scalar(
            select(func.count()).where(TenderQuestion.tender_id == tender_id, TenderQuestion.state == "open")
        )
        or 0
    )
    return found
