"""Tenders whose bids are opened and ranked, ready for an award, by the real path. Call inside `world()` or `ctx`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text, update

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.award import Part
from app.sourcing.domain.tender import LineEntry
from app.sourcing.models.bids import Bid
from app.sourcing.models.offers import BidLine, BidTotal
from app.sourcing.models.tenders import TenderLine, TenderLot
from app.sourcing.service import awards, contracts
from app.sourcing.service.contracts import ContractTerms
from app.sourcing.service.tender_publish import publish_tender
from app.sourcing.service.tenders import save_lines
from tests.factories import bids, tenders


@dataclass
class Judged:
    """A tender in evaluation. `offers[bidder][line]` is the id of a bid line; bidders in the order of their prices."""

    id: int
    number: str
    buyer: Actor
    approver: Actor
    lots: list[int]
    bidders: list[Actor]
    bids: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    offers: list[list[int]] = field(default_factory=list)

    def parts(self, *quantities: tuple[int, int, str]) -> list[Part]:
        """(bidder, line, quantity), counted from 0."""
        return [Part(self.offers[bidder][line], Decimal(quantity)) for bidder, line, quantity in quantities]


def judged(
    *prices: str,
    lots: int = 1,
    lines: int = 1,
    is_operator: bool = False,
    articles: tuple[int, ...] = (),
    offer: dict[str, Any] | None = None,
    valid_to: date | None = None,
    **facts: Any,
) -> Judged:
    """Each lot has `lines` lines of 100 pieces; each bidder asks its price (EUR a piece) for every line."""
    facts = {"standstill_days": 0, "award_mode": "lot", "min_bids": 1} | facts
    made = tenders.draft(lots=lots, lines=lines, suppliers=len(prices), is_operator=is_operator, **facts)
    entries = [
        LineEntry(number + 1, f"Bolt {number * lines + place + 1}", Decimal(100), "H87",
                  article_id=articles[number * lines + place] if number * lines + place < len(articles) else None)
        for number in range(lots) for place in range(lines)
    ]  # fmt: skip
    with acting_as(made.buyer):
        save_lines(made.buyer, made.id, entries, row_version=tenders.version(made))
        publish_tender(made.buyer, made.id)
    for who, price in enumerate(prices):
        asked = bids.asked(made, made.suppliers[who][1])
        offers = tuple(replace(one, **(offer or {})) for one in bids.content(asked, price).offers)
        bids.submitted(made, who, price, offers=offers)
    bids.open_tender(made)
    return _judged(made, valid_to)


def _judged(made: tenders.Made, valid_to: date | None) -> Judged:
    with system_scope("test"), transaction() as session:
        if valid_to is not None:
            session.execute(update(BidTotal).where(BidTotal.company_id == made.company.id).values(valid_to=valid_to))
        bid_rows = session.scalars(select(Bid).where(Bid.tender_id == made.id).order_by(Bid.submitted_at)).all()
        line_ids = session.scalars(
            select(TenderLine.id).where(TenderLine.tender_id == made.id).order_by(TenderLine.position)
        ).all()
        offers = {
            (one.bid_id, one.tender_line_id): one.id
            for one in session.scalars(select(BidLine).where(BidLine.tender_id == made.id, BidLine.variant == 0))
        }
        return Judged(
            made.id, made.number, made.buyer, made.approver, made.lots, [actor for _company, actor in made.suppliers],
            [one.id for one in bid_rows], list(line_ids),
            [[offers[one.id, line_id] for line_id in line_ids] for one in bid_rows],
        )  # fmt: skip


def lot_state(made: Judged, lot: int = 0) -> str:
    with system_scope("test"):
        state: str = db.session.scalars(
            select(TenderLot.state).where(TenderLot.id == made.lots[lot]).execution_options(populate_existing=True)
        ).one()
        return state


def end_standstill(made: Judged, lot: int = 0) -> None:
    """Let the standstill lie a second back, as if the time had passed."""
    with system_scope("test"), transaction() as session:
        session.execute(
            text("UPDATE tender_lots SET standstill_end = clock_timestamp() - interval '1 second' WHERE id = :id"),
            {"id": made.lots[lot]},
        )
        session.execute(
            text("UPDATE timers SET due_at = clock_timestamp() - interval '1 second' WHERE object_type = 'lot'"
                 " AND object_id = :id"), {"id": made.lots[lot]},
        )  # fmt: skip
    db.session.expire_all()


def awarded(*prices: str, **facts: Any) -> tuple[Judged, int]:
    """The first bidder has won everything; returns the id of the award."""
    made = judged(*(prices or ("2.50", "2.80")), **facts)
    with acting_as(made.buyer):
        parts = made.parts(*((0, line, "100") for line in range(len(made.lines))))
        award_id = awards.propose_award(made.buyer, made.id, made.lots[0], parts)[0]
    with acting_as(made.approver):
        awards.approve_award(made.approver, made.id, made.lots[0])
    return made, award_id


def contracted(*prices: str, terms: ContractTerms | None = None, **facts: Any) -> tuple[Judged, str]:
    """With a contract in force; returns its number."""
    made, award_id = awarded(*prices, **facts)
    today = datetime.now(UTC).date()
    terms = terms or ContractTerms(today, today + timedelta(days=365))
    with acting_as(made.buyer):
        number = contracts.draw_up_contract(made.buyer, award_id, terms)
    sign(made, number)
    return made, number


def sign(made: Judged, number: str, bidder: int = 0) -> None:
    with acting_as(made.bidders[bidder]):
        view = contracts.contract_view(made.bidders[bidder], number)
        contracts.answer_contract(made.bidders[bidder], number, view.hash, is_signed=True)
    with acting_as(made.buyer):
        contracts.countersign(made.buyer, number, row_version=view.row_version)
