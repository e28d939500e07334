"""Stock that does not move: how it stands, who may take it at which price, offers of it and what came of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.insights.domain.clearance import Buyer, likely, percent_off, ranked
from app.insights.domain.stock_movement import StockFacts, abc, standings, xyz
from app.insights.models.stock_movement import ClearanceProposal, StockStanding
from app.insights.queries.stock_movement import StockFilters, clearance, stock_rows
from app.insights.service.clearance import drop_clearance, leave_out, propose_clearance
from app.insights.service.forecasts import forecast
from app.insights.service.stock_movement import stand
from app.sales.models.offers import Offer
from app.sales.service.clearance import offer_clearance
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.history import ordered
from tests.factories.ordering import article, category, set_on_hand
from tests.factories.pricing import cost
from tests.support.queries import counted

D = Decimal
TODAY = date(2026, 3, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_how_stock_stands():
    cases = [  # facts -> cover in days, standing
        ({"on_hand": D(90), "sold_90": D(90), "sold_365": D(300), "last_out_on": ago(2)}, 90, "moving"),
        ({"on_hand": D(900), "sold_90": D(90), "sold_365": D(300), "last_out_on": ago(2)}, 900, "slow"),
        ({"on_hand": D(90), "weekly": D(7), "last_out_on": ago(2), "sold_365": D(9)}, 90, "moving"),
        ({"on_hand": D(90), "last_out_on": ago(10)}, None, "slow"),
        ({"on_hand": D(90), "last_out_on": ago(180)}, None, "dead"),
        ({"on_hand": D(90)}, None, "dead"),
        ({"on_hand": D(90), "since_on": ago(30), "last_in_on": ago(30)}, None, "new"),
        ({"on_hand": D(90), "since_on": ago(300), "last_in_on": ago(300)}, None, "dead"),
    ]
    found = standings(
        [StockFacts(article_id=n, **facts) for n, (facts, *_rest) in enumerate(cases)],
        TODAY,
        dead_days=180,
        slow_days=365,
    )
    for one, (facts, cover, standing) in zip(found, cases, strict=True):
        assert (one.cover_days, one.standing) == (cover, standing), facts


def test_turnover_and_steadiness_in_letters():
    assert abc({1: D(800), 2: D(150), 3: D(50), 4: D(0)}) == {1: "A", 2: "B", 3: "C", 4: "C"}
    assert abc({1: D(0)}) == {1: "C"}
    assert [xyz(one) for one in ([D(5)] * 13, [D(5), D(0)] * 6, [D(60)] + [D(0)] * 12, [], [D(0)])] == list("XYZZZ")


def test_who_is_likely_and_how_much_less_he_pays():
    bought = Buyer(1, 3, 30, 5, 10, 0)
    near = Buyer(2, 0, None, 4, 10, 10)
    never = Buyer(3, 0, None, 0, 10, 10)
    assert [one.buyer.company_id for one in ranked([never, near, bought])] == [1, 2]
    assert likely(bought).likely > likely(Buyer(1, 3, 700, 5, 10, 0)).likely > likely(near).likely
    cases = [  # standing, sensitivity, price, floor -> percent
        ("dead", D(1), D(10), None, D(40)),
        ("dead", D(0), D(10), None, D(20)),
        ("slow", D(1), D(10), None, D(20)),
        ("dead", D(1), D(10), D(8), D(20)),
        ("dead", D(1), D(10), D("8.2"), D(15)),
        ("dead", D(1), D(10), D("9.6"), None),
        ("dead", D(1), D(10), D(12), None),
        ("dead", D(1), D(0), D(1), None),
    ]
    for standing, sensitivity, price, least, expected in cases:
        assert percent_off(standing, sensitivity, 40, price, least) == expected, (standing, sensitivity, price, least)


@pytest.fixture
def house(world, cast):
    with world():
        return actor_for(person(operator(), "operator_admin"), operator())


@pytest.fixture
def goods(world, cast, house):
    """A lamp nobody has bought for a year, a cable that sells."""
    with world():
        kind = category("LIGHT", "Light")
        lamp, cable = article("LAMP", "10", category_id=kind.id), article("CABLE", "2", category_id=kind.id)
        for one in (lamp, cable):
            set_on_hand(one, 1_000)
        ann, eve = cast.actor("customer.buyer"), cast.actor("stranger.buyer")
        ordered(ann, [(lamp, 20)], 400)
        for days in (10, 40, 70):
            ordered(ann, [(cable, 50)], days)
        ordered(eve, [(cable, 5)], 20)
        cost("LAMP", "6")
        with acting_as(house):
            forecast(house)
            assert stand(house) == 2
    return lamp, cable


def test_the_night_says_what_does_not_move(ctx, house, goods):
    with acting_as(house):
        rows = {row.sku: row for row in stock_rows(house, StockFilters(), limit=10)}
        assert (rows["LAMP"].standing, rows["LAMP"].value, rows["LAMP"].cover_days) == (
            "dead",
            D(6_000),
            0 or rows["LAMP"].cover_days,
        )
        assert rows["CABLE"].standing in ("moving", "slow")
        assert rows["CABLE"].value is None
        assert rows["CABLE"].abc == "A"
        assert [row.sku for row in stock_rows(house, StockFilters(standing="dead"), limit=10)] == ["LAMP"]
        first = stock_rows(house, StockFilters(sort="sku", is_descending=False), limit=1)
        key = (first[0].key, str(first[0].article_id))
        rest = stock_rows(house, StockFilters(sort="sku", is_descending=False), after=key, limit=5)
        assert [row.sku for row in (*first, *rest)] == ["CABLE", "LAMP"]
        stand(house)
        assert db.session.scalar(select(func.count()).select_from(StockStanding)) == 2


def test_from_a_proposal_to_offers_to_the_result(ctx, cast, house, goods):
    lamp, _cable = goods
    ann = cast.actor("customer.buyer")
    with acting_as(house):
        made = propose_clearance(house, lamp.id, client_ref="one")
        assert propose_clearance(house, lamp.id, client_ref="one") == made
        found, lines = clearance(house, made)
        assert [str(line.why) for line in lines] == [
            "Bought it 1 times",
            "Bought 1 articles of its category in a year",
        ][: len(lines)]
        assert lines[0].company_id == ann.company_id
        assert all(D(6) <= line.price_then < line.price_now == 10 for line in lines)  # never below cost
        offers = offer_clearance(house, made)
        assert (
            db.session.scalar(select(func.count()).select_from(Offer)) == len(offers) == len({x.percent for x in lines})
        )
        with pytest.raises(Conflict):
            offer_clearance(house, made)
        with pytest.raises(Conflict):
            drop_clearance(house, made)
    ordered(ann, [(lamp, 30)], -1)
    with acting_as(house):
        found, lines = clearance(house, made)
        assert (found.state, found.sold, lines[0].bought, lines[0].net) == ("offered", 30, 30, 300)


def test_accounts_are_left_out_and_a_floor_leaves_no_room(ctx, cast, house, goods):
    lamp, cable = goods
    with acting_as(house):
        made = propose_clearance(house, lamp.id, client_ref="two")
        ids = [line.company_id for line in clearance(house, made)[1]]
        with pytest.raises(Invalid):
            leave_out(house, made, ids)
        leave_out(house, made, ids[1:])
        assert [line.company_id for line in clearance(house, made)[1]] == ids[:1]
        drop_clearance(house, made)
        with pytest.raises(NotFound):
            propose_clearance(house, 9_999_999, client_ref="three")
    cost("CABLE", "1.99")
    with acting_as(house), pytest.raises(Invalid, match="floor"):
        propose_clearance(house, cable.id, client_ref="four")


def test_the_pages(client, isolated, world, cast, house, goods):
    sign_in(client, cast.people["sales"])
    page = client.get("/stock-movement")
    assert len(page.rows("Stock")) == 2
    assert "LAMP" in client.get("/stock-movement.csv?standing=dead").text
    assert "CABLE" not in client.get("/stock-movement.csv?standing=dead").text
    with counted(isolated) as few:
        client.get("/stock-movement")
    answer = client.post(f"/stock-movement/{goods[0].id}/clearance", data={"client_ref": "p"})
    assert answer.status == 303
    address = answer.location
    assert client.get(address).rows("Who may take it")
    client.post(f"{address}/leave-out", data={"pick": ["x", "99"]})
    client.post(f"{address}/offer")
    assert "planned" in client.get(address).text
    with world():
        for n in range(8):
            set_on_hand(article(f"M-{n}"), 5)
        with acting_as(house):
            stand(house)
    client.get("/stock-movement")
    with counted(isolated) as many:
        assert len(client.get("/stock-movement").rows("Stock")) == 10
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("name", "read", "propose", "offer"),
    [
        ("sales", 200, 303, 303),
        ("operator_admin", 200, 303, 303),
        ("warehouse", 200, 403, 403),
        ("customer.buyer", 403, 403, 403),
    ],
)
def test_who_may(client, world, cast, house, goods, name, read, propose, offer):
    with world(), acting_as(house):
        made = propose_clearance(house, goods[0].id, client_ref="w")
    sign_in(client, cast.people[name])
    assert client.get("/stock-movement").status == read
    assert client.get("/stock-movement.csv").status == read
    assert client.get(f"/clearances/{made}").status == read
    assert client.post(f"/stock-movement/{goods[0].id}/clearance", data={"client_ref": name}).status == propose
    assert client.post(f"/clearances/{made}/leave-out").status == propose
    assert client.post(f"/clearances/{made}/offer").status == offer
    assert client.post(f"/clearances/{made}/drop").status == propose
    with world(), system_scope("test"), transaction() as session:
        state = session.scalar(select(ClearanceProposal.state).where(ClearanceProposal.id == made))
        assert state == ("offered" if offer == 303 else "proposed")
