"""A tender with all that may be published of it, as rows: what opened, what was awarded, what was signed, and its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.sourcing.models.awards import Award, AwardLine
from app.sourcing.models.bids import Bid
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.contracts import SupplyContract
from app.sourcing.models.evaluation import BidDecision, EvaluationResult
from app.sourcing.models.offers import BidTotal
from app.sourcing.models.tender_people import TenderQuestion
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderRequirement

M = TypeVar("M")
_UNPUBLISHED = ("draft", "approval")


@dataclass(frozen=True, slots=True)
class PublishedTender:
    """`events` are those of the tender's chain, the oldest first; bids only once they are opened."""

    tender: Tender
    lots: Sequence[TenderLot]
    lines: Sequence[TenderLine]
    requirements: Sequence[TenderRequirement]
    questions: Sequence[TenderQuestion]
    bids: Sequence[Bid]
    totals: Sequence[BidTotal]
    decisions: Sequence[BidDecision]
    results: Sequence[EvaluationResult]
    awards: Sequence[Award]
    award_lines: Sequence[AwardLine]
    contracts: Sequence[SupplyContract]
    events: Sequence[SourcingEvent]


def published_tender(actor: Actor, number: str) -> PublishedTender:
    """Of the actor's company; the operator's program of any. Raises NotFound, and Conflict before publication."""
    tender = db.session.scalars(visible(actor, select(Tender).where(Tender.number == number), Tender)).one_or_none()
    if tender is None:
        raise NotFound(N_("There is no tender {number}.", number=number))
    if tender.published_at is None or tender.state in _UNPUBLISHED:
        raise Conflict(N_("Tender {number} was not published yet; only published ones are exported.", number=number))
    awards = _of(Award, tender, Award.id)
    return PublishedTender(
        tender=tender,
        lots=_of(TenderLot, tender, TenderLot.number),
        lines=_of(TenderLine, tender, TenderLine.position),
        requirements=_of(TenderRequirement, tender, TenderRequirement.position),
        questions=_of(TenderQuestion, tender, TenderQuestion.id),
        bids=db.session.scalars(
            select(Bid).where(Bid.tender_id == tender.id, Bid.opened_at.is_not(None)).order_by(Bid.id)
        ).all(),
        totals=db.session.scalars(
            select(BidTotal).join(Bid, Bid.id == BidTotal.bid_id).where(Bid.tender_id == tender.id)
            .order_by(BidTotal.lot_id, BidTotal.bid_id)
        ).all(),
        decisions=_of(BidDecision, tender, BidDecision.id),
        results=_of(EvaluationResult, tender, EvaluationResult.id),
        awards=awards,
        award_lines=db.session.scalars(
            select(AwardLine).where(AwardLine.award_id.in_([one.id for one in awards])).order_by(AwardLine.id)
        ).all(),
        contracts=_of(SupplyContract, tender, SupplyContract.id),
        events=db.session.scalars(
            select(SourcingEvent)
            .where(
                SourcingEvent.object_type == "tender", SourcingEvent.object_id == tender.id,
                SourcingEvent.owner_tag == "",
            )
            .order_by(SourcingEvent.sequence)
        ).all(),
    )  # fmt: skip


def _of(model: type[M], tender: Tender, order: Any) -> Sequence[M]:
    table: Any = model
    return db.session.scalars(select(model).where(table.tender_id == tender.id).order_by(order)).all()
