"""The order of the shop: what it is made of, per account, page by page, and what buyers cannot see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.catalog.domain.finding import Query
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.ranking import Weights
from app.ordering.queries.ranked import is_ranked
from app.ordering.queries.shop import Look, shop_page
from app.ordering.service.ranking import rank_articles
from app.pricing.models.costs import ArticleCost
from app.pricing.service.promotions import AudienceRow, PromotionRow, TargetRow, upsert_promotion
from tests.factories.accounts import actor_for, customer, person
from tests.factories.offers import bought
from tests.factories.ordering import article, category
from tests.support.queries import counted

SYSTEM = Actor.system()
NONE = {name: Decimal(0) for name in ("bought", "stock", "margin", "promotion", "sold")}
LOOK = Look(Query(with_variants=False), "place")


def only(**weights) -> Weights:
    return Weights(**(NONE | {name: Decimal(value) for name, value in weights.items()}))


def buyer_of(company) -> Actor:
    return actor_for(person(company), company)


def listed(me: Actor, look: Look = LOOK) -> list[str]:
    with acting_as(me):
        return [row.article.sku for row in shop_page(me, look, after=None, before=None, limit=100).rows]


@pytest.fixture
def goods(ctx):
    """Four articles: A has margin, B stock, C is bought, D gets a promotion."""
    a = article("A", "10", stock=0, category_id=category("ONE", "One").id)
    b = article("B", "10", stock=500, category_id=category("ONE", "One").id)
    c = article("C", "10", stock=0)
    d = article("D", "10", stock=0)
    with system_scope("test"), transaction() as session:
        for made, cost in ((a, 2), (b, 9), (c, 9), (d, 9)):
            session.add(
                ArticleCost(article_id=made.id, cost=Decimal(cost), currency="EUR", valid_from=date(2020, 1, 1))
            )
    mine, other = customer("MINE"), customer("OTHER")
    bought(mine, c, 50, days_ago=5)
    upsert_promotion(
        SYSTEM,
        PromotionRow(
            code="P", name="P", kind="line", effect="percent", value=Decimal(5), targets=(TargetRow("article", "D"),),
            audience=(AudienceRow("account", "MINE"),),
        ),
    )  # fmt: skip
    return {"mine": buyer_of(mine), "other": buyer_of(other)}


def test_each_part_counts_by_its_weight_and_zero_switches_it_off(goods):
    cases = (
        (only(), "ABCD", "ABCD"),
        (only(margin=1), "ABCD", "ABCD"),
        (only(stock=1), "BACD", "BACD"),
        (only(bought=1), "CABD", "ABCD"),
        (only(promotion=1), "DABC", "ABCD"),
        (only(bought=1, promotion=10, stock=5), "DBCA", "BACD"),
        (only(bought=1, promotion=2), "DCAB", "ABCD"),
        (only(sold=1), "CABD", "CABD"),
    )
    for weights, mine, other in cases:
        told = rank_articles(SYSTEM, weights)
        assert (told.articles, told.account_rows) == (4, 2)
        assert ("".join(listed(goods["mine"])), "".join(listed(goods["other"]))) == (mine, other), weights
    assert "".join(listed(goods["mine"], Look(Query(category="ONE", with_variants=False), "place"))) == "AB"


def test_pages_go_on_and_back_without_losing_an_article_new_ones_stand_last(ctx):
    for n in range(9):
        article(f"A{n}", stock=n)
    me = buyer_of(customer())
    assert not is_ranked(me)
    rank_articles(SYSTEM, only(stock=1))
    for n in range(3):
        article(f"NEW{n}")
    with acting_as(me):
        whole = shop_page(me, LOOK, after=None, before=None, limit=100)
        skus = [row.article.sku for row in whole.rows]
        assert len(skus) == 12 and skus[-3:] == ["NEW0", "NEW1", "NEW2"]
        keys = [tuple(str(part) for part in whole.keys[row.article.id]) for row in whole.rows]
        for place in range(12):
            on = shop_page(me, LOOK, after=keys[place], before=None, limit=5)
            assert [row.article.sku for row in on.rows] == skus[place + 1 : place + 6]
            back = shop_page(me, LOOK, after=None, before=keys[place], limit=5)
            assert [row.article.sku for row in back.rows] == skus[max(place - 5, 0) : place]
        with pytest.raises(NotFound):
            shop_page(me, LOOK, after=("x", "1"), before=None, limit=5)


def test_buyers_cannot_read_what_the_order_is_made_of(goods):
    rank_articles(SYSTEM, Weights())
    with acting_as(goods["other"]):
        assert db.session.scalar(text("SELECT count(*) FROM account_article_ranks")) == 0
        for table in ("article_rank_parts", "account_rank_parts", "rank_runs"):
            with pytest.raises(Exception, match="permission denied"), transaction():
                db.session.execute(text(f"SELECT * FROM {table}"))
        page = shop_page(goods["other"], LOOK, after=None, before=None, limit=10)
        assert [page.keys[row.article.id][0] for row in page.rows] == [
            "10000",
            "20000",
            "30000",
            "40000",
        ]  # places, no scores


def test_the_list_costs_as_many_statements_for_many_articles(app, ctx):
    me = buyer_of(customer())
    counts = []
    for prefix, many in (("A", 2), ("B", 20)):
        for n in range(many):
            article(f"{prefix}{n:02d}")
        rank_articles(SYSTEM, Weights())
        with acting_as(me), counted(app) as seen:
            shop_page(me, LOOK, after=None, before=None, limit=2)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9
