"""Tenders whose bids are opened and ranked, ready for an award; rows are written as the owner of the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import create_engine, insert, select, text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.award import Part
from app.sourcing.models.bids import Bid, BidPart
from app.sourcing.models.offers import BidLine, BidTotal
from app.sourcing.models.openings import OpeningRecord
from app.sourcing.models.tender_people import TenderParticipant
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot
from app.sourcing.service import awards, contracts
from app.sourcing.service.contracts import ContractTerms
from tests.factories.accounts import actor_for, customer, operator, person, supplier

_numbers = count(1)


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
    config: Any,
    *prices: str,
    lots: int = 1,
    lines: int = 1,
    is_operator: bool = False,
    articles: tuple[int, ...] = (),
    offer: dict[str, Any] | None = None,
    valid_to: date = date(2040, 1, 1),
    **facts: Any,
) -> Judged:
    """Each lot has `lines` lines of 100 pieces; each bidder asks its price (EUR a piece) for every line."""
    house = operator()
    company = house if is_operator else customer()
    runs = actor_for(person(company, Role.PURCHASER if is_operator else Role.TENDER_MANAGER), company)
    decides = actor_for(person(company, Role.OPERATOR_ADMIN if is_operator else Role.COMPANY_ADMIN), company)
    firms = [supplier() for _ in prices]
    moment = datetime.now(UTC) - timedelta(days=1)
    engine = create_engine(config.database_owner_url)
    with engine.begin() as connection:
        put = partial(_put, connection, company_id=company.id)
        number = f"T-2028-{next(_numbers):06d}"
        values = {
            "title": "Bolts and nuts", "procedure": "sealed-prices", "state": "evaluation", "version": 1,
            "currency": "EUR", "published_at": moment, "closed_at": moment, "opened_at": moment, "deadline": moment,
            "award_mode": "lot", "standstill_days": 0,
        } | facts  # fmt: skip
        tender_id = put(Tender, number=number, client_ref=number, buyer_name=company.name, **values)
        made = Judged(
            tender_id, number, runs, decides, [], [actor_for(person(one, Role.SUPPLIER), one) for one in firms]
        )
        put(OpeningRecord, tender_id=tender_id, envelope=1, at=moment, content={"tie_seed": "00"}, sha256="0" * 64)
        for firm in firms:
            put(TenderParticipant, tender_id=tender_id, supplier_id=firm.id, supplier_name=firm.name)
        for place in range(lots):
            lot_id = put(TenderLot, tender_id=tender_id, number=place + 1, title=f"Lot {place + 1}", state="evaluation")
            made.lots.append(lot_id)
            for _ in range(lines):
                position = len(made.lines)
                made.lines.append(
                    put(TenderLine, tender_id=tender_id, lot_id=lot_id, position=position + 1,
                        text=f"Bolt {position + 1}", unit="C62", quantity=100,
                        article_id=articles[position] if position < len(articles) else None)
                )  # fmt: skip
        for place, (firm, price) in enumerate(zip(firms, prices, strict=True)):
            _bid(put, made, firm, Decimal(price), moment, place, lines, offer or {}, valid_to)
    engine.dispose()
    return made


def _put(connection: Any, model: Any, **values: Any) -> Any:
    keys = model.__table__.primary_key.columns
    return connection.execute(insert(model).values(**values).returning(*keys)).first()[0]


def _bid(put: Any, made: Judged, firm: Any, price: Decimal, opened_at: datetime, place: int, lines: int,
         offer: dict[str, Any], valid_to: date) -> None:  # fmt: skip
    moment = opened_at - timedelta(minutes=60 - place)
    bid_id = put(
        Bid, tender_id=made.id, owner_tag=f"{firm.id:032d}".encode(), code=f"A{next(_numbers):06d}", state="opened",
        tender_version=1, submitted_at=moment, price_changed_at=moment, opened_at=opened_at, supplier_id=firm.id,
        supplier_name=firm.name,
    )  # fmt: skip
    made.bids.append(bid_id)
    made.offers.append([])
    for number, lot_id in enumerate(made.lots):
        own = {"bid_id": bid_id, "lot_id": lot_id}
        put(BidPart, **own, version=1, envelope=1, body=b"", wrapped=b"", own=b"", sha256="0" * 64, opened_at=opened_at)
        for line_id in made.lines[number * lines : (number + 1) * lines]:
            made.offers[-1].append(
                put(
                    BidLine,
                    **own,
                    **(
                        {
                            "tender_id": made.id, "supplier_id": firm.id, "tender_line_id": line_id, "quantity": 100,
                            "unit": "C62", "unit_price": price, "currency": "EUR", "net": price * 100,
                        }
                        | offer
                    ),
                )
            )  # fmt: skip
        total = price * 100 * lines
        put(
            BidTotal, **own, supplier_id=firm.id, currency="EUR", net=total, landed=total, rate=1,
            rate_on=date(2027, 1, 1), net_in_tender_currency=total, landed_in_tender_currency=total, valid_to=valid_to,
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


def awarded(config: Any, *prices: str, **facts: Any) -> tuple[Judged, int]:
    """The first bidder has won everything; returns the id of the award."""
    made = judged(config, *(prices or ("2.50", "2.80")), **facts)
    with acting_as(made.buyer):
        parts = made.parts(*((0, line, "100") for line in range(len(made.lines))))
        award_id = awards.propose_award(made.buyer, made.id, made.lots[0], parts)[0]
    with acting_as(made.approver):
        awards.approve_award(made.approver, made.id, made.lots[0])
    return made, award_id


def contracted(config: Any, *prices: str, terms: ContractTerms | None = None, **facts: Any) -> tuple[Judged, str]:
    """With a contract in force; returns its number."""
    made, award_id = awarded(config, *prices, **facts)
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
