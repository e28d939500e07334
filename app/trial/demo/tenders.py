"""Three tenders: a shipyard's that is open for sealed bids, the wholesaler's with opened bids, and a draft."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.roles import CompanyKind, Role
from app.accounts.queries.mailing import people_of
from app.accounts.queries.people import person_actor
from app.accounts.service.companies import Facts, create_account
from app.accounts.service.installation import create_user
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as
from app.sourcing.domain.bid_content import BidContent, Offer
from app.sourcing.domain.tender import Head, LineEntry, LotEntry, RequirementEntry
from app.sourcing.models.tenders import Tender
from app.sourcing.queries.bids import asked_of
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.tenders import lots_of, own_tender
from app.sourcing.service import bids, opening, tender_people, tender_publish, tender_questions, tenders


@dataclass(frozen=True, slots=True)
class Firm:
    """A supplier with one person, and how dear it is: percent of what is hoped for."""

    code: str
    name: str
    country: str
    email: str
    person: str
    level: int


FIRMS = (
    Firm("70031", "Lindqvist Verktyg AB", "SE", "karin@lindqvist.example", "Karin Lindqvist", 104),
    Firm("70032", "Brouwer Safety BV", "NL", "joost@brouwer.example", "Joost Brouwer", 98),
    Firm("70033", "Ferramenta Rossi Srl", "IT", "elena@rossi.example", "Elena Rossi", 93),
    Firm("70034", "Nowak i Synowie", "PL", "adam@nowak.example", "Adam Nowak", 101),
    Firm("70035", "Outillage Mercier SA", "FR", "luc@mercier.example", "Luc Mercier", 109),
)
_GLOVES = (
    ("Nitrile gloves, size 9, EN 374", "4000", "PR", "0.62"),
    ("Leather gloves, size 10, EN 388", "600", "PR", "3.90"),
    ("Cut-resistant gloves, level D", "350", "PR", "6.80"),
)
_SHOES = (("Safety boots S3, size 43", "120", "PR", "54.00"), ("Safety boots S3, size 45", "80", "PR", "54.00"))


def add_tenders(house: Actor, yard: Actor, password: str) -> None:
    """One is opened at once; of the open one the bids stay sealed for everybody."""
    with acting_as(house):
        bidders = [_bidder(house, firm, password) for firm in FIRMS]
        runner = _person(house.company_id, Role.PURCHASER)
        owner = _person(yard.company_id, Role.COMPANY_ADMIN)
    _opened(house, runner, bidders)
    _open_for_bids(owner, bidders)
    _draft(runner)


def _person(company_id: int, role: Role) -> Actor:
    return person_actor(company_id, people_of(company_id, (role,))[0].user_id)


def _bidder(house: Actor, firm: Firm, password: str) -> Actor:
    facts = Facts(firm.code, firm.name, firm.name, firm.country)
    company_id = create_account(house, facts, kind=CompanyKind.SUPPLIER, currency="EUR", email=firm.email)
    user_id = create_user(
        house, firm.email, company_id=company_id, role=Role.SUPPLIER, name=firm.person, password=password
    )
    return person_actor(company_id, user_id)


def _made(runner: Actor, head: Head, lots: Sequence[tuple[str, Sequence[tuple[str, str, str, str]]]]) -> int:
    """A draft with lots and lines; what is hoped for beside each line."""
    number = tenders.create_tender(runner, head, client_ref=str(uuid.uuid4()))
    tender = own_tender(runner, number)
    first = lots_of(tender.id)[0].id
    entries = [LotEntry(title, id=first if n == 0 else None) for n, (title, _lines) in enumerate(lots)]
    tenders.save_lots(runner, tender.id, entries, row_version=tender.row_version)
    lines = [
        LineEntry(n, words, Decimal(quantity), unit, target=Decimal(target))
        for n, (_title, rows) in enumerate(lots, start=1)
        for words, quantity, unit, target in rows
    ]
    tenders.save_lines(runner, tender.id, lines, row_version=_version(tender.id))
    return tender.id


def _version(tender_id: int) -> int:
    return db.session.scalars(select(Tender.row_version).where(Tender.id == tender_id)).one()


def _bid(bidder: Actor, tender_id: int, hoped: Sequence[Decimal], level: int) -> None:
    asked = asked_of(bidder, tender_id)
    lines = [line for lot in asked.lots for line in lot.lines]
    offers = tuple(
        Offer(
            line.id, quantity=line.quantity, lead_days=7 + level % 9,
            price=(hope * (level + place % 3) / 100).quantize(Decimal("0.0001")),
        )
        for place, (line, hope) in enumerate(zip(lines, hoped, strict=True))
    )  # fmt: skip
    content = BidContent(
        currency=asked.currency, valid_to=asked.valid_from_day + timedelta(days=1), offers=offers, answers=()
    )
    bids.submit_bid(bidder, tender_id, content, base_version=0, client_ref=str(uuid.uuid4()))


def _opened(house: Actor, runner: Actor, bidders: Sequence[Actor]) -> None:
    """Two lots, five bids, opened: to compare, to score and to award."""
    with acting_as(runner):
        head = Head(
            title="Hand and foot protection 2027", procedure="sealed-prices", currency="EUR",
            description="Protective gloves and boots for resale, delivered to Hamburg in four parts over the year.",
            deadline=database_now() + timedelta(days=21), delivery_terms="DAP Hamburg, Am Sandtorkai 30",
            payment_terms="30 days net", contract_from=date(2027, 1, 1), contract_to=date(2027, 12, 31),
            flags={"award_mode": "line", "multi_sourcing": True, "standstill_days": 3},
        )  # fmt: skip
        tender_id = _made(runner, head, (("Gloves", _GLOVES), ("Boots", _SHOES)))
        for bidder in bidders:
            tender_people.invite_supplier(runner, tender_id, bidder.company_id)
        tender_publish.publish_tender(runner, tender_id)
    hoped = [Decimal(row[3]) for row in (*_GLOVES, *_SHOES)]
    for bidder, firm in zip(bidders, FIRMS, strict=True):
        with acting_as(bidder):
            _bid(bidder, tender_id, hoped, firm.level)
    with acting_as(house):
        with transaction() as session:  # the deadline lies in the past now
            session.execute(text("UPDATE tenders SET deadline = clock_timestamp() WHERE id = :id"), {"id": tender_id})
        db.session.expire_all()
        with transaction():
            tender_publish.close_bidding(Actor.system(), tender_id)
            opening.open_when_due(Actor.system(), tender_id)


def _open_for_bids(owner: Actor, bidders: Sequence[Actor]) -> None:
    """Of a customer: two sealed bids, a question that waits, somebody who declines."""
    with acting_as(owner):
        now = database_now()
        head = Head(
            title="Scaffolding planks for dry dock 2", procedure="sealed-prices", currency="EUR",
            description="Planks and brackets, used weekly. Deliveries through gate 4 before 10 o'clock.",
            question_end=now + timedelta(days=6), deadline=now + timedelta(days=9), delivery_terms="DAP gate 4",
            flags={"visibility": "public", "show_bid_count": True, "late_question_policy": "block"},
        )  # fmt: skip
        rows = (("Scaffolding plank 3 m, spruce", "240", "H87", "18.50"), ("Bracket, galvanised", "480", "H87", "4.20"))
        tender_id = _made(owner, head, (("Planks and brackets", rows),))
        paper = (RequirementEntry("document", "Test report EN 12811", answer_type="file", is_mandatory=False),)
        tenders.save_requirements(owner, tender_id, paper, row_version=_version(tender_id))
        for bidder in bidders[:4]:
            tender_people.invite_supplier(owner, tender_id, bidder.company_id)
        tender_publish.publish_tender(owner, tender_id)
    for bidder, firm in zip(bidders[:2], FIRMS, strict=False):
        with acting_as(bidder):
            tender_people.mark_seen(bidder, tender_id)
            _bid(bidder, tender_id, [Decimal("18.50"), Decimal("4.20")], firm.level)
    with acting_as(bidders[2]):
        tender_people.answer_invitation(bidders[2], tender_id, "intends")
        tender_questions.ask(bidders[2], tender_id, "May the planks be of larch instead of spruce?")
    with acting_as(bidders[3]):
        tender_people.answer_invitation(bidders[3], tender_id, "declined", reason="No capacity before spring")
    with acting_as(bidders[4]):
        tender_people.apply(bidders[4], tender_id, note="We deliver scaffolding to four yards on the coast.")


def _draft(runner: Actor) -> None:
    with acting_as(runner):
        head = Head(
            title="Fasteners, framework for two years", procedure="framework", currency="EUR",
            description="Bolts, nuts and washers, zinc-plated; call-offs every week.",
            contract_from=date(2027, 4, 1), contract_to=date(2029, 3, 31), flags={"needs_approval": True},
        )  # fmt: skip
        rows = (("Hexagon bolt M8 x 40, 8.8, zinc", "60000", "H87", "0.055"), ("Nut M8, zinc", "60000", "H87", "0.018"))
        _made(runner, head, (("Bolts and nuts", rows),))
