"""Evaluating opened bids: who takes part, the second envelope, marks, and rankings that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.sourcing.domain.evaluation import as_json, evaluate, places_json
from app.sourcing.models.bids import Bid
from app.sourcing.models.evaluation import BidDecision, BidScore, EvaluationResult
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.evaluation import (
    DISQUALIFIED,
    INVALID,
    QUALIFIED,
    LotEvaluation,
    duties_in,
    evaluation_of,
    evaluations_of,
)
from app.sourcing.queries.evaluation_facts import SCORING_DUTIES, own_tender
from app.sourcing.service.opening import open_prices
from app.sourcing.service.tender_state import advance_tender, locked_tender

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class GivenMark:
    """A mark of 0 to 100 for one bid and criterion; `field` is what a problem with it is told about."""

    bid_id: int
    requirement_id: int
    mark: Decimal
    comment: str = ""
    field: str = "mark"


def may_score(actor: Actor, tender_id: int) -> bool:
    return actor.can(Permission.EVALUATE) and bool(duties_in(actor, tender_id) & set(SCORING_DUTIES))


def _role(actor: Actor, tender_id: int) -> str:
    """As whom the actor evaluates: the buyer's team, or somebody of the committee. Forbidden for others."""
    if actor.can(Permission.RUN):
        return "buyer"
    if may_score(actor, tender_id):
        return "committee"
    raise Forbidden(N_("You have no right to do this."))


@command
def decide_bid(actor: Actor, tender_id: int, lot_id: int, bid_id: int, *, decision: str, reason: str = "") -> None:
    """Qualify or disqualify a bid in one lot; places are calculated anew by whoever reads them next.

    A decision can be changed while the lot is in qualification or evaluation, not once the prices of a second envelope
    were opened without that bid.
    """
    role = _role(actor, tender_id)
    tender = locked_tender(actor, tender_id)
    own_tender(actor, tender_id)
    if decision not in (QUALIFIED, DISQUALIFIED):
        raise Invalid("decision", N_("Qualify or disqualify the bid."))
    reason = reason.strip()[:_LONGEST]
    if decision == DISQUALIFIED and not reason:
        raise Invalid("reason", N_("Say why the bid is disqualified. Its supplier will read it."))
    lot = evaluation_of(actor, tender_id, lot_id)
    before = lot.row(bid_id)
    if before.decision == INVALID:
        raise Conflict(N_("This bid could not be opened. It takes no part."))
    if tender.envelopes == 2 and lot.state == "evaluation" and decision == QUALIFIED and before.net is None:
        raise Conflict(N_("The prices of this bid stayed sealed. It cannot be qualified any more."))
    advance_tender(
        actor,
        tender_id,
        "qualify",
        role=role,
        lot_ids=[lot_id],
        changes={"bid": before.code, "decision": decision},
        reason=reason,
        supplier_id=before.supplier_id,
    )
    values = {"decision": decision, "reason": reason, "user_id": actor.user_id, "user_name": actor.name}
    statement = upsert(BidDecision).values(
        company_id=tender.company_id, tender_id=tender_id, lot_id=lot_id, bid_id=bid_id, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["lot_id", "bid_id"], set_=values | {"at": database_now()})
    )
    _follow(bid_id)
    changes = {"lot": lot.lot_number, "decision": [before.decision, decision], "reason": [before.reason, reason]}
    audit.record(actor, "bid", bid_id, "bid_decided", changes, company_id=tender.company_id)


def _follow(bid_id: int) -> None:
    """The bid's own state: qualified somewhere, disqualified wherever it was decided."""
    decisions = set(db.session.scalars(select(BidDecision.decision).where(BidDecision.bid_id == bid_id)))
    state = QUALIFIED if QUALIFIED in decisions else DISQUALIFIED
    db.session.execute(
        update(Bid)
        .where(Bid.id == bid_id, Bid.state.in_(("opened", QUALIFIED, DISQUALIFIED)))
        .values(state=state)
        .execution_options(synchronize_session="fetch")
    )


