"""Articles by code, by id, by words; pages of a list; the tree."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.catalog.queries.browse import article_page, categories, search, sort_key
from app.catalog.queries.search_suggest import suggest
from app.catalog.service.articles import upsert_articles
from app.core.actor import Actor
from app.core.db import statements
from app.core.errors import NotFound
from app.core.quantity import Factor
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, articles, category, own_number

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()
GTIN, BOX_GTIN = "4006381333931", "14006381333938"


@pytest.fixture
def buyer(ctx):
    operator()
    company = customer()
    return actor_for(person(company), company)


def found(actor, *codes, **options):
    with acting_as(actor):
        hits = articles_by_code(actor, codes, **options)
    return {key: [hit.sku for hit in matches] for key, matches in hits.items()}


def test_codes_are_article_numbers_gtins_or_own_numbers(buyer):
    article("FL-06", gtin=GTIN)
    article("85123A")
    own_number(buyer.company_id, "85123A", "Our 7")
    assert found(buyer, "fl-06", " 85123 a", GTIN, "our7", "nothing") == {
        "FL-06": ["FL-06"], "85123A": ["85123A"], GTIN: ["FL-06"], "OUR7": ["85123A"],
    }  # fmt: skip


def test_an_article_number_beats_a_gtin_which_beats_an_own_number(buyer):
    article("A", gtin=GTIN)
    article("B")
    article("C")
    own_number(buyer.company_id, "B", GTIN)
    own_number(buyer.company_id, "B", "C")
    assert found(buyer, GTIN, "C") == {GTIN: ["A"], "C": ["C"]}


def test_several_articles_with_one_gtin_are_ambiguous(buyer):
    article("A", gtin=GTIN)
    article("B", gtin=GTIN)
    assert found(buyer, GTIN) == {GTIN: ["A", "B"]}


def test_a_gtin_may_be_written_with_or_without_leading_zeros(buyer):
    article("A", gtin="012345678905")
    article("B", gtin="96385074")
    assert found(buyer, "0012345678905", "012345678905", "96385074", "0000096385074", "123456789050") == {
        "0012345678905": ["A"], "012345678905": ["A"], "96385074": ["B"], "0000096385074": ["B"],
    }  # fmt: skip


def test_the_gtin_of_a_pack_names_the_pack(buyer):
    from_pack = article("A", gtin=GTIN)
    with acting_as(SYSTEM):
        upsert_articles(SYSTEM, [ArticleRow("A", units=(PackRow("XBX", 12, gtin=BOX_GTIN),))])
    with acting_as(buyer):
        hit = articles_by_code(buyer, [BOX_GTIN])[BOX_GTIN][0]
    assert (hit.id, hit.found_unit, hit.units) == (from_pack, "XBX", {"XBX": Factor(12)})


def test_own_numbers_are_everybodys_own(buyer):
    article("A")
    other = customer()
    own_number(other.id, "A", "THEIRS")
    assert found(buyer, "THEIRS") == {}
    assert found(buyer, "THEIRS", company_id=other.id) == {}
    assert found(SYSTEM, "THEIRS", company_id=other.id) == {"THEIRS": ["A"]}


def test_an_article_brings_what_ordering_it_needs(buyer):
    article("NEW")
    made = article(
        "OLD", units={"XBX": 12, "XPX": 480}, minimum=Decimal(6), step=Decimal(3), maximum=Decimal(60), anchor="minimum",
        vat_class="reduced", lead_time_days=4, stock_policy="backorder", status="discontinued", successor_sku="NEW",
        brand="Anvilor", mpn="10.3", names={"ru": "Болт"},
    )  # fmt: skip
    own_number(buyer.company_id, "OLD", "7")
    with acting_as(buyer):
        hit = articles_by_id(buyer, [made])[made]
        russian = articles_by_id(replace(buyer, locale="ru"), [made])[made]
    assert hit.units == {"XBX": Factor(12), "XPX": Factor(480)}
    assert (hit.rule.minimum, hit.rule.step, hit.rule.maximum, hit.rule.anchor) == (6, 3, 60, "minimum")
    assert (hit.vat_class, hit.lead_time_days, hit.stock_policy) == ("reduced", 4, "backorder")
    assert (hit.is_active, hit.successor_sku, hit.customer_number, hit.brand) == (False, "NEW", "7", "Anvilor")
    assert (hit.name, russian.name) == ("Article OLD", "Болт")


@pytest.mark.parametrize("count", [2, 20])
def test_two_statements_however_many_codes(buyer, count):
    ids = articles(count)
    with acting_as(buyer), statements() as seen:
        assert len(articles_by_code(buyer, [f"A-{n:03d}" for n in range(1, count + 1)])) == count
        assert len(articles_by_id(buyer, ids)) == count
        search(buyer)
    assert len(seen) == 6  # each asks for the assortment of the account, too


def names(actor, *arguments, **options):
    return [hit.name for hit in search(actor, *arguments, **options)]


def test_search_by_words_their_beginnings_and_numbers():
    article("SW-226364", name="Hex bolt M10x150", names={"ru": "Болт шестигранный"}, mpn="100.319.2")
    article("NUT-1", name="Hex nut M10")
    assert names(SYSTEM, "hex") == ["Hex bolt M10x150", "Hex nut M10"]
    for words in ("bolt HEX", "m10x", "SW-226364", "sw226364", "226364", "100.319", "1003192", "болт"):
        assert names(SYSTEM, words) == ["Hex bolt M10x150"], words
    assert names(SYSTEM, "hex washer") == []
    assert len(names(SYSTEM, "''! & | :*")) == 2  # no word at all: no condition


def test_discontinued_articles_are_left_out_unless_asked_for():
    article("A")
    article("B", status="discontinued")
    assert names(SYSTEM) == ["Article A"]
    assert names(SYSTEM, with_discontinued=True) == ["Article A", "Article B"]


def test_pages_forwards_and_backwards():
    articles(7)
    first = search(SYSTEM, limit=3)
    second = search(SYSTEM, after=sort_key(first[-1], "name"), limit=3)
    assert [hit.sku for hit in second] == ["A-004", "A-005", "A-006"]
    back = search(SYSTEM, before=sort_key(second[0], "name"), limit=3)
    assert back == first
    down = search(SYSTEM, sort="sku", is_descending=True, limit=2)
    assert [hit.sku for hit in down] == ["A-007", "A-006"]
    further = search(SYSTEM, sort="sku", is_descending=True, after=sort_key(down[-1], "sku"), limit=2)
    assert [hit.sku for hit in further] == ["A-005", "A-004"]


def test_names_are_sorted_in_the_language_they_are_read_in():
    article("A", name="Zebra", names={"ru": "Альфа"})
    article("B", name="Apple", names={"ru": "Яблоко"})
    assert names(SYSTEM) == ["Apple", "Zebra"]
    assert names(replace(SYSTEM, locale="ru")) == ["Альфа", "Яблоко"]


def test_a_category_has_what_is_below_it():
    category("10", "Fasteners", names={"ru": "Крепёж"})
    category("10.01", "Bolts", parent="10", position=2)
    category("10.02", "Nuts", parent="10", position=1)
    category("20", "Tools")
    article("A", category="10.01")
    article("B", category="10")
    article("C", category="20")
    assert names(SYSTEM, category="10") == ["Article A", "Article B"]
    assert names(SYSTEM, category="10.01") == ["Article A"]
    assert names(SYSTEM, category="99") == []
    assert names(SYSTEM, "article", "10") == ["Article A", "Article B"]
    tree = [(node.code, node.depth, node.parent_code) for node in categories(SYSTEM)]
    assert tree == [("10", 0, ""), ("10.02", 1, "10"), ("10.01", 1, "10"), ("20", 0, "")]
    assert categories(replace(SYSTEM, locale="ru"))[0].name == "Крепёж"


def test_suggestions_begin_with_numbers(buyer):
    article("M10-BOLT", name="Hex bolt")
    article("Z-1", name="Washer M10")
    article("Z-2", name="Nut")
    article("M10-OLD", status="discontinued")
    own_number(buyer.company_id, "Z-2", "M10/7")
    with acting_as(buyer):
        hits = suggest(buyer, "m10")
    assert [(hit.sku, hit.customer_number) for hit in hits] == [("M10-BOLT", ""), ("Z-2", "M10/7"), ("Z-1", "")]
    assert suggest(buyer, "m") == []
    assert suggest(SYSTEM, "%_") == []


def test_one_article_whole():
    category("10", "Fasteners")
    category("10.01", "Bolts", parent="10")
    article(
        "A",
        category="10.01",
        units={"XBX": 12},
        attributes={"thread": "M10"},
        description="Strong",
        weight_kg=Decimal("0.5"),
    )
    page = article_page(SYSTEM, "a ")
    assert page.path == (("10", "Fasteners"), ("10.01", "Bolts"))
    assert [(pack.unit, pack.factor) for pack in page.packs] == [("XBX", Factor(12))]
    assert (page.attributes, page.description, page.weight_kg) == ({"thread": "M10"}, "Strong", Decimal("0.5"))
    with pytest.raises(NotFound):
        article_page(SYSTEM, "B")
