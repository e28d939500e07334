"""Articles, categories and own numbers in bulk: created, changed, left, refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.models.articles import Article, ArticleUnit
from app.catalog.queries.articles import articles_by_id
from app.catalog.service.articles import upsert_articles
from app.catalog.service.categories import CategoryRow, upsert_categories
from app.catalog.service.numbers import NumberRow, drop_own_numbers, set_own_numbers
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Forbidden, Invalid
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, category

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


def outcomes(*rows):
    return [result.outcome for result in upsert_articles(SYSTEM, rows)]


def value(sku, column):
    return db.session.scalar(select(getattr(Article, column)).where(Article.sku == sku))


def test_articles_are_created_changed_or_left():
    first = ArticleRow(
        "A-1", "Bolt", gtin="4006381333931", minimum=Decimal(10), step=Decimal(5), attributes={"thread": "M10"}
    )
    assert outcomes(first) == ["created"]
    assert outcomes(first) == ["same"]
    assert outcomes(ArticleRow("a-1", "Bolt M10"), ArticleRow("B")) == ["changed", "created"]
    assert (value("a-1", "name"), value("a-1", "gtin"), value("a-1", "minimum")) == ("Bolt M10", "4006381333931", 10)
    assert value("B", "name") == "B"


def test_names_add_up_and_attributes_are_replaced():
    article("A", names={"ru": "Болт"}, attributes={"a": "1", "b": "2"})
    assert outcomes(ArticleRow("A", names={"de": "Schraube"}, attributes={"a": "1"})) == ["changed"]
    assert value("A", "names") == {"ru": "Болт", "de": "Schraube"}
    assert value("A", "attributes") == {"a": "1"}


def test_packs_are_replaced_only_when_given():
    made = article("A", units={"XBX": 12, "XPX": 480})
    assert outcomes(ArticleRow("A", brand="X")) == ["changed"]
    assert list(articles_by_id(SYSTEM, [made])[made].units) == ["XBX", "XPX"]
    assert outcomes(ArticleRow("A", units=(PackRow("XBX", 10),))) == ["changed"]
    assert outcomes(ArticleRow("A", units=(PackRow("XBX", 10),))) == ["same"]
    units = db.session.execute(select(ArticleUnit.unit, ArticleUnit.numerator)).all()
    assert units == [("XBX", 10)]


def test_a_bad_row_does_not_stop_the_others():
    results = upsert_articles(
        SYSTEM, [ArticleRow(""), ArticleRow("A"), ArticleRow("a"), ArticleRow("B", category="none")]
    )
    assert [(result.outcome, result.field) for result in results] == [
        ("refused", "sku"), ("created", ""), ("refused", "sku"), ("refused", "category"),
    ]  # fmt: skip
    assert all(result.problem for result in results if result.outcome == "refused")


def test_a_successor_may_come_before_with_or_after_its_article():
    def successor(sku):
        return db.session.scalar(
            text("SELECT s.sku FROM articles a JOIN articles s ON s.id = a.successor_id WHERE a.sku = :sku"),
            {"sku": sku},
        )

    article("EARLY")
    assert outcomes(
        ArticleRow("A", successor_sku="early"), ArticleRow("B", successor_sku="WITH"), ArticleRow("WITH"),
        ArticleRow("C", successor_sku="LATE"),
    ) == ["created"] * 4  # fmt: skip
    assert [successor(sku) for sku in "ABC"] == ["EARLY", "WITH", None]
    article("LATE")
    assert successor("C") == "LATE"
    assert outcomes(ArticleRow("C", successor_sku="LATE")) == ["same"]
    assert outcomes(ArticleRow("C", "New name")) == ["changed"]
    assert successor("C") == "LATE"


@pytest.mark.parametrize("count", [2, 20])
def test_a_constant_number_of_statements(count):
    category("10")
    rows = [
        ArticleRow(f"A-{n}", category="10", successor_sku="A-0" if n else None, units=(PackRow("XBX", 12),))
        for n in range(count)
    ]
    with statements() as seen:
        assert outcomes(*rows) == ["created"] * count
    assert len(seen) == 6


def test_categories_in_any_order():
    rows = [CategoryRow("10.01", "Bolts", {"ru": "Болты"}, "10"), CategoryRow("10", "Fasteners")]
    assert upsert_categories(SYSTEM, rows) == ["created", "created"]
    assert upsert_categories(SYSTEM, rows) == ["same", "same"]
    assert upsert_categories(SYSTEM, [CategoryRow("10.01", "Bolts", {"ru": "Болты"})]) == ["changed"]


@pytest.mark.parametrize(
    "rows",
    [
        [CategoryRow("A", "A"), CategoryRow("A", "B")],
        [CategoryRow("", "A")],
        [CategoryRow("A", "A", parent="NONE")],
        [CategoryRow("A", "A", parent="A")],
        [CategoryRow("A", "A", parent="B"), CategoryRow("B", "B", parent="C"), CategoryRow("C", "C", parent="A")],
    ],
)
def test_categories_that_make_no_tree(rows):
    with pytest.raises(Invalid):
        upsert_categories(SYSTEM, rows)


def test_a_customer_keeps_its_own_numbers():
    operator()
    article("A")
    article("B")
    company = customer()
    buyer = actor_for(person(company), company)
    with acting_as(buyer):
        results = set_own_numbers(
            buyer, company.id,
            [NumberRow("1", "A"), NumberRow(" 1 ", "B"), NumberRow("", "A"), NumberRow("2", "NONE"), NumberRow("3", "a")],
        )  # fmt: skip
        assert [result.outcome for result in results] == ["created", "refused", "refused", "refused", "created"]
        moved = set_own_numbers(buyer, company.id, [NumberRow("1", "B"), NumberRow("3", "A")])
        assert [result.outcome for result in moved] == ["changed", "same"]
        drop_own_numbers(buyer, company.id, ["1"])
        assert db.session.scalar(text("SELECT count(*) FROM customer_article_numbers")) == 1
        with pytest.raises(Forbidden):
            set_own_numbers(buyer, company.id + 1, [NumberRow("1", "A")])
