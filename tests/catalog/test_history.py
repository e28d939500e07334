"""Every change of an article is told with before and after, and can be taken back as a new change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.attachment import FileFacts
from app.catalog.domain.hazard import Hazard
from app.catalog.domain.own_fields import OwnField
from app.catalog.queries.media import article_media
from app.catalog.queries.portraits import portraits
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attachments import add_attachment, remove_attachment
from app.catalog.service.own_fields import define_field, remove_field
from app.catalog.service.pictures import add_picture, remove_picture
from app.catalog.service.undo import undo_change
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict
from tests.factories.accounts import operator
from tests.factories.catalog import article, category
from tests.factories.media import drawing, sheet

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    return Actor.system(operator().id)


def told(article_id):
    return [(entry.action, entry.changes) for entry in audit.history(Actor.system(), "article", article_id)]


def last(article_id):
    return audit.history(Actor.system(), "article", article_id)[-1]


def portrait(article_id):
    return portraits(Actor.system(), [article_id])[article_id]


CHANGES = [
    {"name": "New name"},
    {"names": {"ru": "Новый", "uk": "Нова"}},
    {"category": "20"},
    {"brand": "Other", "mpn": "X-1", "gtin": "4006381333931"},
    {"minimum": Decimal(20), "step": Decimal(10), "maximum": Decimal("1000.5")},
    {"units": (PackRow("XBX", 50, gtin="4006381333931"), PackRow("XPX", 7, 3, weight_kg=Decimal("12.5")))},
    {"units": ()},
    {"attributes": {"thread": "M12"}},
    {"custom": {"warranty": "36", "lot": ""}},
    {"hazard": Hazard("1263", "3", "II", ("GHS02",), "danger"), "origin_country": "PL", "customs_code": "73181500"},
    {"hazard": Hazard()},
    {"status": "run_out", "successor_sku": "NEW"},
    {"stock_policy": "backorder", "lead_time_days": 9, "vat_class": "reduced", "discount_group": "B"},
    {"description": "", "weight_kg": Decimal("1.25")},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "-".join(change))
def test_every_change_can_be_taken_back_and_forth(house, change):
    category("10")
    category("20")
    define_field(house, OwnField("warranty", "Warranty", "number"), is_new=True)
    define_field(house, OwnField("lot", "Lot", "text"), is_new=True)
    article("NEW")
    article_id = article(
        "A-1", category="10", brand="Anvilor", minimum=Decimal(10), step=Decimal(5), units={"XBX": 12}, names={"ru": "Болт"},
        attributes={"thread": "M10"}, custom={"warranty": "24", "lot": "7"}, hazard=Hazard("1950", "2.1", "", ("GHS02",)),
        origin_country="DE", description="Strong",
    )  # fmt: skip
    before = portrait(article_id)
    upsert_articles(house, [ArticleRow("A-1", **change)])
    after = portrait(article_id)
    entry = last(article_id)
    assert entry.action == "changed"
    assert entry.changes == {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    assert set(entry.changes) >= set(change)
    undo_change(house, "A-1", entry.id)
    assert portrait(article_id) == before
    undone = last(article_id)
    assert (undone.action, undone.changes["undo_of"]) == ("undone", entry.id)
    undo_change(house, "A-1", undone.id)
    assert portrait(article_id) == after


def test_what_changed_again_since_is_not_taken_back(house):
    article_id = article("A-1", name="One", brand="A")
    upsert_articles(house, [ArticleRow("A-1", name="Two", brand="B")])
    first = last(article_id)
    upsert_articles(house, [ArticleRow("A-1", brand="C")])
    second = last(article_id)
    with pytest.raises(Conflict, match="“Brand” has been changed again since"):
        undo_change(house, "A-1", first.id)
    assert portrait(article_id)["name"] == "Two"
    undo_change(house, "A-1", second.id)
    undo_change(house, "A-1", first.id)
    assert (portrait(article_id)["name"], portrait(article_id)["brand"]) == ("One", "A")


def test_entries_of_other_articles_cannot_be_undone_here(house):
    article("A-1", name="One")
    other = article("B-1", name="One")
    upsert_articles(house, [ArticleRow("B-1", name="Two")])
    with pytest.raises(Conflict, match="nothing to undo"):
        undo_change(house, "A-1", last(other).id)


def test_pictures_and_files_come_back(house):
    article_id = article("A-1")
    add_picture(house, "A-1", drawing(color="red"), "1.jpg", alt={"en": "Red"})
    add_picture(house, "A-1", drawing(color="green"), "2.jpg")
    add_attachment(house, "A-1", sheet(), "A.pdf", FileFacts("certificate", "Strength", "de"))
    media = article_media(house, article_id)
    before = portrait(article_id)
    remove_picture(house, "A-1", media.pictures[0].id)
    gone = last(article_id)
    assert articles_picture() == media.pictures[1].sha256
    remove_attachment(house, "A-1", media.attachments[0].id)
    undo_change(house, "A-1", last(article_id).id)
    undo_change(house, "A-1", gone.id)
    assert portrait(article_id) == before
    assert articles_picture() == media.pictures[0].sha256
    (held,) = article_media(house, article_id).attachments
    assert (held.facts.title, held.facts.language) == ("Strength", "de")


def articles_picture():
    return db.session.scalar(text("SELECT picture FROM articles"))


def test_a_category_that_is_gone_says_so(house):
    category("10")
    article_id = article("A-1", category="10")
    category("20")
    upsert_articles(house, [ArticleRow("A-1", category="20")])
    db.session.execute(text("DELETE FROM categories WHERE code = '10'"))
    with pytest.raises(Conflict, match="no category 10"):
        undo_change(house, "A-1", last(article_id).id)


def test_the_same_again_is_not_told(house):
    article_id = article("A-1", name="One")
    upsert_articles(house, [ArticleRow("A-1", name="One")])
    assert told(article_id) == []


@pytest.mark.parametrize("count", [2, 20])
def test_telling_costs_the_same_for_2_and_20(house, count):
    for n in range(count):
        article(f"A-{n}", name="One")
    with statements() as seen:
        upsert_articles(house, [ArticleRow(f"A-{n}", name="Two") for n in range(count)])
    assert len(seen) == 5


def test_a_field_in_use_stays(house):
    define_field(house, OwnField("lot", "Lot", "text"), is_new=True)
    article("A-1", custom={"lot": "7"})
    with pytest.raises(Conflict, match="1 articles have a value"):
        remove_field(house, "lot")
    upsert_articles(house, [ArticleRow("A-1", custom={"lot": ""})])
    remove_field(house, "lot")
    result = upsert_articles(house, [ArticleRow("A-1", custom={"lot": "8"})])[0]
    assert (result.outcome, result.field) == ("refused", "custom:lot")


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [("number", "1.50", "1.5"), ("number", "2,5", "2.5"), ("flag", "Ja", "yes"), ("flag", "0", "no"),
     ("day", "2026-12-31", "2026-12-31"), ("text", "  x ", "x"), ("number", "", None)],
)  # fmt: skip
def test_values_of_own_fields_are_typed(house, kind, given, kept):
    define_field(house, OwnField("f1", "F", kind), is_new=True)
    article_id = article("A-1", custom={"f1": given})
    assert portrait(article_id)["custom"].get("f1") == kept


@pytest.mark.parametrize(
    ("kind", "given"), [("number", "many"), ("number", "NaN"), ("flag", "maybe"), ("day", "31.12.2026")]
)
def test_values_that_do_not_fit_are_refused(house, kind, given):
    define_field(house, OwnField("f1", "F", kind), is_new=True)
    result = upsert_articles(house, [ArticleRow("A-1", custom={"f1": given})])[0]
    assert (result.outcome, result.field) == ("refused", "custom:f1")
