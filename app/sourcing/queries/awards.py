"""Awards of a lot: the offers they can be made from, what they give, letters and objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.domain.allocation import OfferTerms, breaks_of
from app.sourcing.domain.award import Offered
from app.sourcing.models.awards import Award, AwardLetter, AwardLine, Objection
from app.sourcing.models.contracts import SupplyContract
from app.sourcing.models.offers import BidLine
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot
from app.sourcing.policy import runs_all

LIVE = ("pending", "active")
S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


def _own(actor: Actor, statement: S, model: Any) -> S:
    return statement if runs_all(actor) else statement.where(model.company_id == actor.company_id)


def offers_of_lot(actor: Actor, lot_id: int) -> dict[int, Offered]:
    """Every offer for a line of the lot, variants too, by its id."""
    rows = db.session.execute(
        _own(
            actor,
            select(BidLine, TenderLine.quantity, TenderLine.unit, TenderLine.position)
            .join(TenderLine, TenderLine.id == BidLine.tender_line_id)
            .where(BidLine.lot_id == lot_id, BidLine.is_no_offer.is_(False))
            .order_by(TenderLine.position, BidLine.bid_id, BidLine.variant),
            BidLine,
        )
    )
    return {
        line.id: Offered(
            line.id, line.bid_id, line.tender_line_id, position, required, unit, line.price_base_quantity, line.currency,
            OfferTerms(line.unit_price, line.quantity, line.min_quantity, breaks=breaks_of(line.breaks)),
        )
        for line, required, unit, position in rows
    }  # fmt: skip


def held_quantities(lot_id: int) -> dict[int, Decimal]:
    """What live awards give of each line of a lot."""
    rows = db.session.execute(
        select(AwardLine.tender_line_id, func.sum(AwardLine.quantity))
        .join(Award, Award.id == AwardLine.award_id)
        .where(Award.lot_id == lot_id, Award.state.in_(LIVE))
        .group_by(AwardLine.tender_line_id)
    )
    return dict(iter(rows))


@dataclass(frozen=True, slots=True)
class AwardedLine:
    """A line of an award, for pages and papers."""

    position: int
    text: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    base_quantity: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class AwardView:
    """An award with its lines; `contract` is the number of its live contract."""

    id: int
    lot_id: int
    bid_id: int
    supplier_id: int
    supplier_name: str
    state: str
    rank: int | None
    reason: str
    total: Decimal
    currency: str
    proposed_by_id: int | None
    proposed_at: datetime
    approved_at: datetime | None
    comment: str
    end_reason: str
    contract: str
    contract_state: str
    lines: tuple[AwardedLine, ...]


def awards_of_tender(actor: Actor, tender_id: int, lot_id: int | None = None) -> list[AwardView]:
    """Awards of a tender's lots by rank, ended ones last. Two statements."""
    wanted = (
        select(Award, SupplyContract.number, SupplyContract.state)
        .outerjoin(
            SupplyContract,
            (SupplyContract.award_id == Award.id) & SupplyContract.state.in_(("pending", "active", "expired")),
        )
        .where(Award.tender_id == tender_id)
        .order_by(Award.state.in_(("rejected", "cancelled")), Award.rank, Award.id.desc())
    )
    if lot_id is not None:
        wanted = wanted.where(Award.lot_id == lot_id)
    rows = db.session.execute(_own(actor, wanted, Award)).all()
    lines = _lines([award.id for award, _number, _state in rows])
    return [_view(award, number, state, lines.get(award.id, ())) for award, number, state in rows]


def own_awards(actor: Actor, tender_id: int | None) -> dict[int, AwardView]:
    """What the actor's company has won and may know, by id; None: in every tender. Two statements."""
    wanted = (
        select(Award, SupplyContract.number, SupplyContract.state)
        .outerjoin(
            SupplyContract,
            (SupplyContract.award_id == Award.id) & SupplyContract.state.in_(("pending", "active", "expired")),
        )
        .where(Award.supplier_id == actor.company_id, Award.approved_at.is_not(None))
    )
    if tender_id is not None:
        wanted = wanted.where(Award.tender_id == tender_id)
    rows = db.session.execute(wanted).all()
    lines = _lines([award.id for award, _number, _state in rows])
    return {award.id: _view(award, number, state, lines.get(award.id, ())) for award, number, state in rows}


def _view(award: Award, number: str | None, state: str | None, lines: Sequence[AwardedLine]) -> AwardView:
    return AwardView(
        award.id, award.lot_id, award.bid_id, award.supplier_id, award.supplier_name, award.state, award.rank,
        award.reason, award.total, award.currency, award.proposed_by_id, award.proposed_at, award.approved_at,
        award.comment, award.end_reason, number or "", state or "", tuple(lines),
    )  # fmt: skip


