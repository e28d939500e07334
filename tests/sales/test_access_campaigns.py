"""Who opens the pages of campaigns, and what their forms do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.sales.domain.offers import Audience, OfferRow
from app.sales.models.offers import Offer, OfferPerson
from app.sales.queries.segment_rules import rule_state
from app.sales.service.offers import create_offer, release_offer, stop_offer
from app.sales.service.ranking import rank_now
from tests.factories.accounts import sign_in
from tests.factories.offers import bought, segment
from tests.factories.ordering import article, ref
from tests.support.queries import counted

SYSTEM = Actor.system()
OFFERS = (
    "/sales/offers", "/sales/offers?state=running", "/sales/offers/new", "/sales/offers/new?segment=LOYAL",
    "/sales/offers/{offer}", "/sales/start-pages", "/sales/start-pages/edit",
    "/sales/start-pages/edit?audience=segment&code=LOYAL", "/sales/ranking", "/sales/ranking/{code}",
    "/sales/ranking/{code}?article=NUT", "/sales/ranking/{code}?article=NONE",
)  # fmt: skip
SEGMENTS = ("/sales/segments", "/sales/segments/LOYAL")
POSTS = (
    "/sales/offers/{offer}/release", "/sales/offers/{offer}/ask", "/sales/offers/{offer}/stop", "/sales/ranking/run",
    "/sales/segments/LOYAL/remove",
)  # fmt: skip
WHO = {"operator_admin": 2, "sales": 2, "pricing": 1, "warehouse": 0, "customer.buyer": 0, "nobody": 0}


@pytest.fixture
def made(isolated, world, cast) -> dict[str, object]:
    with world():
        nut = article("NUT", "10")
        bought(cast.customer, nut)
        segment("LOYAL", cast.customer)
        running = create_offer(
            SYSTEM,
            OfferRow(name="Spring", kind="banner", starts_at=clock.now(), ends_at=clock.now() + timedelta(days=3),
                     titles={"en": "Spring is here"}, audience=(Audience("segment", "LOYAL"),), link="/shop?q=nut"),
            client_ref="one",
        )  # fmt: skip
        release_offer(SYSTEM, running)
        rank_now(SYSTEM)
    return {"offer": running, "code": cast.customer.code}


@pytest.mark.parametrize("name", WHO)
def test_access(client, world, cast, made, name):
    if name != "nobody":
        sign_in(client, cast.people[name])
    denied = 303 if name == "nobody" else 403
    for pages, least in ((OFFERS, 1), (SEGMENTS, 2)):
        for page in pages:
            expected = 200 if WHO[name] >= least else denied
            assert client.get(page.format(**made)).status == expected, page
    if not WHO[name]:
        for address in POSTS:
            assert client.post(address.format(**made), data={"reason": "x"}).status == denied, address
        with world():
            assert db.session.scalar(select(Offer.state)) == "running"


def test_a_buyer_meets_the_offer_and_a_stranger_does_not(client, world, cast, made):
    sign_in(client, cast.people["customer.buyer"])
    assert "Spring is here" in client.get("/start").text
    assert "Spring is here" in client.get("/shop").text
    answer = client.get(f"/offers/{made['offer']}/open")
    assert (answer.status, answer.headers["Location"]) == (303, "/shop?q=nut")
    assert client.get(f"/offers/{made['offer']}/picture").status == 404
    with world():
        seen = db.session.scalars(select(OfferPerson)).one()
        assert (seen.shown, seen.clicked, seen.company_id) == (2, 1, cast.customer.id)
    client.post("/sign-out")
    sign_in(client, cast.people["stranger.buyer"])
    for page in ("/start", "/shop"):
        assert "Spring is here" not in client.get(page).text
    assert client.get(f"/offers/{made['offer']}/open").status == 404
    with world():
        stop_offer(SYSTEM, made["offer"], "Over")
        assert len(db.session.scalars(select(OfferPerson)).all()) == 1


def test_a_segment_is_previewed_and_filled_by_its_rule(client, world, cast, made):
    sign_in(client, cast.people["sales"])
    row = {"fact": "bought_article", "op": "no", "value": "", "about": "NUT", "days": "90", "block": "1"}
    seen = client.post("/sales/segments/LOYAL", data={**row, "do": "preview"})
    assert "Stranger" in seen.text and "If you save now" in seen.text
    wrong = client.post("/sales/segments/LOYAL", data={**row, "about": "NONE", "do": "save"})
    assert wrong.status == 422 and "there is no NONE" in wrong.text
    assert client.post("/sales/segments/LOYAL", data={**row, "do": "save", "is_active": "1"}).status == 303
    with world():
        state = rule_state(SYSTEM, "LOYAL")
        assert (state.came, state.segment.members, state.is_active) == (1, 2, True)
    assert client.post("/sales/segments/LOYAL/remove", data={"keeps": "1"}).status == 303


def test_an_offer_is_planned_changed_released_and_stopped(client, world, cast, made):
    sign_in(client, cast.people["pricing"])
    row = {
        "client_ref": ref(), "name": "Nuts", "kind": "price", "title_en": "Nuts for less", "percent": "5",
        "starts_at": "2026-01-02T10:00", "priority": "100", "who_kind": "segment", "who": "LOYAL",
        "goods_kind": "article", "goods": "NUT", "price": "",
    }  # fmt: skip
    assert client.post("/sales/offers/new", data=row | {"who": "NOBODY"}).status == 422
    planned = client.post("/sales/offers/new", data=row)
    address = planned.headers["Location"]
    assert client.post(f"{address}/edit", data=row | {"percent": "7"}).status == 303
    assert client.get(f"{address}/edit").status == 200
    assert client.post(f"{address}/release").status == 303
    assert client.post(f"{address}/stop", data={}).status == 422
    assert "What came of it" in client.get(address).text
    assert client.get(f"{address}/edit").status == 409
    assert client.post(f"{address}/stop", data={"reason": "Sold out"}).status == 303
    with world():
        found = db.session.scalars(select(Offer).order_by(Offer.id.desc())).first()
        assert (found.state, found.percent) == ("stopped", Decimal(7))


def test_start_pages_are_arranged_and_the_lists_cost_the_same_statements(client, world, cast, made):
    sign_in(client, cast.people["sales"])
    data = {
        "audience": "segment",
        "code": "LOYAL",
        "place-news": "1",
        "place-banner": "9",
        "on-news": "1",
        "do": "save",
    }
    assert client.post("/sales/start-pages/edit", data=data).status == 303
    assert "News" in client.get("/sales/start-pages").text
    assert client.post("/sales/start-pages/edit", data=data | {"place-news": "x"}).status == 422
    counts = []
    for many in (1, 18):
        with world():
            for n in range(many):
                segment()
                facts = {"name": f"O{n}", "kind": "news", "starts_at": clock.now(), "titles": {"en": "N"}}
                create_offer(SYSTEM, OfferRow(**facts, is_for_all=True), client_ref=ref())
        for page in ("/sales/offers", "/sales/segments"):
            with counted(client.app) as seen:
                client.get(page)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
