"""One field of many articles at once: preview, one command, history, undo of all or of one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.domain.bulk import BulkChange, Filter, quantities
from app.catalog.queries.portraits import portraits
from app.catalog.queries.selection import count_filtered, filtered_ids
from app.catalog.service.articles import upsert_articles
from app.catalog.service.bulk import apply_change, choose, choose_all, preview_change, undo_bulk
from app.catalog.service.undo import undo_change
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import operator
from tests.factories.catalog import article, articles, category

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    return Actor.system(operator().id)


def fact(ids, name):
    found = portraits(Actor.system(), ids)
    return [found[one][name] for one in ids]


CHANGES = [
    (BulkChange("category", {"category": "20"}), "category", "20"),
    (BulkChange("category", {"category": ""}), "category", ""),
    (BulkChange("brand", {"brand": "Other"}), "brand", "Other"),
    (BulkChange("status", {"status": "run_out"}), "status", "run_out"),
    (BulkChange("vat_class", {"vat_class": "reduced"}), "vat_class", "reduced"),
    (quantities(Decimal("20.50"), Decimal(0)), "minimum", "20.5"),
    (BulkChange("stock_policy", {"stock_policy": "backorder"}), "stock_policy", "backorder"),
    (BulkChange("lead_time_days", {"lead_time_days": 9}), "lead_time_days", 9),
    (BulkChange("lead_time_days", {"lead_time_days": None}), "lead_time_days", None),
    (BulkChange("discount_group", {"discount_group": "B"}), "discount_group", "B"),
    (BulkChange("attribute", {}, "thread", "M12"), "attributes", {"thread": "M12", "grade": "8.8"}),
    (BulkChange("attribute", {}, "thread", ""), "attributes", {"grade": "8.8"}),
]


@pytest.mark.parametrize(("change", "name", "value"), CHANGES, ids=lambda one: getattr(one, "field", None))
def test_each_field_of_all_and_back(house, change, name, value):
    category("10")
    category("20")
    facts = {"category": "10", "brand": "Anvilor", "lead_time_days": 3, "attributes": {"thread": "M10", "grade": "8.8"}}
    ids = articles(3, **facts)
    other = article("OTHER", **facts)
    before = portraits(house, [*ids, other])
    bulk_id = choose(house, ids)
    assert preview_change(house, bulk_id, change).changed == 3
    assert portraits(house, [*ids, other]) == before
    assert apply_change(house, bulk_id, change) == 3
    assert fact(ids, name) == [value] * 3
    assert fact([other], name) == [before[other][name]]
    entry = audit.history(house, "article", ids[0])[-1]
    assert (entry.action, entry.changes[name], entry.changes["bulk_edit"]) == (
        "bulk_changed",
        [before[ids[0]][name], value],
        bulk_id,
    )
    assert undo_bulk(house, bulk_id) == (3, 0)
    assert portraits(house, [*ids, other]) == before
    with pytest.raises(Conflict, match="nothing to undo"):
        undo_bulk(house, bulk_id)


def facets(article_id):
    rows = db.session.execute(
        text("SELECT t.code || '=' || f.value FROM articles a JOIN facet_values f ON f.id = ANY(a.facets) "
             "JOIN attributes t ON t.id = f.attribute_id WHERE a.id = :id"), {"id": article_id})  # fmt: skip
    return set(rows.scalars())


def test_facets_and_words_follow(house):
    article_id = article("A-1", brand="Anvilor", attributes={"thread": "M10"})
    db.session.execute(text("UPDATE attributes SET is_facet = true"))
    apply_change(house, choose(house, [article_id]), BulkChange("attribute", {}, "thread", "M12"))
    apply_change(house, choose(house, [article_id]), BulkChange("brand", {"brand": "Other"}))
    assert facets(article_id) == {"thread=M12", "brand=Other"}
    assert filtered_ids(house, Filter("other")) == [article_id]


def test_what_does_not_fit_an_article_is_left_out_and_counted(house):
    good = article("A-1")
    article("A-2", maximum=Decimal(5))
    bulk_id = choose_all(house, Filter())
    change = quantities(Decimal(20), Decimal(10))
    found = preview_change(house, bulk_id, change)
    assert (found.changed, found.same, found.unfit) == (1, 0, 1)
    assert found.examples == (("A-1", "Article A-1", {"minimum": "0", "step": "0"}, {"minimum": "20", "step": "10"}),)
    assert apply_change(house, bulk_id, change) == 1
    assert fact([good], "minimum") == ["20"]
    uneven = preview_change(house, bulk_id, quantities(Decimal(7), Decimal(5)))
    assert uneven.unfit == 2


def test_undo_leaves_what_changed_again_since(house):
    first, second = articles(2, brand="A")
    bulk_id = choose(house, [first, second])
    apply_change(house, bulk_id, BulkChange("brand", {"brand": "B"}))
    upsert_articles(house, [ArticleRow("A-002", brand="C")])
    assert undo_bulk(house, bulk_id) == (1, 1)
    assert fact([first, second], "brand") == ["A", "C"]


def test_undo_of_nothing_says_so(house):
    (only,) = articles(1, brand="A")
    bulk_id = choose(house, [only])
    apply_change(house, bulk_id, BulkChange("brand", {"brand": "B"}))
    upsert_articles(house, [ArticleRow("A-001", brand="C")])
    with pytest.raises(Conflict, match="All of these articles have been changed again"):
        undo_bulk(house, bulk_id)


def test_one_article_of_many_can_be_taken_back(house):
    first, second = articles(2, brand="A")
    apply_change(house, choose(house, [first, second]), BulkChange("brand", {"brand": "B"}))
    undo_change(house, "A-001", audit.history(house, "article", first)[-1].id)
    assert fact([first, second], "brand") == ["A", "B"]


def test_a_change_is_made_once(house):
    bulk_id = choose(house, articles(2))
    apply_change(house, bulk_id, BulkChange("brand", {"brand": "B"}))
    with pytest.raises(Conflict, match="made already"):
        apply_change(house, bulk_id, BulkChange("brand", {"brand": "C"}))
    with pytest.raises(NotFound, match="no longer kept"):
        apply_change(house, 999_999_999, BulkChange("brand", {"brand": "C"}))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (BulkChange("poem", {}), "field"),
        (BulkChange("category", {"category": "NONE"}), "category"),
        (BulkChange("status", {"status": "sleeping"}), "status"),
        (BulkChange("vat_class", {"vat_class": ""}), "vat_class"),
        (BulkChange("brand", {"brand": "x" * 101}), "brand"),
        (BulkChange("lead_time_days", {"lead_time_days": -1}), "lead_time_days"),
        (BulkChange("attribute", {}, "", "x"), "attribute"),
        (BulkChange("attribute", {}, "unheard", "x"), "attribute"),
        (quantities(Decimal(10) ** 13, None), "minimum"),
    ],
)  # fmt: skip
def test_values_no_article_could_have(house, change, field):
    bulk_id = choose(house, articles(1))
    with pytest.raises(Invalid) as caught:
        preview_change(house, bulk_id, change)
    assert caught.value.field == field


def test_all_of_a_filter(house):
    category("10")
    category("10.1", parent="10")
    inside = articles(3, prefix="BR", category="10.1", name="Bolt")
    articles(2, prefix="OUT", name="Bolt")
    article("OLD", category="10", name="Bolt", status="discontinued")
    wanted = Filter("bolt", "10")
    assert count_filtered(house, wanted) == 3
    assert filtered_ids(house, wanted) == inside
    assert count_filtered(house, Filter("bolt", "10", with_discontinued=True)) == 4
    with pytest.raises(Invalid, match="Select the articles first"):
        choose_all(house, Filter("nothing of this kind"))


@pytest.mark.parametrize("count", [2, 20])
def test_the_same_statements_for_2_and_20(house, count):
    bulk_id = choose(house, articles(count, brand="A"))
    with statements() as seen:
        apply_change(house, bulk_id, BulkChange("brand", {"brand": "B"}))
    assert len(seen) == 10
