"""A tender of the wholesaler that is awarded: a split award, two contracts, one of them drawn down, and scores from it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.queries.mailing import people_of
from app.accounts.queries.people import person_actor
from app.catalog.models.articles import Article
from app.core.actor import Actor, Scope
from app.core.db import db, transaction
from app.core.tenancy import acting_as
from app.sourcing.domain.award import Part
from app.sourcing.domain.bid_content import BidContent, Offer
from app.sourcing.domain.contract import Wanted
from app.sourcing.domain.tender import Head, LineEntry, LotEntry
from app.sourcing.models.tenders import Tender
from app.sourcing.queries.awards import offers_of_lot
from app.sourcing.queries.bids import asked_of
from app.sourcing.queries.call_offs import call_off
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.contracts import contract
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.queries.tenders import lots_of, own_tender
from app.sourcing.service import (
    awards,
    bids,
    call_offs,
    contracts,
    opening,
    scorecards,
    tender_people,
    tender_publish,
    tenders,
)
from app.sourcing.service.call_offs import Received
from app.sourcing.service.contracts import ContractTerms
from app.trial.demo.families import DemoArticle

_CENT = Decimal("0.01")
_BIDDERS = (("70033", 58), ("70032", 61), ("70031", 66))  # supplier, and its price in percent of the shop's
_QUANTITY = Decimal(2000)
_SHARES = (Decimal(1200), Decimal(800))


def add_awarded(house: Actor, items: Sequence[DemoArticle]) -> None:
    """From the draft to a call-off that waits for its goods."""
    chosen = [item for item in items if item.base_quantity == 1][3:6]
    with acting_as(house):
        runner, admin = (
            replace(_person(house.company_id, role), scope=Scope.OPERATOR)
            for role in (Role.PURCHASER, Role.OPERATOR_ADMIN)
        )
        bidders = [(_person(_company(code), Role.SUPPLIER), level) for code, level in _BIDDERS]
        ids = {row.sku: row for row in db.session.scalars(select(Article).where(
            Article.sku.in_([item.sku for item in chosen])))}  # fmt: skip
        articles = [(ids[item.sku].id, ids[item.sku].name, ids[item.sku].base_unit, item.price) for item in chosen]
    tender_id = _published(runner, [bidder for bidder, _level in bidders], articles)
    for bidder, level in bidders:
        with acting_as(bidder):
            _bid(bidder, tender_id, [price * level / 100 for *_names, price in articles])
    with acting_as(house):
        with transaction() as session:  # the deadline lies in the past now
            session.execute(text("UPDATE tenders SET deadline = clock_timestamp() WHERE id = :id"), {"id": tender_id})
        db.session.expire_all()
        with transaction():
            tender_publish.close_bidding(Actor.system(), tender_id)
            opening.open_when_due(Actor.system(), tender_id)
    numbers = _contracts(runner, admin, tender_id, [bidder for bidder, _level in bidders])
    _drawn(house, runner, bidders[0][0], numbers[0])


def _company(code: str) -> int:
    return db.session.scalars(select(Company.id).where(Company.code == code)).one()


def _person(company_id: int, role: Role) -> Actor:
    return person_actor(company_id, people_of(company_id, (role,))[0].user_id)


def _published(runner: Actor, bidders: Sequence[Actor], articles: Sequence[tuple[int, str, str, Decimal]]) -> int:
    with acting_as(runner):
        today = database_now().date()
        head = Head(
            title="Fastenings, yearly supply", procedure="sealed-prices", currency="EUR",
            description="Goods for resale, called off as stock needs them. The award is split between two suppliers.",
            deadline=database_now() + timedelta(days=14), delivery_terms="DAP Hamburg, Am Sandtorkai 30",
            payment_terms="30 days net", contract_from=today, contract_to=today + timedelta(days=365),
            flags={"award_mode": "line", "multi_sourcing": True, "standstill_days": 0},
        )  # fmt: skip
        number = tenders.create_tender(runner, head, client_ref=str(uuid.uuid4()))
        tender = own_tender(runner, number)
        entry = LotEntry("Fastenings", id=lots_of(tender.id)[0].id)
        tenders.save_lots(runner, tender.id, [entry], row_version=tender.row_version)
        version = db.session.scalars(select(Tender.row_version).where(Tender.id == tender.id)).one()
        lines = [LineEntry(1, name[:300], _QUANTITY, unit, article_id=key) for key, name, unit, _price in articles]
        tenders.save_lines(runner, tender.id, lines, row_version=version)
        for bidder in bidders:
            tender_people.invite_supplier(runner, tender.id, bidder.company_id)
        tender_publish.publish_tender(runner, tender.id)
        return tender.id


def _bid(bidder: Actor, tender_id: int, prices: Sequence[Decimal]) -> None:
    asked = asked_of(bidder, tender_id)
    offers = tuple(
        Offer(line.id, quantity=line.quantity, lead_days=6, price=price.quantize(_CENT))
        for line, price in zip(asked.lots[0].lines, prices, strict=True)
    )
    content = BidContent(
        currency=asked.currency, valid_to=asked.valid_from_day + timedelta(days=1), offers=offers, answers=()
    )
    bids.submit_bid(bidder, tender_id, content, base_version=0, client_ref=str(uuid.uuid4()))


def _contracts(runner: Actor, admin: Actor, tender_id: int, bidders: Sequence[Actor]) -> list[str]:
    """60 to 40 between the two cheapest; the first contract is in force, the second waits for its supplier."""
    with acting_as(runner):
        lot = lots_of(tender_id)[0]
        ranked = [row.bid_id for row in evaluation_of(runner, tender_id, lot.id).ranked]
        shares = dict(zip(ranked, _SHARES, strict=False))
        offers = offers_of_lot(runner, lot.id).values()
        parts = [Part(one.id, shares[one.bid_id]) for one in offers if one.bid_id in shares]
        made = awards.propose_award(runner, tender_id, lot.id, parts)
    with acting_as(admin):
        awards.approve_award(admin, tender_id, lot.id, comment="Two sources, as planned")
    with acting_as(runner):
        today = database_now().date()
        terms = ContractTerms(
            today, today + timedelta(days=366), text="Call-offs are confirmed within two working days."
        )
        numbers = [contracts.draw_up_contract(runner, award_id, terms) for award_id in made]
    with acting_as(bidders[0]):
        seen = contract(bidders[0], numbers[0])
        contracts.answer_contract(bidders[0], numbers[0], seen.hash, is_signed=True)
    with acting_as(runner):
        contracts.countersign(runner, numbers[0], row_version=seen.row_version)
    return numbers


def _drawn(house: Actor, runner: Actor, supplier: Actor, number: str) -> None:
    """Two call-offs: one came in, a few pieces faulty; one is confirmed and to come."""
    with acting_as(runner):
        today = database_now().date()
        prices = contract(runner, number).prices
        first, second = (
            call_offs.send_call_off(
                runner, number, [Wanted(one.id, Decimal(quantity)) for one in prices], client_ref=f"demo-{quantity}",
                wanted_on=today + timedelta(days=days),
            ).number
            for quantity, days in ((400, 0), (250, 9))
        )  # fmt: skip
    with acting_as(supplier):
        call_offs.answer_call_off(supplier, first, is_confirmed=True, promised_on=today)
        call_offs.answer_call_off(
            supplier, second, is_confirmed=True, promised_on=today + timedelta(days=8), note="By our own lorry"
        )
    with acting_as(runner):
        lines = call_off(runner, first).lines
        rows = [Received(line.id, line.quantity, Decimal(8 if place == 0 else 0)) for place, line in enumerate(lines)]
        call_offs.receive(runner, first, rows, received_on=today, client_ref="demo", note="Eight with a torn thread")
        scorecards.refresh_scores(runner, house.company_id)
