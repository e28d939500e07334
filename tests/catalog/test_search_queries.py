"""Search on a real database: words, numbers, misspellings, layouts, synonyms, facets, order, what may be seen."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.domain.finding import Query
from app.catalog.domain.search_text import number_of, words_of
from app.catalog.queries.search import find
from app.core.actor import Actor
from app.core.db import db, statements
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


def skus(typed, actor=SYSTEM, **options):
    facts = {name: options.pop(name) for name in ("category", "values", "ranges", "is_literal") if name in options}
    with acting_as(actor):
        return [hit.sku for hit in find(actor, Query(typed, **facts), **options).articles]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hex bolts M10", "bolt"), ("Safety gloves", "glove"), ("Drilling machine", "drill machines"),
        ("Болт шестигранный", "болты"), ("Перчатки рабочие", "перчатка рабочая"), ("Сверло по металлу", "свёрла"),
        ("Викрутка хрестова", "викруток"), ("Гвинти сталеві", "гвинтів сталевих"), ("Дріт мідний", "дроту"),
        ("Об’єктив", "об'єктив"), ("Sechskantschraube", "Schrauben"), ("Sechskantschraube", "sechskant"),
        ("Bügelsäge groß", "buegelsaege gross"), ("Bügelsäge groß", "BÜGELSÄGEN"), ("Schlüssel", "schlussel"),
        ("Bolt М10х50", "m10x50"), ("Bolt M10x50", "м10х50"), ("Cable 4,5 mm", "4.5"), ("Café crème", "cafe"),
    ],
)  # fmt: skip
def test_words_are_found_by_their_stem_and_beginning_in_four_languages(name, typed):
    article("HIT", name=name)
    article("OTHER", name="Something else entirely")
    assert skus(typed) == ["HIT"]


def test_any_part_of_any_number_finds_whatever_the_signs_and_case(buyer):
    article("SW-226364", name="Bolt", mpn="100.319 2/B", gtin=GTIN)
    article("X-1", name="Nut")
    own_number(buyer.company_id, "X-1", "ACME/77-KL")
    for typed in ("SW-226364", "sw226364", "sw 226 364", "2263", "w-22", "100.319", "0319", "3192b", "006381333931",
                  "0004006381333931", "40 0638", GTIN):  # fmt: skip
        assert skus(typed, buyer) == ["SW-226364"], typed
    for typed in ("acme77", "e/77", "77-k", "ACME 77 KL"):
        assert skus(typed, buyer) == ["X-1"], typed
    assert skus("acme77") == [], "numbers are the account's own"
    assert skus("63") == [], "two digits are no part of a number"


def test_the_bar_code_of_a_pack_finds_its_article():
    article("A", name="Bolt")
    with acting_as(SYSTEM):
        db.session.execute(
            text(
                "INSERT INTO article_units (article_id, unit, numerator, gtin) SELECT id, 'XBX', 5, :gtin FROM articles"
            ),
            {"gtin": BOX_GTIN},
        )
        assert skus(BOX_GTIN) == ["A"]
        db.session.execute(text("DELETE FROM article_units"))
        assert skus(BOX_GTIN) == []


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("Adjustable wrench", "adgustable wrehch", "adjustable wrench"), ("Stainless bolt", "stianless", "stainless"),
        ("Болт нержавеющий", "нержавиющий", "нержавеющий"), ("Сверло", "cdthkj", "сверло"), ("Викрутка", "dbrhenrf", "викрутка"),
        ("Сверло", "cdtkrj", ""), ("Bits", "ишеы", "bits"), ("Zange", "yange", "zange"), ("Säge", "s'ge", "sage"),
        ("Перчатки", "gthxfnrb", "перчатки"),
    ],
)  # fmt: skip
def test_what_was_meant_is_found_and_said(name, typed, meant):
    article("HIT", name=name)
    article("OTHER", name="Something else")
    with acting_as(SYSTEM):
        found = find(SYSTEM, Query(typed))
        assert ([hit.sku for hit in found.articles], found.corrected) == (["HIT"] if meant else [], meant)
        assert find(SYSTEM, Query(typed, is_literal=True)).total == 0


def test_a_number_typed_on_the_cyrillic_keyboard_is_found():
    article("FA101075", name="Bolt")
    assert skus("аф101075") == skus("АФ-101") == ["FA101075"]


def test_what_is_there_is_never_put_right():
    article("KASKO1", name="Gas lighter", mpn="KAS-8001")
    article("B", name="Gas bottle")
    found = find(SYSTEM, Query("kas"))
    assert ([hit.sku for hit in found.articles], found.corrected) == (["KASKO1"], "")
    assert find(SYSTEM, Query("asko")).corrected == ""


def test_whole_numbers_come_first_then_whole_words_then_beginnings():
    article("Z-PREFIX", name="Boltcutter large")
    article("Y-WORD", name="Hex bolt")
    article("X-LONG", name="Hex bolt of the very best kind")
    article("BOLT1", name="Washer")
    article("W-TEXT", name="Nut", description="Fits every bolt, so an end was in it.")
    assert skus("bolt") == ["Y-WORD", "X-LONG", "Z-PREFIX", "BOLT1", "W-TEXT"] or skus("bolt")[:3] == [
        "Y-WORD", "X-LONG", "Z-PREFIX",
    ]  # fmt: skip
    article("150", name="Filter")
    article("A-1", name="Bolt 150 mm")
    article("1507", name="Hose")
    assert skus("150") == ["150", "1507", "A-1"]


def test_a_change_is_found_by_the_next_search():
    article("A", name="Bolt")
    assert skus("nut") == []
    article("A", name="Nut")
    assert (skus("nut"), skus("bolt")) == (["A"], [])
    article("A", name="Nut", status="discontinued")
    assert skus("nut") == []
    words = db.session.execute(text("SELECT word, frequency FROM search_words ORDER BY word")).all()
    assert [tuple(row) for row in words] == [("nut", 1)]


def test_counts_of_words_follow_every_change():
    articles(30, name="Hex bolt")
    article("A-001", name="Hex nut")
    counted = dict(db.session.execute(text("SELECT word, frequency FROM search_words")).all())
    assert (counted["hex"], counted["bolt"], counted["nut"]) == (30, 29, 1)
    with acting_as(SYSTEM):
        db.session.execute(text("DELETE FROM articles WHERE sku = 'A-001'"))
    assert "nut" not in dict(db.session.execute(text("SELECT word, frequency FROM search_words")).all())


def test_categories_are_counted_and_narrow():
    category("10")
    category("10.01", parent="10")
    category("20")
    article("A", name="Bolt", category="10.01")
    article("B", name="Bolt", category="20")
    found = find(SYSTEM, Query("bolt"))
    assert (found.total, sorted(found.by_category.values())) == (2, [1, 1])
    assert skus("bolt", category="10") == ["A"]


def test_pages_go_both_ways_in_every_order():
    articles(7, name="Bolt")
    for sort in ("relevance", "name", "sku"):
        whole = find(SYSTEM, Query("bolt"), sort)
        first = find(SYSTEM, Query("bolt"), sort, limit=3)
        second = find(SYSTEM, Query("bolt"), sort, after=first.keys[first.articles[-1].id], limit=3)
        back = find(SYSTEM, Query("bolt"), sort, before=second.keys[second.articles[0].id], limit=3)
        assert [hit.sku for hit in (*first.articles, *second.articles)] == [hit.sku for hit in whole.articles[:6]]
        assert [hit.sku for hit in back.articles] == [hit.sku for hit in first.articles]
        assert whole.total == second.total == 7
    down = find(SYSTEM, Query("bolt"), "sku", is_descending=True, limit=2)
    assert [hit.sku for hit in down.articles] == ["A-007", "A-006"]


@pytest.mark.parametrize("count", [2, 20])
def test_statements_do_not_depend_on_the_number_of_hits(buyer, count):
    articles(count, name="Bolt")
    with acting_as(buyer), statements() as seen:
        assert find(buyer, Query("bolt")).total == count
    assert len(seen) <= 4


TEXTS = (
    'Болт М10х150 10,9, DIN-931 "Säge" Straße об’єкт 1/2"', "BD.01.02221 Ø50", "Œuvre, ÇA, ŁÓDŹ ґудзик Ёлка", "½ m² №5",
    "1.2.3,4 a.b,c", "", "···", "İstanbul ISIK ıssız", "Привіт-світ_3'4 п'ять", "ﬁlter ＡＢＣ 中文", "ÀÁÂÃÄÅĀĂĄ ŔŘ ŠŤŽ",
)  # fmt: skip


@pytest.mark.parametrize("given", TEXTS)
def test_the_program_and_the_database_make_the_same_words(given):
    made = db.session.scalar(text("SELECT search_text(:given)"), {"given": given})
    alike = str.maketrans("авекмнорстух", "abekmhopctyx")
    assert words_of(given) == tuple(
        word.translate(alike) if any(sign.isdigit() for sign in word) else word for word in made.split()
    )


UKRAINIAN = """
гайка гайки гайку гайкою гайок гайками | болт болта болти болтів болтами | ключ ключі ключів ключем
викрутка викрутки викруток викруткою | дріт дроту дроти дротів | ніж ножа ножі ножів | молоток молотка молотки молотків
сталевий сталева сталеве сталеві сталевого сталевих | кріплення кріплень кріпленням | кабель кабелю кабелі кабелів
папір паперу паперів | колір кольору кольори | рукавичка рукавички рукавичок рукавичками | замок замка замки
палець пальця пальці | станція станції станцій станцією | свердло свердла свердел свердлами | фарба фарби фарб
шестигранний шестигранна шестигранні | щітка щітки щіток | камінь каменю камені | блок блоки блоків
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("forms", [line.split() for line in UKRAINIAN if line.strip()])
def test_forms_of_a_ukrainian_word_have_one_stem(forms):
    stems = db.session.execute(
        text("SELECT DISTINCT search_stem_uk(w) FROM unnest(CAST(:forms AS text[])) AS w"), {"forms": forms}
    ).all()
    assert len(stems) == 1, stems


def test_different_ukrainian_words_keep_different_stems():
    words = ["болт", "блок", "болото", "кут", "кіт", "кабель", "кабіна", "лак", "лампа", "лапа", "труба", "труд"]
    stems = db.session.scalars(
        text("SELECT search_stem_uk(w) FROM unnest(CAST(:words AS text[])) AS w"), {"words": words}
    ).all()
    assert len(set(stems)) == len(words), stems


def test_numbers_are_the_same_to_both():
    for given in ("SW-226364", "100.319 2/B", "АФ 12-3", "бд.01"):
        article(given, name="Number")
        stored = db.session.scalar(
            text("SELECT s.numbers FROM article_search s JOIN articles a ON a.id = s.id WHERE a.sku = :sku"),
            {"sku": given},
        )
        assert stored.split()[0] == number_of(given)
