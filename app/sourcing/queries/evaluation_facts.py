"""The rows from which bids are compared and ranked: of a whole tender, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.texts import N_
from app.sourcing.models.auctions import Auction, AuctionBidder
from app.sourcing.models.bids import Bid, BidPart
from app.sourcing.models.evaluation import BidDecision, BidScore, Clarification
from app.sourcing.models.offers import BidAnswer, BidLine, BidTotal
from app.sourcing.models.openings import OpeningRecord
from app.sourcing.models.tenders import (
    Tender,
    TenderLine,
    TenderLot,
    TenderMember,
    TenderRequirement,
    TenderTarget,
)

SCORING_DUTIES = ("evaluator", "committee")


@dataclass(frozen=True, slots=True)
class FinalPrice:
    """What a bidder ended with in an auction, and since when."""

    price: Decimal
    since: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about the opened bids of a tender. `taking_part`: bids by lot; only opened parts count."""

    tender: Tender
    seed: str
    lots: Sequence[TenderLot]
    lines: Sequence[TenderLine]
    targets: Mapping[int, Decimal]
    requirements: Sequence[TenderRequirement]
    bids: Mapping[int, Bid]
    taking_part: Mapping[int, Sequence[int]]
    totals: Mapping[tuple[int, int], BidTotal]
    offers: Sequence[BidLine]
    answers: Mapping[tuple[int, int], BidAnswer]
    decisions: Mapping[tuple[int, int], BidDecision]
    scores: Sequence[BidScore]
    clarifications: Sequence[Clarification]
    finals: Mapping[tuple[int, int], FinalPrice]
    members: Sequence[TenderMember]


def own_tender(actor: Actor, tender_id: int) -> Tender:
    """The tender if the actor's company runs it; the operator evaluates its own tenders only."""
    tender = db.session.scalars(
        select(Tender).where(Tender.id == tender_id, Tender.company_id == actor.company_id)
    ).one_or_none()
    if tender is None:
        raise NotFound
    return tender


def facts_of(actor: Actor, tender_id: int) -> Facts:
    """NotFound for a tender of another company, Conflict while its bids are sealed."""
    tender = own_tender(actor, tender_id)
    if tender.opened_at is None:
        raise Conflict(N_("Bids are sealed until they are opened."))
    record = db.session.scalars(
        select(OpeningRecord).where(OpeningRecord.tender_id == tender_id).order_by(OpeningRecord.id).limit(1)
    ).one_or_none()
    lots = db.session.scalars(
        select(TenderLot).where(TenderLot.tender_id == tender_id).order_by(TenderLot.number)
    ).all()
    lines = db.session.scalars(
        select(TenderLine).where(TenderLine.tender_id == tender_id).order_by(TenderLine.position)
    ).all()
    targets = select(TenderTarget.line_id, TenderTarget.price).join(TenderLine, TenderLine.id == TenderTarget.line_id)
    requirements = db.session.scalars(
        select(TenderRequirement)
        .where(TenderRequirement.tender_id == tender_id)
        .order_by(TenderRequirement.position, TenderRequirement.id)
    ).all()
    bids = {
        bid.id: bid
        for bid in db.session.scalars(
            select(Bid).where(Bid.tender_id == tender_id, Bid.opened_at.is_not(None)).order_by(Bid.id)
        )
    }
    return Facts(
        tender=tender,
        seed=str(record.content.get("tie_seed", "")) if record else "",
        lots=lots,
        lines=lines,
        targets={
            row.line_id: row.price for row in db.session.execute(targets.where(TenderLine.tender_id == tender_id))
        },
        requirements=requirements,
        bids=bids,
        taking_part=_taking_part(tender_id),
        **_opened(tender_id),
        **_decided(tender_id),
        members=db.session.scalars(
            select(TenderMember)
            .where(TenderMember.tender_id == tender_id, TenderMember.duty.in_(SCORING_DUTIES))
            .order_by(TenderMember.name, TenderMember.user_id)
        ).all(),
    )


def _taking_part(tender_id: int) -> dict[int, list[int]]:
    parts = (
        select(BidPart.lot_id, BidPart.bid_id)
        .join(Bid, Bid.id == BidPart.bid_id)
        .where(Bid.tender_id == tender_id, BidPart.version == Bid.version, BidPart.opened_at.is_not(None))
        .distinct()
        .order_by(BidPart.lot_id, BidPart.bid_id)
    )
    found: dict[int, list[int]] = {}
    for lot_id, bid_id in db.session.execute(parts):
        found.setdefault(lot_id, []).append(bid_id)
    return found


def _opened(tender_id: int) -> dict[str, Any]:
    """What bids say in clear."""
    totals = select(BidTotal).join(Bid, Bid.id == BidTotal.bid_id).where(Bid.tender_id == tender_id)
    answers = select(BidAnswer).join(Bid, Bid.id == BidAnswer.bid_id).where(Bid.tender_id == tender_id)
    finals = (
        select(Auction.lot_id, AuctionBidder.bid_id, AuctionBidder.price, AuctionBidder.since)
        .join(AuctionBidder, AuctionBidder.auction_id == Auction.id)
        .where(Auction.tender_id == tender_id, Auction.state == "ended")
    )
    return {
        "totals": {(total.bid_id, total.lot_id): total for total in db.session.scalars(totals)},
        "offers": db.session.scalars(select(BidLine).where(BidLine.tender_id == tender_id).order_by(BidLine.id)).all(),
        "answers": {(answer.bid_id, answer.requirement_id): answer for answer in db.session.scalars(answers)},
        "finals": {
            (row.bid_id, row.lot_id): FinalPrice(row.price, row.since) for row in db.session.execute(finals)
        },
    }  # fmt: skip


def _decided(tender_id: int) -> dict[str, Any]:
    """What evaluators said about them."""
    decisions = db.session.scalars(select(BidDecision).where(BidDecision.tender_id == tender_id))
    return {
        "decisions": {(decision.bid_id, decision.lot_id): decision for decision in decisions},
        "scores": db.session.scalars(
            select(BidScore).where(BidScore.tender_id == tender_id).order_by(BidScore.id)
        ).all(),
        "clarifications": db.session.scalars(
            select(Clarification).where(Clarification.tender_id == tender_id).order_by(Clarification.id)
        ).all(),
    }