@command
def end_qualification(actor: Actor, tender_id: int) -> None:
    """Once each bid is decided: on to evaluation, with the second envelope of what is qualified where there is one."""
    role = _role(actor, tender_id)
    tender = locked_tender(actor, tender_id)
    found = evaluations_of(actor, tender_id)
    lots = [lot for lot in found.lots if lot.state == "prequalification"]
    waiting = next((row for lot in lots for row in lot.rows if not row.decision), None)
    if waiting is not None:
        raise Conflict(N_("Decide about the bid of {name} first.", name=waiting.supplier_name))
    if not lots:
        raise Conflict(N_("No lot is in qualification."))
    changes: dict[str, Any] = {}
    if tender.envelopes == 2:
        chosen = [(row.bid_id, lot.lot_id) for lot in lots for row in lot.rows if row.decision == QUALIFIED]
        changes = open_prices(actor, tender_id, chosen)
    lot_ids = [lot.lot_id for lot in lots]
    advance_tender(actor, tender_id, "open_prices", role=role, lot_ids=lot_ids, changes=changes)
    audit.record(actor, "tender", tender_id, "qualification_ended", {}, company_id=tender.company_id)


@command
def score(actor: Actor, tender_id: int, lot_id: int, given: Sequence[GivenMark]) -> None:
    """Keep the marks of the actor, who must be named as evaluator or member of the committee.

    Invalid names the field of the first mark outside 0 to 100, or at an end of it without a comment.
    """
    if not may_score(actor, tender_id):
        raise Forbidden(N_("Only the evaluators of this tender give marks."))
    tender = locked_tender(actor, tender_id)
    own_tender(actor, tender_id)
    lot = evaluation_of(actor, tender_id, lot_id)
    values = [_checked(actor, lot, one) for one in given]
    if not values:
        raise Invalid("mark", N_("Give at least one mark."))
    advance_tender(
        actor, tender_id, "score", role="committee", lot_ids=[lot_id], changes={"marks": len(values)}
    )  # fmt: skip
    statement = upsert(BidScore).values([{**one, "company_id": tender.company_id} for one in values])
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["lot_id", "bid_id", "requirement_id", "user_id"],
            set_={"mark": statement.excluded.mark, "comment": statement.excluded.comment, "at": database_now()},
        )
    )
    # Others read the audit too: where marks are hidden from colleagues it tells that some were given, not which.
    marks: dict[str, Any] = {"lot": lot.lot_number, "marks": len(values)}
    if not tender.has_blind_scores:
        marks["given"] = [[one["bid_id"], one["requirement_id"], one["mark"]] for one in values]
    audit.record(actor, "tender", tender_id, "bids_scored", marks, company_id=tender.company_id)


def _checked(actor: Actor, lot: LotEvaluation, given: GivenMark) -> dict[str, Any]:
    row = lot.row(given.bid_id)
    if not row.is_in or given.requirement_id not in {one.id for one in lot.criteria}:
        raise NotFound
    if not given.mark.is_finite() or not 0 <= given.mark <= 100:
        raise Invalid(given.field, N_("A mark is a number from 0 to 100."))
    comment = given.comment.strip()[:_LONGEST]
    if given.mark in (0, 100) and not comment:
        raise Invalid(given.field, N_("Say why: the lowest and the highest mark need a comment."))
    return {
        "tender_id": lot.tender_id,
        "lot_id": lot.lot_id,
        "bid_id": given.bid_id,
        "requirement_id": given.requirement_id,
        "user_id": actor.user_id,
        "user_name": actor.name,
        "mark": given.mark.quantize(Decimal("0.001")),
        "comment": comment,
    }


@command
def store_ranking(actor: Actor, tender_id: int, lot_id: int) -> int:
    """Keep the inputs of a lot with their hash and the places that follow from them; returns the row's id.

    The same inputs are kept once.
    """
    tender = locked_tender(actor, tender_id)
    lot = evaluation_of(actor, tender_id, lot_id)
    last = db.session.execute(
        select(EvaluationResult.id, EvaluationResult.inputs_hash)
        .where(EvaluationResult.lot_id == lot_id)
        .order_by(EvaluationResult.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last.inputs_hash == lot.inputs_hash:
        kept: int = last.id
        return kept
    stored: int = db.session.scalars(
        insert(EvaluationResult)
        .values(
            company_id=tender.company_id,
            tender_id=tender_id,
            lot_id=lot_id,
            inputs=as_json(lot.inputs),
            inputs_hash=lot.inputs_hash,
            places=places_json(evaluate(lot.inputs)),
            user_id=actor.user_id,
            user_name=actor.name,
        )
        .returning(EvaluationResult.id)
    ).one()
    return stored