def _lines(award_ids: Sequence[int]) -> dict[int, list[AwardedLine]]:
    rows = db.session.execute(
        select(AwardLine, TenderLine.position, TenderLine.text)
        .join(TenderLine, TenderLine.id == AwardLine.tender_line_id)
        .where(AwardLine.award_id.in_(award_ids))
        .order_by(TenderLine.position, AwardLine.id)
    )
    found: dict[int, list[AwardedLine]] = {}
    for line, position, words in rows:
        found.setdefault(line.award_id, []).append(
            AwardedLine(position, words, line.quantity, line.unit, line.unit_price, line.base_quantity, line.net)
        )
    return found


@dataclass(frozen=True, slots=True)
class LotHead:
    """A lot and what its tender says about awards."""

    tender_id: int
    number: str
    title: str
    company_id: int
    row_version: int
    lot_id: int
    lot_number: int
    lot_title: str
    state: str
    standstill_end: datetime | None
    award_mode: str
    multi_sourcing: bool
    currency: str
    contract_from: Any
    contract_to: Any


def lots_of_tender(actor: Actor, number: str) -> list[LotHead]:
    """The lots of an own tender. Raises NotFound."""
    rows = db.session.execute(
        _own(
            actor,
            select(
                Tender.id, Tender.number, Tender.title, Tender.company_id, Tender.row_version, TenderLot.id,
                TenderLot.number, TenderLot.title, TenderLot.state, TenderLot.standstill_end, Tender.award_mode,
                Tender.multi_sourcing, Tender.currency, Tender.contract_from, Tender.contract_to,
            )
            .join(TenderLot, TenderLot.tender_id == Tender.id)
            .where(Tender.number == number)
            .order_by(TenderLot.number),
            Tender,
        )
    ).all()  # fmt: skip
    if not rows:
        raise NotFound
    return [LotHead(*tuple(row)) for row in rows]


def lot_of_tender(actor: Actor, number: str, lot_number: int) -> LotHead:
    """One lot of an own tender. Raises NotFound."""
    for head in lots_of_tender(actor, number):
        if head.lot_number == lot_number:
            return head
    raise NotFound


@dataclass(frozen=True, slots=True)
class ObjectionView:
    id: int
    lot_id: int
    supplier_id: int
    text: str
    state: str
    submitted_at: datetime
    answer: str
    decided_at: datetime | None


def objections_of_tender(actor: Actor, tender_id: int | None) -> list[ObjectionView]:
    """Objections a side may read, oldest first: the buyer all, a supplier its own; None: of every tender."""
    wanted = select(Objection).order_by(Objection.id)
    if tender_id is not None:
        wanted = wanted.where(Objection.tender_id == tender_id)
    if not runs_all(actor):
        wanted = wanted.where((Objection.company_id == actor.company_id) | (Objection.supplier_id == actor.company_id))
    return [
        ObjectionView(row.id, row.lot_id, row.supplier_id, row.text, row.state, row.submitted_at, row.answer,
                      row.decided_at)
        for row in db.session.scalars(wanted)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter as it was frozen."""

    id: int
    tender_id: int
    lot_id: int
    supplier_id: int
    award_id: int | None
    outcome: str
    content: dict[str, Any]
    written_at: datetime


def letters_of_tender(actor: Actor, tender_id: int | None, limit: int = 200) -> list[LetterView]:
    """Letters a side may read, newest first: the buyer all, a supplier its own; None: of every tender."""
    wanted = select(AwardLetter).order_by(AwardLetter.id.desc()).limit(limit)
    if tender_id is not None:
        wanted = wanted.where(AwardLetter.tender_id == tender_id)
    if not runs_all(actor):
        own = (AwardLetter.company_id == actor.company_id) | (AwardLetter.supplier_id == actor.company_id)
        wanted = wanted.where(own)
    return [_letter(row) for row in db.session.scalars(wanted)]


def letter(actor: Actor, letter_id: int) -> LetterView:
    """One letter, for either side. Raises NotFound."""
    row = db.session.get(AwardLetter, letter_id)
    if row is None or not (runs_all(actor) or actor.company_id in (row.company_id, row.supplier_id)):
        raise NotFound
    return _letter(row)


def _letter(row: AwardLetter) -> LetterView:
    return LetterView(
        row.id, row.tender_id, row.lot_id, row.supplier_id, row.award_id, row.outcome, row.content, row.written_at
    )


@dataclass(frozen=True, slots=True)
class AwardToContract:
    """An award in force for which a contract is to be drawn up."""

    id: int
    supplier_name: str
    number: str
    title: str
    lot_number: int
    total: Decimal
    currency: str
    contract_from: Any
    contract_to: Any
    delivery_terms: str
    payment_terms: str


def award_to_contract(actor: Actor, award_id: int) -> AwardToContract:
    """An own award with what its tender says about the contract. Raises NotFound."""
    row = db.session.execute(
        _own(
            actor,
            select(
                Award.id, Award.supplier_name, Tender.number, Tender.title, TenderLot.number, Award.total,
                Award.currency, Tender.contract_from, Tender.contract_to, Tender.delivery_terms, Tender.payment_terms,
            )
            .join(Tender, Tender.id == Award.tender_id)
            .join(TenderLot, TenderLot.id == Award.lot_id)
            .where(Award.id == award_id),
            Award,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return AwardToContract(*tuple(row))
