"""Letters to everybody who has bid for a lot: frozen when the award is released, so that their papers never change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.outbox import publish
from app.sourcing.domain.chain import plain
from app.sourcing.events import AwardReleased
from app.sourcing.models.awards import Award, AwardLetter
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.queries.evaluation import BidRow, LotEvaluation


def write_letters(actor: Actor, tender: Tender, lot: TenderLot, found: LotEvaluation) -> None:
    """One letter for each bidder of the lot; winners are named to all, losers to nobody."""
    awards = db.session.scalars(
        select(Award).where(Award.lot_id == lot.id, Award.state == "pending", Award.approved_at.is_not(None))
    ).all()
    by_bid = {award.bid_id: award for award in awards}
    shared = {
        "tender": tender.number,
        "title": tender.title,
        "buyer": tender.buyer_name,
        "lot": lot.number,
        "lot_title": lot.title,
        "bidders": len(found.rows),
        "currency": tender.currency,
        "standstill_end": lot.standstill_end if tender.standstill_days else None,
        "standstill_days": tender.standstill_days,
        "winners": [
            {"name": award.supplier_name, "total": award.total, "currency": award.currency, "rank": award.rank}
            for award in sorted(awards, key=lambda each: (each.rank or 0, each.id))
        ],
    }
    for row in found.rows:
        if row.supplier_id is not None:
            db.session.add(_letter(tender, lot, row, by_bid.get(row.bid_id), shared))
    db.session.flush()
    publish(AwardReleased(tender.id, lot.id))


def _letter(tender: Tender, lot: TenderLot, row: BidRow, award: Award | None, shared: Mapping[str, Any]) -> AwardLetter:
    own: dict[str, Any] = {
        "supplier": row.supplier_name,
        "bid": row.code,
        "rank": row.rank,
        "price": row.price,
        "points": row.points,
        "reason": row.reason,
        "awarded": None if award is None else award.total,
        "awarded_currency": "" if award is None else award.currency,
    }
    return AwardLetter(
        company_id=tender.company_id,
        tender_id=tender.id,
        lot_id=lot.id,
        supplier_id=row.supplier_id,
        award_id=None if award is None else award.id,
        outcome="not_selected" if award is None else "won",
        content=plain({**shared, **own}),
    )
