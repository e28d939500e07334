"""Tenders whose bids lie open, ready for an auction; rows are written as the owner of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from sqlalchemy import create_engine, insert

from app.accounts.domain.roles import Role
from app.accounts.models.people import User
from app.core.actor import Actor
from app.sourcing.domain.auction_english import SoftClose
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Beat, Limit
from app.sourcing.models.bids import Bid, BidPart
from app.sourcing.models.offers import BidLine, BidTotal
from app.sourcing.models.openings import OpeningRecord
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot
from tests.factories.accounts import actor_for, customer, person, supplier

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A tender in evaluation with one lot; `bidders` in the order of their prices given."""

    tender_id: int
    lot_id: int
    number: str
    buyer: Actor
    bidders: list[Actor]
    users: list[User]  # the buyer, then the bidders


def opened_tender(config, *prices: str, kind: str = "english", ranking: str = "price") -> Opened:
    """One lot with one line and a complete bid for each price (in EUR)."""
    company = customer()
    firms = [supplier() for _ in prices]
    users = [person(company, Role.TENDER_MANAGER), *(person(firm, Role.SUPPLIER) for firm in firms)]
    buyer, *bidders = (actor_for(user, place) for user, place in zip(users, [company, *firms], strict=True))
    moment = datetime.now(UTC) - timedelta(days=1)
    engine = create_engine(config.database_owner_url)
    with engine.begin() as connection:
        put = partial(_put, connection, company_id=company.id)
        number = f"T-2027-{next(_numbers):06d}"
        tender_id = put(
            Tender, number=number, client_ref=number, buyer_name=company.name, title="Bolts",
            procedure="reverse_auction", state="evaluation", version=1, currency="EUR", has_auction=kind,
            ranking=ranking, published_at=moment, closed_at=moment, opened_at=moment, deadline=moment,
            visibility="public",
        )  # fmt: skip
        lot_id = put(TenderLot, tender_id=tender_id, number=1, title="All bolts", state="evaluation")
        line_id = put(
            TenderLine, tender_id=tender_id, lot_id=lot_id, position=1, text="Bolt M8", unit="C62", quantity=100
        )
        put(OpeningRecord, tender_id=tender_id, envelope=1, at=moment, content={"tie_seed": "00"}, sha256="0" * 64)
        for place, (firm, price) in enumerate(zip(firms, prices, strict=True)):
            put_bid(put, tender_id, lot_id, line_id, firm, Decimal(price), moment, place)
    engine.dispose()
    return Opened(tender_id, lot_id, number, buyer, bidders, users)


def _put(connection, model, **values):
    keys = model.__table__.primary_key.columns
    return connection.execute(insert(model).values(**values).returning(*keys)).first()[0]


def put_bid(put, tender_id, lot_id, line_id, firm, price, opened_at, place):
    moment = opened_at - timedelta(minutes=60 - place)
    bid_id = put(
        Bid, tender_id=tender_id, owner_tag=f"{firm.id:032d}".encode(), code=f"B{next(_numbers):06d}", state="opened",
        tender_version=1, submitted_at=moment, price_changed_at=moment, opened_at=opened_at, supplier_id=firm.id,
        supplier_name=firm.name,
    )  # fmt: skip
    own = {"bid_id": bid_id, "lot_id": lot_id}
    put(BidPart, **own, version=1, envelope=1, body=b"", wrapped=b"", own=b"", sha256="0" * 64, opened_at=opened_at)
    put(
        BidLine, **own, tender_id=tender_id, supplier_id=firm.id, tender_line_id=line_id, quantity=100, unit="C62",
        unit_price=price / 100, currency="EUR", net=price,
    )  # fmt: skip
    put(
        BidTotal, **own, supplier_id=firm.id, currency="EUR", net=price, landed=price, rate=1,
        rate_on=date(2027, 1, 1), net_in_tender_currency=price, landed_in_tender_currency=price,
        valid_to=date(2030, 1, 1),
    )  # fmt: skip


def english(step: str = "10", *, beat: Beat = Beat.OWN, seconds: int = 600, soft: SoftClose | None = None) -> Rules:
    soft = soft or SoftClose(timedelta(seconds=60), timedelta(seconds=60))
    return Rules(Kind.ENGLISH, Limit(Decimal(step), beat), soft_close=soft, duration=timedelta(seconds=seconds))


def shifted(config, auction_id: int, by: timedelta) -> None:
    """Move an auction in time, as if it had been planned earlier."""
    engine = create_engine(config.database_owner_url)
    with engine.begin() as connection:
        for table, columns in (("auctions", ("starts_at", "ends_at", "next_at")), ("auction_stages", STAGE)):
            moves = ", ".join(f"{column} = {column} - %(by)s" for column in columns)
            key = "id" if table == "auctions" else "auction_id"
            connection.exec_driver_sql(f"UPDATE {table} SET {moves} WHERE {key} = %(id)s", {"by": by, "id": auction_id})
    engine.dispose()


STAGE = ("starts_at", "ends_at")
