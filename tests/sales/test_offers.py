"""Offers from draft to result: whom they reach, what they cost, who may release them, what strangers see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.accounts.models.companies import CompanySegment
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.ordering.queries.cart import price_item
from app.pricing.queries.prices import price_lines
from app.sales.domain.offers import Audience, Goods, OfferRow, check, is_held_out
from app.sales.models.offers import Offer
from app.sales.queries.offers import card, cards, offer, offers, result
from app.sales.service.offer_people import note_clicked, note_shown
from app.sales.service.offers import ask_release, change_offer, create_offer, release_offer, run_offers, stop_offer
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.offers import bought, segment
from tests.factories.ordering import article, ref, shop

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def at_noon(ctx):
    with clock.frozen(NOW):
        shop()
        yield


def row(**changes) -> OfferRow:
    facts = {
        "name": "Spring", "kind": "banner", "starts_at": NOW, "ends_at": NOW + timedelta(days=10),
        "titles": {"en": "Spring is here", "ru": "Весна пришла"}, "is_for_all": "audience" not in changes,
    }  # fmt: skip
    return OfferRow(**(facts | changes))


def running(**changes) -> int:
    made = create_offer(SYSTEM, row(**changes), client_ref=ref())
    release_offer(SYSTEM, made)
    return made


def buyer_of(company) -> Actor:
    return actor_for(person(company), company)


def unit_price(company, made) -> tuple[Decimal, list[str]]:
    """What the account pays for one, and the promotions that did it."""
    found = articles_by_id(SYSTEM, [made.id])[made.id]
    (line,) = price_lines(
        SYSTEM, [price_item(found, Decimal(1), "H87")], company_id=company.id, on=clock.now().date()
    )  # fmt: skip
    return line.unit_price, [str(step) for step in line.steps]


BAD = (
    ({"name": " "}, "name"),
    ({"kind": "gift"}, "kind"),
    ({"ends_at": NOW}, "ends_at"),
    ({"is_for_all": False}, "audience"),
    ({"is_for_all": True, "audience": (Audience("account", "X"),)}, "audience"),
    ({"holdout_percent": 51}, "holdout_percent"),
    ({"priority": -1}, "priority"),
    ({"shows_per_person": 0}, "shows_per_person"),
    ({"titles": {"de": "Frühling"}}, "title_en"),
    ({"titles": {"ru": "х" * 121}}, "title_ru"),
    ({"texts": {"uk": "х" * 1001}}, "text_uk"),
    ({"link": "https://elsewhere.example"}, "link"),
    ({"link": "//elsewhere.example"}, "link"),
    ({"percent": Decimal(5)}, "percent"),
    ({"kind": "price"}, "percent"),
    ({"kind": "price", "percent": Decimal(101)}, "percent"),
    ({"kind": "price", "percent": Decimal(5), "budget_amount": Decimal(0), "currency": "EUR"}, "budget_amount"),
    ({"kind": "price", "percent": Decimal(5), "budget_amount": Decimal(9)}, "currency"),
    ({"kind": "price", "goods": (Goods("article", "A", Decimal(1)), Goods("brand", "B"))}, "goods"),
)


def test_an_offer_that_cannot_be_names_the_field():
    for changes, field in BAD:
        with pytest.raises(Invalid) as caught:
            check(row(**changes))
        assert caught.value.field == field, changes


def test_the_hold_out_is_the_same_for_ever_and_about_as_large_as_asked():
    drawn = [is_held_out(7, company, 20) for company in range(2000)]
    assert drawn == [is_held_out(7, company, 20) for company in range(2000)]
    assert 320 < sum(drawn) < 480
    assert drawn != [is_held_out(8, company, 20) for company in range(2000)]
    assert not any(is_held_out(7, company, 0) for company in range(200))


def test_a_buyer_sees_the_offers_of_his_account_and_no_others():
    mine, other = customer("MINE"), customer("OTHER")
    segment("LOYAL", mine)
    made = running(audience=(Audience("segment", "LOYAL"),), texts={"en": "Ropes too"})
    me, stranger = buyer_of(mine), buyer_of(other)
    with acting_as(me):
        assert [(one.id, one.title, one.text) for one in cards(me, ["banner"])] == [
            (made, "Spring is here", "Ropes too")
        ]
        for table in ("offers", "offer_audience", "offer_targets", "segment_rules", "resemblances", "start_blocks"):
            with pytest.raises(Exception, match="permission denied"), transaction():
                db.session.execute(text(f"SELECT count(*) FROM {table}"))
    with acting_as(stranger):
        assert cards(stranger, ["banner"]) == []
        with pytest.raises(NotFound):
            card(stranger, made)
        for table in ("offer_cards", "offer_accounts", "offer_people"):
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        with pytest.raises(NotFound):
            offer(stranger, made)


def test_a_person_is_shown_an_offer_only_so_often_and_each_time_is_counted():
    mine = customer()
    made = running(shows_per_person=2)
    me = buyer_of(mine)
    with acting_as(me):
        for _ in range(2):
            assert [one.id for one in cards(me, ["banner"])] == [made]
            note_shown(me, [made])
        assert cards(me, ["banner"]) == []
        note_clicked(me, made)
        assert card(me, made).title == "Spring is here"
    told = result(SYSTEM, made)
    assert (told.reached.shown, told.reached.people_shown, told.reached.people_clicked) == (2, 1, 1)


def test_percent_off_is_a_promotion_of_pricing_for_those_it_reaches():
    nut, companies = article("NUT", "10"), [customer() for _ in range(8)]
    held = segment("EIGHT", *companies)
    made = running(
        kind="price", percent=Decimal(10), goods=(Goods("article", "NUT"),), holdout_percent=50,
        audience=(Audience("segment", "EIGHT"),), currency="EUR", budget_amount=Decimal(500),
    )  # fmt: skip
    out = {one.id for one in companies if is_held_out(made, one.id, 50)}
    assert 0 < len(out) < 8
    reached = db.session.scalars(
        text("SELECT c.code FROM promotion_audience p JOIN companies c ON c.id = p.company_id")
    )
    assert set(reached) == {one.code for one in companies if one.id not in out}
    row_ = db.session.execute(text("SELECT code, value, budget_amount, is_active, is_for_all FROM promotions")).one()
    assert row_ == (f"OFFER-{made}", Decimal(10), Decimal(500), True, False)
    late = customer()
    with system_scope("test"), transaction() as session:
        session.add(CompanySegment(company_id=late.id, segment_id=held))
    run_offers(SYSTEM)
    told = result(SYSTEM, made)
    assert told.reached.accounts + told.held_out.accounts == 9
    stop_offer(SYSTEM, made, "Sold out")
    assert db.session.scalar(text("SELECT is_active FROM promotions")) is False
    with pytest.raises(Conflict):
        stop_offer(SYSTEM, made, "Again")
    assert nut.id


def test_prices_of_articles_hold_for_the_accounts_reached_while_it_runs():
    nut = article("NUT", "10")
    mine, other = customer("MINE"), customer("OTHER")
    made = running(
        kind="price", goods=(Goods("article", "NUT", Decimal("9.50")),), currency="EUR",
        audience=(Audience("account", "MINE"),),
    )  # fmt: skip
    assert [unit_price(one, nut)[0] for one in (mine, other)] == [Decimal("9.5"), Decimal(10)]
    with clock.frozen(NOW + timedelta(days=10)):
        run_offers(SYSTEM)
        assert [unit_price(one, nut)[0] for one in (mine, other)] == [Decimal(10), Decimal(10)]
    assert offer(SYSTEM, made).state == "ended"


def test_more_than_a_person_may_give_needs_somebody_else():
    house = operator()
    article("NUT", "10")
    customer("MINE")
    seller, manager = (actor_for(person(house, role), house) for role in (Role.SALES, Role.PRICING))
    deep = row(kind="price", percent=Decimal(25), goods=(Goods("article", "NUT"),))
    made = create_offer(seller, deep, client_ref="one")
    assert create_offer(seller, deep, client_ref="one") == made
    with pytest.raises(Invalid, match="Ask for its release"):
        release_offer(seller, made)
    ask_release(seller, made)
    with pytest.raises(Invalid, match="more than the"):
        release_offer(seller, made)
    assert release_offer(manager, made) == "running"
    own = create_offer(manager, deep, client_ref="two")
    ask_release(manager, own)
    with pytest.raises(Forbidden, match="Somebody else"):
        release_offer(manager, own)
    change_offer(seller, own, row(kind="price", percent=Decimal(5), goods=(Goods("article", "NUT"),)))
    assert release_offer(seller, own) == "running"
    low = create_offer(
        seller, row(kind="price", goods=(Goods("article", "NUT", Decimal(8)),), currency="EUR", is_for_all=False,
                    audience=(Audience("account", "MINE"),)),
        client_ref="three",
    )  # fmt: skip
    with pytest.raises(Invalid, match="Ask for its release"):
        release_offer(seller, low)


def test_an_offer_starts_and_ends_on_time_and_its_result_compares_with_the_held_out():
    nut, bolt = article("NUT"), article("BOLT")
    companies = [customer() for _ in range(10)]
    made = create_offer(
        SYSTEM,
        row(kind="banner", starts_at=NOW + timedelta(days=1), goods=(Goods("article", "NUT"),), holdout_percent=40),
        client_ref="x",
    )
    assert release_offer(SYSTEM, made) == "released"
    assert result(SYSTEM, made) is None
    out = [one for one in companies if is_held_out(made, one.id, 40)]
    into = [one for one in companies if one not in out]
    assert out and into
    for one in companies:
        bought(one, nut, 100, at=NOW - timedelta(days=3))  # before
        bought(one, nut, 130, at=NOW + timedelta(days=3))
        bought(one, bolt, 999, at=NOW + timedelta(days=3))  # not of this offer
    for one in into:
        bought(one, nut, 70, at=NOW + timedelta(days=4))
    with clock.frozen(NOW + timedelta(days=1)):
        run_offers(SYSTEM)
        assert offer(SYSTEM, made).state == "running"
    with clock.frozen(NOW + timedelta(days=10)):
        run_offers(SYSTEM)
        run_offers(SYSTEM)
        told = result(SYSTEM, made)
    assert offer(SYSTEM, made).state == "ended"
    assert (told.reached.accounts, told.held_out.accounts) == (len(into), len(out))
    assert (told.reached.per_account, told.held_out.per_account) == (Decimal(200), Decimal(130))
    assert told.effect == Decimal(70)
    me = buyer_of(into[0])
    with acting_as(me):
        assert cards(me, ["banner"]) == []
    assert [(one.id, one.state, one.accounts) for one in offers(SYSTEM)] == [(made, "ended", len(into))]
    assert db.session.scalar(select(Offer.ended_at)) == NOW + timedelta(days=10)
