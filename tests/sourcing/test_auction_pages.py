"""Pages of auctions over HTTP: planning, the live parts, prices, the log and the protocol; who may open what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Limit
from app.sourcing.models.auctions import Auction, AuctionBid
from app.sourcing.service.auction_bids import place_auction_bid
from app.sourcing.service.auction_stages import advance
from app.sourcing.service.auctions import plan_auction
from tests.factories.accounts import customer, person, sign_in
from tests.factories.auctions import english, opened_tender, shifted
from tests.support.page import PageClient
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("committing")
REF = "00000000-0000-4000-8000-0000000000{:02d}"


def begun(config, *prices, rules=None, kind="english", ago=timedelta(seconds=1)):
    tender = opened_tender(config, *prices, kind=kind)
    with acting_as(tender.buyer):
        soon = datetime.now(UTC) + timedelta(minutes=5)
        auction_id = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, rules or english(), soon)
    shifted(config, auction_id, timedelta(minutes=5) + ago)
    return tender, auction_id


def browser(app, user):
    client = PageClient(app)
    sign_in(client, user)
    return client


def test_a_buyer_plans_moves_and_watches(app, config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
    client = browser(app, tender.users[0])
    page = client.get(f"/tenders/{tender.number}/auctions")
    assert "Plan the auction" in page.text
    address = f"/tenders/{tender.number}/auctions/plan/{tender.lot_id}"
    assert "2 qualified bids" in client.get(address).text
    assert client.post(address, data={"starts_at": "2020-01-01T10:00"}).status_code == 422
    soon = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    entered = {
        "starts_at": soon, "shows": "both", "minutes": "20", "step": "5", "beat": "own", "trigger": "5",
        "extension": "5", "basis": "close",
    }  # fmt: skip
    assert client.post(address, data=entered | {"beat": "leader", "shows": "rank"}).status_code == 422
    made = client.post(address, data=entered)
    assert made.status_code == 303, made.text
    assert "Planned" in client.get(made.location).text
    assert client.post(address, data=entered).status_code == 409
    moved = client.post(f"{made.location}/move", data=entered | {"minutes": "10"})
    assert moved.status_code == 303
    assert client.get(f"{moved.location}/move").form()["minutes"] == "10"
    assert "The auction was moved" in client.get(made.location).text


def test_a_bidder_bids_without_a_script_and_with_it(app, config, world):
    with world():
        tender, auction_id = begun(config, "1000", "950")
    client = browser(app, tender.users[1])
    assert tender.number in client.get("/supplier/auctions").text
    address = f"/supplier/auctions/{auction_id}"
    page = client.get(address)
    assert "You may bid at most" in page.text
    assert "Running" in page.text
    assert client.post(f"{address}/bid", data={"price": "", "client_ref": REF.format(1)}).status_code == 422
    assert client.post(f"{address}/bid", data={"price": "940", "client_ref": REF.format(2)}).status_code == 303
    assert "counts" in client.get(address).text
    refused = client.post_part(f"{address}/bid", data={"price": "935", "client_ref": REF.format(3)})
    assert (refused.status_code, "not low enough" in refused.html) == (409, True)
    taken = client.post_part(f"{address}/bid", data={"price": "900", "client_ref": REF.format(4)})
    assert (taken.status_code, 'data-accepted="1"' in taken.html) == (200, True)
    again = client.post_part(f"{address}/bid", data={"price": "900", "client_ref": REF.format(4)})
    assert again.headers["X-Auction-Entry"] == taken.headers["X-Auction-Entry"]
    log = client.get(f"{address}/log").text
    assert log.count("Price accepted") == 2
    assert "Refused" in log


def test_a_poll_is_one_small_statement_and_empty_when_nothing_is_new(app, config, world):
    with world():
        tender, auction_id = begun(config, "1000", "950", *(str(2000 + n) for n in range(10)))
        advance(auction_id)
    client = browser(app, tender.users[1])
    address = f"/supplier/auctions/{auction_id}/live"
    part = client.part(f"{address}?since=0")
    assert part.status_code == 200
    revision = part.headers["X-Auction-Revision"]
    with counted(app) as idle:
        empty = client.part(f"{address}?since={revision}")
    assert (empty.status_code, empty.data) == (204, b"")
    assert abs(int(empty.headers["X-Auction-Now"]) / 1000 - datetime.now(UTC).timestamp()) < 5
    assert sum("auctions" in statement for statement in idle) == 1
    assert len(idle) <= 3, idle
    with world():
        place_auction_bid(tender.bidders[1], auction_id, Decimal(900), client_ref="x")
    assert client.part(f"{address}?since={revision}").status_code == 200


@pytest.mark.parametrize("count", [2, 20])
def test_pages_cost_the_same_whatever_the_number_of_bidders(app, config, world, count):
    with world():
        tender, auction_id = begun(config, *(str(1000 + n) for n in range(count)))
        advance(auction_id)
        for number in range(count):
            place_auction_bid(tender.bidders[number], auction_id, Decimal(900 - number), client_ref="x")
    buyer, bidder = browser(app, tender.users[0]), browser(app, tender.users[1])
    costs = []
    for client, address in (
        (buyer, f"/tenders/{tender.number}/auctions/{auction_id}"),
        (buyer, f"/tenders/{tender.number}/auctions/{auction_id}/log"),
        (bidder, f"/supplier/auctions/{auction_id}"),
        (bidder, "/supplier/auctions"),
    ):
        client.get(address)
        with counted(app) as seen:
            assert client.get(address).status_code == 200
        costs.append(len(seen))
    assert max(costs) <= 16, costs


def test_names_and_other_prices_are_kept_until_the_end(app, config, world):
    with world():
        tender, auction_id = begun(config, "1000", "951.17")
        advance(auction_id)
        names = [f"Customer S{number:05d}" for number in range(1)]
    buyer, bidder = browser(app, tender.users[0]), browser(app, tender.users[1])
    page = buyer.get(f"/tenders/{tender.number}/auctions/{auction_id}").text
    assert "Bidder 1" in page
    assert "Customer S" not in page
    assert names
    assert "951.17" in bidder.get(f"/supplier/auctions/{auction_id}").text  # the rules show the leading price
    with world():
        shown_rank_only = Rules(Kind.ROUNDS, Limit(Decimal(10)))
        rounds, rounds_id = begun(config, "1000", "951.17", rules=shown_rank_only, kind="rounds")
        advance(rounds_id)
    assert "rank" in browser(app, rounds.users[1]).get(f"/supplier/auctions/{rounds_id}").text
    assert bidder.get(f"/supplier/auctions/{rounds_id}").status_code == 404


def test_the_end_shows_names_protocol_and_log(app, config, world):
    with world():
        tender, auction_id = begun(config, "1000", "950", ago=timedelta(seconds=598.5))
        place_auction_bid(tender.bidders[0], auction_id, Decimal(900), client_ref="x")
        advance(auction_id)
        with system_scope("test"):
            ends_at = db.session.scalar(select(Auction.ends_at).where(Auction.id == auction_id))
    assert ends_at > datetime.now(UTC)  # the price came in the last minute
    shifted(config, auction_id, timedelta(minutes=2))
    client = browser(app, tender.users[0])
    address = f"/tenders/{tender.number}/auctions/{auction_id}"
    part = client.part(f"{address}/live?since=1")
    assert 'data-state="ended"' in part.html
    page = client.get(address)
    assert "Customer S" in page.text
    assert "SHA-256" in page.text
    paper = client.get(f"{address}/protocol.pdf")
    assert paper.data[:5] == b"%PDF-"
    rows = client.get(f"{address}/log.csv").html.strip().splitlines()
    assert len(rows) == 4
    assert "ended" in client.get(f"{address}/log").text


def test_a_dutch_price_is_taken_by_one_press(app, config, world):
    rules = Rules(
        Kind.DUTCH, Limit(Decimal(1)), floor=Decimal(800), ceiling=Decimal(940), rise=Decimal(10),
        interval=timedelta(minutes=1),
    )  # fmt: skip
    with world():
        tender, auction_id = begun(config, "1000", "950", rules=rules, kind="dutch", ago=timedelta(seconds=65))
    client = browser(app, tender.users[1])
    page = client.get(f"/supplier/auctions/{auction_id}")
    assert "Take" in page.text
    taken = client.post(f"/supplier/auctions/{auction_id}/bid", data=page.form(f"/supplier/auctions/{auction_id}/bid"))
    assert taken.status_code == 303
    assert "Ended" in client.get(f"/supplier/auctions/{auction_id}").text


def test_who_may_open_what(app, config, world):
    with world():
        tender, auction_id = begun(config, "1000", "950")
        stranger = opened_tender(config, "1000", "950")
        outsider = person(customer(), Role.BUYER)
    own = f"/tenders/{tender.number}/auctions"
    seat = f"/supplier/auctions/{auction_id}"
    bid = {"price": "100", "client_ref": REF.format(9)}
    people = (None, tender.users[0], tender.users[1], stranger.users[0], stranger.users[1], outsider)
    table = [
        # method, address, data                      nobody buyer bidder other's buyer and bidder, outsider
        ("GET", own, {}, (303, 200, 403, 404, 403, 404)),
        ("GET", f"{own}/plan/{tender.lot_id}", {}, (303, 200, 403, 404, 403, 403)),
        ("GET", f"{own}/{auction_id}", {}, (303, 200, 403, 404, 403, 404)),
        ("GET", f"{own}/{auction_id}/live", {}, (303, 200, 403, 404, 403, 404)),
        ("GET", f"{own}/{auction_id}/log", {}, (303, 200, 403, 404, 403, 404)),
        ("GET", f"{own}/{auction_id}/log.csv", {}, (303, 200, 403, 404, 403, 404)),
        ("GET", f"{own}/{auction_id}/move", {}, (303, 200, 403, 404, 403, 403)),
        ("GET", f"{own}/{auction_id}/protocol.pdf", {}, (303, 404, 403, 404, 403, 404)),
        ("GET", "/supplier/auctions", {}, (303, 403, 200, 403, 200, 403)),
        ("GET", seat, {}, (303, 403, 200, 403, 404, 403)),
        ("GET", f"{seat}/live", {}, (303, 403, 200, 403, 404, 403)),
        ("GET", f"{seat}/log", {}, (303, 403, 200, 403, 404, 403)),
        ("POST", f"{seat}/bid", bid, (303, 403, 303, 403, 404, 403)),
        ("POST", f"{seat}/back", bid, (303, 403, 303, 403, 404, 403)),
    ]
    clients = [PageClient(app) if user is None else browser(app, user) for user in people]
    wrong = []
    for method, address, data, expected in table:
        for place, status in enumerate(expected):
            if method == "POST" and place == 2:
                continue  # the bidder's own presses have tests of their own
            answer = clients[place].open(address, method=method, data=data)
            if answer.status_code != status:
                wrong.append((method, address, place, answer.status_code, status))
    assert not wrong
    with world(), system_scope("test"):
        assert db.session.scalar(select(func.count(AuctionBid.id)).where(AuctionBid.event == "bid")) == 0
