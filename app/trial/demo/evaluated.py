"""A tender in evaluation by points: a bid in dollars, one out, one suspiciously cheap, marks of two people."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.queries.mailing import people_of
from app.accounts.queries.people import person_actor
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as
from app.sourcing.domain.bid_content import Answer, BidContent, Offer
from app.sourcing.domain.tender import Head, LineEntry, RequirementEntry
from app.sourcing.models.tenders import Tender
from app.sourcing.queries.bids import asked_of
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.evaluation import LotEvaluation, evaluations_of
from app.sourcing.service import bids, opening, tender_people, tender_publish, tenders
from app.sourcing.service.clarifications import answer_clarification, ask_bidder
from app.sourcing.service.evaluation import GivenMark, decide_bid, score

_LINES = (
    ("Electric pallet truck 1.5 t", "4", "H87", "3900"),
    ("Hand pallet truck 2.5 t", "12", "H87", "310"),
    ("Service for a year, all trucks", "1", "C62", "2400"),
)
_CRITERIA = (
    ("Service near our warehouses", "20", "Within how many hours is somebody there?"),
    ("Handling", "15", "We try a truck of each bidder for a day."),
)


@dataclass(frozen=True, slots=True)
class _Bidder:
    """`level`: percent of what is hoped for; `marks` of two people for both criteria."""

    code: str
    level: int
    freight: str
    currency: str
    answer: str
    marks: tuple[tuple[str, str], tuple[str, str]]


_BIDDERS = (
    _Bidder("70031", 101, "240", "EUR", "4 hours, from Lübeck", (("80", "75"), ("85", "70"))),
    _Bidder("70032", 96, "0", "EUR", "8 hours, from Rotterdam", (("60", "85"), ("55", "80"))),
    _Bidder("70033", 62, "390", "EUR", "24 hours", (("30", "65"), ("35", "60"))),
    _Bidder("70034", 103, "180", "USD", "6 hours, from Szczecin", (("70", "70"), ("75", "72"))),
    _Bidder("70035", 99, "310", "EUR", "by post", (("10", "50"), ("15", "45"))),
)


def add_evaluation(house: Actor) -> None:
    """Runs on the suppliers of the demo's tenders."""
    with acting_as(house):
        runner, anna = (_person(house.company_id, role) for role in (Role.PURCHASER, Role.OPERATOR_ADMIN))
        codes = dict(
            db.session.execute(select(Company.code, Company.id).where(Company.code.in_(b.code for b in _BIDDERS))).all()
        )
        bidders = [_person(codes[one.code], Role.SUPPLIER) for one in _BIDDERS]
    with acting_as(runner):
        tender_id = _published(runner, anna, bidders)
    for bidder, facts in zip(bidders, _BIDDERS, strict=True):
        with acting_as(bidder):
            _bid(bidder, tender_id, facts)
    with acting_as(house):
        with transaction() as session:  # the deadline lies in the past now
            session.execute(text("UPDATE tenders SET deadline = clock_timestamp() WHERE id = :id"), {"id": tender_id})
        db.session.expire_all()
        with transaction():
            tender_publish.close_bidding(Actor.system(), tender_id)
            opening.open_when_due(Actor.system(), tender_id)
    _evaluate(runner, anna, bidders, tender_id)


def _person(company_id: int, role: Role) -> Actor:
    return person_actor(company_id, people_of(company_id, (role,))[0].user_id)


def _version(tender_id: int) -> int:
    return db.session.scalars(select(Tender.row_version).where(Tender.id == tender_id)).one()


def _published(runner: Actor, anna: Actor, bidders: list[Actor]) -> int:
    head = Head(
        title="Pallet trucks for both warehouses", procedure="proposals", currency="EUR", currencies=("EUR", "USD"),
        description="Trucks with service for a year. Price counts 65 percent, service and handling the rest.",
        deadline=database_now() + timedelta(days=14), delivery_terms="DAP Hamburg, Am Sandtorkai 30",
        price_weight=Decimal(65), flags={"standstill_days": 2},
    )  # fmt: skip
    number = tenders.create_tender(runner, head, client_ref=str(uuid.uuid4()))
    tender_id = db.session.scalars(select(Tender.id).where(Tender.number == number)).one()
    lines = [
        LineEntry(1, words, Decimal(quantity), unit, target=Decimal(hope)) for words, quantity, unit, hope in _LINES
    ]
    tenders.save_lines(runner, tender_id, lines, row_version=_version(tender_id))
    criteria = [
        RequirementEntry("criterion", title, description=about, answer_type="text", is_mandatory=False,
                         weight=Decimal(weight))
        for title, weight, about in _CRITERIA
    ]  # fmt: skip
    tenders.save_requirements(runner, tender_id, criteria, row_version=_version(tender_id))
    tenders.save_members(runner, tender_id, [(one.user_id or 0, "evaluator") for one in (runner, anna)])
    for bidder in bidders:
        tender_people.invite_supplier(runner, tender_id, bidder.company_id)
    tender_publish.publish_tender(runner, tender_id)
    return tender_id


def _bid(bidder: Actor, tender_id: int, facts: _Bidder) -> None:
    asked = asked_of(bidder, tender_id)
    lines = [line for lot in asked.lots for line in lot.lines]
    offers = tuple(
        Offer(
            line.id, quantity=line.quantity, lead_days=14 + facts.level % 10,
            price=(Decimal(row[3]) * (facts.level + place) / 100).quantize(Decimal("0.01")),
            freight=Decimal(facts.freight) if place == 0 else Decimal(0),
        )
        for place, (line, row) in enumerate(zip(lines, _LINES, strict=True))
    )  # fmt: skip
    content = BidContent(
        currency=facts.currency, valid_to=asked.valid_from_day + timedelta(days=30), offers=offers,
        answers=(Answer(asked.answers[0].id, facts.answer),),
    )  # fmt: skip
    bids.submit_bid(bidder, tender_id, content, base_version=0, client_ref=str(uuid.uuid4()))


def _evaluate(runner: Actor, anna: Actor, bidders: list[Actor], tender_id: int) -> None:
    with acting_as(runner):
        lot = evaluations_of(runner, tender_id).lots[0]
    ids = {row.supplier_id: row.bid_id for row in lot.rows}
    rows = [ids[bidder.company_id] for bidder in bidders]
    for place, judge in enumerate((runner, anna)):
        with acting_as(judge):
            score(judge, tender_id, lot.lot_id, _marks(lot, rows, place))
    with acting_as(runner):
        reason = "Service by post does not meet what we asked for."
        decide_bid(runner, tender_id, lot.lot_id, rows[4], decision="disqualified", reason=reason)
        for bid_id in rows[:2]:
            decide_bid(runner, tender_id, lot.lot_id, bid_id, decision="qualified")
        why = "Your price is far below the others. How do you come to it, and does it hold for the whole quantity?"
        asked = ask_bidder(runner, tender_id, lot.lot_id, rows[2], question=why, kind="low_price")
    with acting_as(bidders[2]):
        answer_clarification(bidders[2], asked, "The trucks are of last year's model, which we clear. The price holds.")


def _marks(lot: LotEvaluation, rows: list[int], judge: int) -> list[GivenMark]:
    return [
        GivenMark(bid_id, criterion.id, Decimal(mark))
        for bid_id, facts in zip(rows, _BIDDERS, strict=True)
        for criterion, mark in zip(lot.criteria, facts.marks[judge], strict=True)
    ]
