"""Questions to bidders: what the asked supplier reads, and what notices tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.models.evaluation import Clarification
from app.sourcing.models.tenders import Tender, TenderLot


@dataclass(frozen=True, slots=True)
class AskedBidder:
    """One question with its tender."""

    id: int
    company_id: int
    supplier_id: int
    bid_id: int
    lot_id: int
    number: str
    title: str
    buyer_name: str
    author_id: int | None
    lot_number: int
    kind: str
    question: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


def _statement() -> Any:
    return (
        select(
            Clarification.id, Clarification.company_id, Clarification.supplier_id, Clarification.bid_id,
            Clarification.lot_id, Tender.number, Tender.title, Tender.buyer_name, Tender.author_id,
            TenderLot.number.label("lot_number"), Clarification.kind, Clarification.question, Clarification.asked_by,
            Clarification.asked_at, Clarification.due_at, Clarification.answer, Clarification.answered_by,
            Clarification.answered_at,
        )
        .join(Tender, Tender.id == Clarification.tender_id)
        .join(TenderLot, TenderLot.id == Clarification.lot_id)
    )  # fmt: skip


def asked_supplier(actor: Actor, clarification_id: int) -> AskedBidder:
    """A question to the actor's own company."""
    return _one(_statement().where(Clarification.id == clarification_id, Clarification.supplier_id == actor.company_id))


def asked_of_tender(actor: Actor, tender_id: int) -> list[AskedBidder]:
    """All questions to the actor's own company about one tender, the newest first."""
    statement = _statement().where(
        Clarification.tender_id == tender_id, Clarification.supplier_id == actor.company_id
    )  # fmt: skip
    return [AskedBidder(*row) for row in db.session.execute(statement.order_by(Clarification.id.desc()))]


def question_to_tell(clarification_id: int) -> AskedBidder:
    """For notices, in operator scope."""
    return _one(_statement().where(Clarification.id == clarification_id))


def _one(statement: Any) -> AskedBidder:
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return AskedBidder(*row)
