"""A reverse auction that is running when the demo starts: four suppliers of packaging, some prices named already."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.accounts.queries.people import person_actor
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.sourcing.domain.auction_english import SoftClose
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Limit
from app.sourcing.domain.tender import Head, LineEntry
from app.sourcing.queries.clock import database_now
from app.sourcing.service.auction_bids import place_auction_bid
from app.trial.auction_ground import Rival, begun_auction, opened_lot

RIVALS = (
    Rival("70021", "Kattegat Pack A/S", "DK", "mads@kattegat-pack.example", "Mads Holm", Decimal("0.420000")),
    Rival("70022", "Weserkarton GmbH", "DE", "ute@weserkarton.example", "Ute Brandt", Decimal("0.410000")),
    Rival("70023", "Opakowania Gdynia Sp. z o.o.", "PL", "marek@opakowania-gdynia.example", "Marek Nowak",
          Decimal("0.435000")),
    Rival("70024", "Tartu Karp OÜ", "EE", "liis@tartukarp.example", "Liis Tamm", Decimal("0.440000")),
)  # fmt: skip
_PRICES = ((0, "8150"), (2, "8120"), (1, "8020"), (3, "8400"), (0, "7990"))


def add_auction(house: Actor, password: str) -> None:
    """It runs for two days, so that there is time to join in."""
    with acting_as(house):
        buyer = person_actor(house.company_id, staff((Role.OPERATOR_ADMIN,))[0].user_id)
    with acting_as(buyer):
        head = Head(
            title="Folding boxes for the shipping desk", procedure="reverse-auction", currency="EUR",
            description="Double-wall boxes 400 x 300 x 250 mm, delivered in four lots over the year.",
            deadline=database_now() + timedelta(days=20), delivery_terms="DAP Hamburg, Am Sandtorkai 30",
        )  # fmt: skip
    line = LineEntry(1, "Folding box 400 x 300 x 250 mm, double wall", Decimal(20_000), "H87", target=Decimal("0.39"))
    ground = opened_lot(house, buyer, head, line, RIVALS, password)
    rules = Rules(
        Kind.ENGLISH, Limit(Decimal(10)), soft_close=SoftClose(timedelta(minutes=5), timedelta(minutes=5), cap=12),
        duration=timedelta(days=2),
    )  # fmt: skip
    auction_id = begun_auction(buyer, ground, rules)
    for place, price in _PRICES:
        bidder = ground.bidders[place]
        with acting_as(bidder):
            place_auction_bid(bidder, auction_id, Decimal(price), client_ref=str(uuid.uuid4()))
