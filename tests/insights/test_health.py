"""What is suspected to be wrong in the catalogue, each kind with an article that has it and one that has not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import OPERATOR_ROLES
from app.core.db import db
from app.core.errors import NotFound
from app.insights.queries.completeness import FACTS, completeness, least_complete
from app.insights.queries.faults import FAULTS, count_faults, fault_totals, faults
from app.insights.service.faults import accept_fault, count_all, suspect_again
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.catalog import article, category
from tests.factories.pricing import chain, price_list
from tests.support.queries import counted

GTIN = "4006381333931"


@pytest.fixture
def desk(ctx):
    house = operator()
    return actor_for(person(house, "operator_admin"), house)


def found(actor, kind):
    return {line.sku: str(line.finding) for line in faults(actor, kind)}


def run(statement):
    db.session.execute(text(statement))


def test_a_bar_code_on_two_articles_or_packs(desk):
    article("A-1", gtin=GTIN)
    article("A-2")
    article("A-3", gtin="4012345678901")
    run(f"INSERT INTO article_units (article_id, unit, numerator, gtin) SELECT id, 'XBX', 10, '{GTIN}' FROM articles"
        " WHERE sku = 'A-2'")  # fmt: skip
    assert found(desk, "gtin_twice") == {"A-1": f"{GTIN} is also on A-2 XBX", "A-2": f"{GTIN} is also on A-1"}


def test_one_makers_number_written_two_ways(desk):
    article("A-1", brand="Bolto", mpn="77-1", name="Bolt")
    article("A-2", brand="BOLTO", mpn="77.1", name="bolt")
    article("A-3", brand="Other", mpn="77.1", name="Bolt")
    assert found(desk, "mpn_twice") == {"A-1": "Bolto 77-1 is also A-2", "A-2": "BOLTO 77.1 is also A-1"}
    assert set(found(desk, "name_twice")) == {"A-1", "A-2"}


def test_prices_far_from_their_like_slipped_or_in_a_foreign_unit(desk):
    category("1")
    prices = {f"A-{n}": Decimal(100 + n) / 10 for n in range(1, 12)}
    for sku in prices:
        article(sku, category="1")
    list_id = price_list("GENERAL", prices | {"A-5": "1030"})
    chain("C", "GENERAL", is_default=True)
    assert found(desk, "price_outlier") == {"A-5": "1030 where articles of the category cost 10.7 in the middle"}
    price_list("GENERAL", {"A-7": "100"})
    assert found(desk, "price_jump") == {"A-7": "From 10.7 to 100 in GENERAL"}
    run(f"INSERT INTO price_entries (price_list_id, article_id, unit, price) SELECT {list_id}, id, 'XPX', 5 FROM articles"
        " WHERE sku = 'A-8'")  # fmt: skip
    assert found(desk, "price_unit") == {"A-8": "GENERAL has a price for XPX"}


def test_articles_without_price_or_stock(desk):
    article("A-1")
    article("A-2", stock_policy="backorder")
    article("A-3", status="discontinued")
    price_list("GENERAL", {"A-1": 1})
    chain("C", "GENERAL", is_default=True)
    assert set(found(desk, "no_price")) == {"A-2"}
    assert set(found(desk, "no_stock_record")) == {"A-1"}


def test_packs_that_do_not_fit(desk):
    category("1")
    for n in range(9):
        article(f"A-{n}", category="1", units={"XBX": 10, "XPX": 400})
    article("B-1", category="1", units={"XBX": 10, "XPX": 405})
    article("B-2", category="1", units={"XBX": 1000, "XPX": 2000})
    assert found(desk, "pack_odd") == {"B-1": "XPX of 405 does not hold whole XBX of 10"}
    assert found(desk, "pack_outlier") == {"B-2": "XBX of 1000 where the category has 10 in the middle"}


def test_successors_that_lead_nowhere(desk):
    article("A-2", status="discontinued")
    article("A-1", status="discontinued", successor_sku="A-2")
    assert found(desk, "successor_gone") == {"A-1": "Followed by A-2, which is discontinued"}
    assert found(desk, "successor_missing") == {}


def test_required_properties(desk):
    category("1")
    category("1.1", parent="1")
    article("A-1", category="1.1", attributes={"colour": "red"})
    article("A-2", category="1.1", attributes={"length": "10"})
    run("INSERT INTO category_attributes (category_id, attribute_id, is_required) SELECT c.id, t.id, true FROM categories c,"
        " attributes t WHERE c.code = '1' AND t.code = 'colour'")  # fmt: skip
    assert set(found(desk, "attribute_missing")) == {"A-2"}


def test_every_kind_runs_counts_and_says_what_to_do(desk):
    article("A-1", gtin=GTIN)
    article("A-2", gtin=GTIN)
    counts = count_all(desk)
    assert counts.keys() == FAULTS.keys()
    assert counts["gtin_twice"] == 2
    assert fault_totals(desk)[0].kind in {"gtin_twice", "no_price", "no_stock_record"}
    assert all(str(kind.label) and str(kind.advice) for kind in FAULTS.values())


def test_what_is_no_fault_is_not_shown_again_until_somebody_doubts_it(desk):
    first = article("A-1", gtin=GTIN)
    article("A-2", gtin=GTIN)
    accept_fault(desk, "gtin_twice", first, GTIN, note="sold by both names")
    accept_fault(desk, "gtin_twice", first, GTIN)
    assert set(found(desk, "gtin_twice")) == {"A-2"}
    assert count_faults(desk, "gtin_twice") == 1
    suspect_again(desk, "gtin_twice", first, GTIN)
    assert set(found(desk, "gtin_twice")) == {"A-1", "A-2"}
    with pytest.raises(NotFound):
        suspect_again(desk, "gtin_twice", first, GTIN)
    with pytest.raises(NotFound):
        accept_fault(desk, "no such kind", first, "")


def test_lists_go_on_where_they_stopped_both_ways(desk):
    for n in range(5):
        article(f"A-{n}")
    first = faults(desk, "no_price", limit=2)
    rest = faults(desk, "no_price", after=(first[-1].sku, first[-1].key), limit=9)
    assert [line.sku for line in first + rest] == [f"A-{n}" for n in range(5)]
    assert faults(desk, "no_price", before=(rest[0].sku, rest[0].key), limit=2) == first


def test_points_add_up_to_a_hundred_and_grow_with_every_fact(desk):
    assert sum(fact.points for fact in FACTS.values()) == 100
    category("1")
    article("A-1", names={})
    article("A-2", names={"en": "Bolt"}, description="Strong", category="1", brand="Bolto", mpn="1", gtin=GTIN,
            weight_kg=Decimal(1))  # fmt: skip
    scores = {line.sku: line.score for line in least_complete(desk)}
    assert scores == {"A-1": 20, "A-2": 70}
    assert [line.sku for line in least_complete(desk, "gtin")] == ["A-1"]
    overall = completeness(desk)
    assert (overall.articles, overall.average, overall.bins[2], overall.bins[7]) == (2, 45, 1, 1)
    assert overall.missing["gtin"] == 1


@pytest.mark.parametrize("role", OPERATOR_ROLES)
def test_who_may_look_and_decide(client, world, role):
    with world():
        house = operator()
        one = article("A-1")
        user = person(house, role)
    sign_in(client, user)
    reads = role in {"operator_admin", "pricing", "sales", "warehouse"}
    decides = role in {"operator_admin", "pricing"}
    for address in (
        "/catalogue-health",
        "/catalogue-health/faults/no_price",
        "/catalogue-health/incomplete?lacking=gtin",
    ):
        assert client.get(address).status == (200 if reads else 403), address
    for address in ("/catalogue-health/count", "/catalogue-health/faults/no_price/accept"):
        assert client.post(address, {"article": one, "key": ""}).status == (303 if decides else 403), address
    if decides:
        assert "Nothing found" in client.get("/catalogue-health/faults/no_price").text
        assert client.post(f"/catalogue-health/faults/no_price/again?article={one}&key=").status == 303
        assert "A-1" in client.get("/catalogue-health/faults/no_price").text


def test_buyers_see_none_of_it(client, world, cast):
    sign_in(client, cast.people["customer.buyer"])
    assert client.get("/catalogue-health").status == 403


def test_more_articles_take_no_more_statements(client, world, app):
    with world():
        house = operator()
        for n in range(2):
            article(f"A-{n}")
        user = person(house, "operator_admin")
    sign_in(client, user)
    seen = []
    for more in (range(0), range(2, 20)):
        with world():
            for n in more:
                article(f"A-{n:02d}")
        client.get("/catalogue-health")
        with counted(app) as asked:
            client.get("/catalogue-health")
            client.get("/catalogue-health/faults/no_price")
            client.get("/catalogue-health/incomplete")
        seen.append(len(asked))
    assert seen[0] == seen[1]
