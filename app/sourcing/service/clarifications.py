"""Asking one bidder about its opened bid, its answer, and whether the reason for a very low price holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.abnormal import explain_until
from app.sourcing.events import ClarificationAnswered, ClarificationAsked
from app.sourcing.models.evaluation import Clarification
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.queries.evaluation_facts import own_tender
from app.sourcing.service import log
from app.sourcing.service.tender_state import advance_tender, hold_tender, locked_tender

KINDS = ("question", "low_price")
_LONGEST = 4000


@command
def ask_bidder(
    actor: Actor,
    tender_id: int,
    lot_id: int,
    bid_id: int,
    *,
    question: str,
    kind: str = "question",
    due_at: datetime | None = None,
) -> int:
    """Put a question to one bidder, or ask it to explain a low price (one working day, unless a time is given)."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    own_tender(actor, tender_id)
    question = question.strip()[:_LONGEST]
    if not question:
        raise Invalid("question", N_("Write the question."))
    if kind not in KINDS:
        raise Invalid("kind", N_("Choose what is asked."))
    now = database_now()
    due_at = due_at or explain_until(now)
    if due_at <= now:
        raise Invalid("due_at", N_("The time for the answer must lie ahead."))
    lot = evaluation_of(actor, tender_id, lot_id)
    row = lot.row(bid_id)
    if row.supplier_id is None:
        raise NotFound
    advance_tender(
        actor,
        tender_id,
        "clarify",
        role="buyer",
        lot_ids=[lot_id],
        changes={"bid": row.code, "kind": kind},
        supplier_id=row.supplier_id,
    )
    asked: int = db.session.scalars(
        insert(Clarification)
        .values(
            company_id=tender.company_id,
            tender_id=tender_id,
            lot_id=lot_id,
            bid_id=bid_id,
            supplier_id=row.supplier_id,
            kind=kind,
            question=question,
            asked_by=actor.name,
            asked_at=now,
            due_at=due_at,
        )
        .returning(Clarification.id)
    ).one()
    changes = {"lot": lot.lot_number, "kind": kind, "question": question, "due_at": due_at}
    audit.record(actor, "bid", bid_id, "bidder_asked", changes, company_id=tender.company_id)
    publish(ClarificationAsked(asked))
    return asked


@command
def answer_clarification(actor: Actor, clarification_id: int, answer: str) -> None:
    """The bidder's answer, once; prices are not changed by it. A late one is taken and shows its time."""
    actor.demand(Permission.BID)
    answer = answer.strip()[:_LONGEST]
    if not answer:
        raise Invalid("answer", N_("Write the answer."))
    asked = db.session.execute(
        select(Clarification.tender_id, Clarification.company_id, Clarification.kind, Clarification.answered_at).where(
            Clarification.id == clarification_id, Clarification.supplier_id == actor.company_id
        )
    ).one_or_none()
    if asked is None:
        raise NotFound
    held = hold_tender(asked.tender_id)
    taken = db.session.scalars(
        update(Clarification)
        .where(
            Clarification.id == clarification_id,
            Clarification.supplier_id == actor.company_id,
            Clarification.answered_at.is_(None),
        )
        .values(answer=answer, answered_by=actor.name, answered_at=held.at)
        .returning(Clarification.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        raise Conflict(N_("This question was answered already."))
    log.append(
        actor,
        "tender",
        asked.tender_id,
        asked.company_id,
        "clarify",
        role="supplier",
        from_state=held.state,
        to_state=held.state,
        changes={"kind": asked.kind, "answer": answer},
        supplier_id=actor.company_id,
    )
    publish(ClarificationAnswered(clarification_id))


@command
def judge_explanation(actor: Actor, tender_id: int, clarification_id: int, *, is_accepted: bool) -> None:
    """Whether the explanation of a low price holds; the bid is not disqualified by it, that is a decision of its own."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    own_tender(actor, tender_id)
    row = db.session.scalars(
        select(Clarification).where(
            Clarification.id == clarification_id,
            Clarification.tender_id == tender_id,
            Clarification.kind == "low_price",
            Clarification.answered_at.is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    before = row.accepted
    row.accepted = is_accepted
    advance_tender(
        actor,
        tender_id,
        "clarify",
        role="buyer",
        lot_ids=[row.lot_id],
        changes={"explanation": "accepted" if is_accepted else "refused"},
        supplier_id=row.supplier_id,
    )
    changes = {"accepted": [before, is_accepted]}
    audit.record(actor, "bid", row.bid_id, "explanation_judged", changes, company_id=tender.company_id)
