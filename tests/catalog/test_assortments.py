"""Assortments in the database: kept, given, and the filter equal to the rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.domain.groups import SetFacts
from app.accounts.service.groups import set_group, set_segments, upsert_group, upsert_segment
from app.catalog.domain.article_row import ArticleRow
from app.catalog.domain.assortment import Effect, Judged, Rule, Target, is_in_force, judge
from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.catalog.queries.assortment import hidden, verdicts, visible_sql, visible_values
from app.catalog.queries.assortments import assortment, assortments, reach, reaching, rules, sight, verdict
from app.catalog.queries.browse import article_page, categories, search
from app.catalog.queries.search_suggest import suggest
from app.catalog.service.articles import upsert_articles
from app.catalog.service.assortment_reach import ReachKind, assign, unassign
from app.catalog.service.assortments import (
    AssortmentFacts,
    RuleRow,
    add_rules,
    delete_assortment,
    import_rules,
    remove_rules,
    upsert_assortment,
)
from app.catalog.service.brands import BrandRow, edit_brand
from app.catalog.service.categories import drop_category
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from tests.factories import accounts as make
from tests.factories.catalog import article, articles, category, own_number

SYSTEM = Actor.system()
A, D = Effect.ALLOW, Effect.DENY


@pytest.fixture
def house(ctx):
    return make.operator()


@pytest.fixture
def shop(house):
    return make.customer("K-1")


@pytest.fixture
def buyer(shop):
    return make.actor_for(make.person(shop, "buyer"), shop)


@pytest.fixture
def goods(house):
    """Three categories under each other, two brands: 1 in 1, 1.1 and 2 with four articles."""
    category("1")
    category("1.1", parent="1")
    category("2")
    return {
        "TOP": article("TOP", category="1", brand="Anvilor"),
        "LOW": article("LOW", category="1.1", brand="Bolto"),
        "TWO": article("TWO", category="2", brand="Bolto"),
        "BARE": article("BARE"),
    }


def made(code: str = "A", to: str = "K-1", **facts: object) -> int:
    """An assortment given to an account."""
    found = upsert_assortment(SYSTEM, AssortmentFacts(code, code, **facts))
    if to:
        assign(SYSTEM, found, ReachKind.ACCOUNT, to)
    return found


def seen(actor: Actor) -> set[str]:
    with acting_as(actor):
        return {one.sku for one in search(actor)}


def test_without_assortments_everything_is_seen_and_the_filter_holds_nothing(goods, buyer):
    assert seen(buyer) == set(goods)
    with acting_as(buyer), statements() as sent:
        values = visible_values(buyer)
    assert values["as_free"]
    assert len(sent) == 1
    with statements() as sent:
        visible_values(SYSTEM)
    assert sent == [], "the operator's own eyes see everything"


@pytest.mark.parametrize(
    ("effect", "rule", "expected"),
    [
        (D, {"skus": ["top", " LOW "]}, {"TWO", "BARE"}),
        (D, {"categories": ["1"]}, {"TWO", "BARE"}),
        (D, {"categories": ["1.1"]}, {"TOP", "TWO", "BARE"}),
        (D, {"brands": ["bolto"]}, {"TOP", "BARE"}),
        (A, {"skus": ["BARE"]}, {"BARE"}),
        (A, {"categories": ["1"]}, {"TOP", "LOW"}),
        (A, {"brands": ["Bolto"], "skus": ["BARE"]}, {"LOW", "TWO", "BARE"}),
    ],
)
def test_rules_by_article_category_and_brand(goods, buyer, effect, rule, expected):
    add_rules(SYSTEM, made(), effect, **rule)
    assert seen(buyer) == expected


def test_denying_wins_whichever_assortment_denies(goods, buyer):
    add_rules(SYSTEM, made("A"), A, categories=["1"])
    add_rules(SYSTEM, made("B"), D, skus=["LOW"])
    assert seen(buyer) == {"TOP"}


def test_a_category_that_is_new_below_a_denied_one_is_denied_at_once(goods, buyer):
    add_rules(SYSTEM, made(), D, categories=["1"])
    category("1.1.1", parent="1.1")
    article("NEW", category="1.1.1")
    assert "NEW" not in seen(buyer)


def test_everybody_groups_segments_and_accounts(goods, shop, buyer):
    other = make.customer("K-2")
    rival = make.actor_for(make.person(other, "buyer"), other)
    group, segment = upsert_group(SYSTEM, SetFacts("G", "G")), upsert_segment(SYSTEM, SetFacts("S", "S"))
    set_group(SYSTEM, shop.id, group)
    set_segments(SYSTEM, shop.id, [segment])
    for code, sku, kind, to in (
        ("E", "TOP", ReachKind.EVERYBODY, ""), ("G", "LOW", ReachKind.GROUP, "G"), ("S", "TWO", ReachKind.SEGMENT, "S"),
    ):  # fmt: skip
        found = made(code, to="")
        add_rules(SYSTEM, found, D, skus=[sku])
        assert assign(SYSTEM, found, kind, to)
        assert not assign(SYSTEM, found, kind, to), "given once"
    assert seen(buyer) == {"BARE"}
    assert seen(rival) == {"LOW", "TWO", "BARE"}
    set_group(SYSTEM, shop.id, None)
    assert "LOW" in seen(buyer), "true for the next request"
    assert [one.code for one in reaching(SYSTEM, shop.id)] == ["E", "S"]


def test_dates_and_use(goods, buyer, monkeypatch):
    today = clock.today("Europe/Berlin")
    found = made(valid_from=today, valid_to=today + timedelta(days=1))
    add_rules(SYSTEM, found, D, skus=["TOP"])
    assert "TOP" not in seen(buyer)
    upsert_assortment(SYSTEM, AssortmentFacts("A", "A", valid_from=today + timedelta(days=1)), found)
    assert "TOP" in seen(buyer)
    upsert_assortment(SYSTEM, AssortmentFacts("A", "A", valid_to=today), found)
    assert "TOP" in seen(buyer)
    upsert_assortment(SYSTEM, AssortmentFacts("A", "A", is_active=False), found)
    assert "TOP" in seen(buyer)
    with pytest.raises(Invalid, match="last day"):
        upsert_assortment(SYSTEM, AssortmentFacts("A", "A", valid_from=today, valid_to=today), found)


def test_codes_find_hidden_articles_marked_and_visible_ones_first(goods, shop, buyer):
    article("GTIN-1", gtin="4006381333931")
    article("GTIN-2", gtin="4006381333931")
    own_number(shop.id, "TWO", "LOW")
    add_rules(SYSTEM, made(), D, skus=["LOW", "GTIN-1"])
    with acting_as(buyer):
        found = articles_by_code(buyer, ["LOW", "TOP", "4006381333931"])
        assert [(one.sku, one.is_visible) for one in found["TOP"]] == [("TOP", True)]
        assert [one.sku for one in found["LOW"]] == ["TWO"], "the customer's own number before a hidden article"
        assert [one.sku for one in found["4006381333931"]] == ["GTIN-2"]
        assert not articles_by_id(buyer, [goods["LOW"]])[goods["LOW"]].is_visible
    assert articles_by_id(SYSTEM, [goods["LOW"]])[goods["LOW"]].is_visible
    assert not articles_by_id(SYSTEM, [goods["LOW"]], company_id=shop.id)[goods["LOW"]].is_visible


def test_pages_suggestions_and_the_tree(goods, buyer):
    found = made()
    add_rules(SYSTEM, found, D, categories=["1.1"])
    with acting_as(buyer):
        with pytest.raises(NotFound, match="not in your assortment"):
            article_page(buyer, "LOW")
        assert suggest(buyer, "LOW") == []
        assert [node.code for node in categories(buyer)] == ["1", "2"]
    remove_rules(SYSTEM, found, [one.id for one in rules(SYSTEM, found)])
    add_rules(SYSTEM, found, A, skus=["LOW"])
    with acting_as(buyer):
        assert [node.code for node in categories(buyer)] == ["1", "1.1"], "with the way to it"
        assert article_page(buyer, "LOW").article.sku == "LOW"
    assert [node.code for node in categories(SYSTEM)] == ["1", "1.1", "2"]


def test_heads_and_variants(house, buyer):
    head = article("HEAD", axes=("size",))
    for sku in ("V-1", "V-2"):
        article(sku, variant_of="HEAD", attributes={"size": sku})
    found = made()
    add_rules(SYSTEM, found, D, skus=["HEAD"])
    assert seen(buyer) == set()
    add_rules(SYSTEM, found, A, skus=["HEAD"])
    assert seen(buyer) == {"HEAD", "V-1", "V-2"}
    remove_rules(SYSTEM, found, [one.id for one in rules(SYSTEM, found)])
    add_rules(SYSTEM, found, A, skus=["V-1"])
    assert seen(buyer) == {"HEAD", "V-1"}
    assert verdicts(SYSTEM, [head], make_company(buyer))[head].is_visible


def make_company(actor: Actor) -> int:
    return actor.company_id


def test_the_operator_reads_the_reason(goods, shop):
    found = made("SPRING")
    add_rules(SYSTEM, found, D, categories=["1"])
    texts = {article_id: str(message) for article_id, message in hidden(SYSTEM, goods.values(), shop.id).items()}
    assert texts == dict.fromkeys(
        (goods["TOP"], goods["LOW"]), "SPRING denies the category Category 1 and all below it."
    )
    assert hidden(SYSTEM, goods.values()) == {}
    _, _, answer = verdict(SYSTEM, shop.id, "low")
    assert not answer.is_visible
    assert (sight(SYSTEM, shop.id).visible, sight(SYSTEM, shop.id).total) == (2, 4)
    assert not sight(SYSTEM, shop.id).is_limited


def test_rules_are_put_turned_round_and_taken_out(goods, house):
    found = made(to="")
    filled = add_rules(
        SYSTEM, found, D, skus=["TOP", "NOPE", "low"], categories=["9", "2"], brands=["Nobody", "ANVILOR"]
    )
    assert (filled.added, filled.changed, filled.same) == (4, 0, 0)
    assert [(one.row, one.column, one.given) for one in filled.problems] == [
        (2, "sku", "NOPE"), (4, "category", "9"), (6, "brand", "Nobody"),
    ]  # fmt: skip
    again = add_rules(SYSTEM, found, A, skus=["TOP"])
    assert (again.added, again.changed) == (0, 1)
    lines = rules(SYSTEM, found)
    assert {(one.effect, one.target, one.code) for one in lines} == {
        (A, Target.ARTICLE, "TOP"), (D, Target.ARTICLE, "LOW"), (D, Target.CATEGORY, "2"), (D, Target.BRAND, "Anvilor"),
    }  # fmt: skip
    assert [one.code for one in rules(SYSTEM, found, effect="allow")] == ["TOP"]
    assert [one.code for one in rules(SYSTEM, found, search="anvil")] == ["Anvilor"]
    assert [one.code for one in rules(SYSTEM, found, search="to")] == ["TOP"]
    assert remove_rules(SYSTEM, found, [lines[0].id, 999]) == 1
    line = assortment(SYSTEM, "A")
    assert (line.allows + line.denies, line.reaches) == (3, 0)
    told = [entry.action for entry in audit.history(SYSTEM, "assortment", found)]
    assert told == ["created", "rules_set", "rules_set", "rules_removed"]


def test_what_is_named_or_given_cannot_be_deleted(goods, shop):
    category("3")
    found = made()
    add_rules(SYSTEM, found, A, categories=["3"])
    with pytest.raises(Conflict, match="assortment"):
        drop_category(SYSTEM, "3")
    with pytest.raises(Conflict, match="given"):
        delete_assortment(SYSTEM, found)
    (line,) = reach(SYSTEM, found)
    assert (line.kind, line.code, line.accounts) == ("account", "K-1", 1)
    unassign(SYSTEM, found, line.id)
    with pytest.raises(NotFound):
        unassign(SYSTEM, found, line.id)
    delete_assortment(SYSTEM, found)
    assert assortments(SYSTEM) == []


def test_a_brand_that_is_renamed_stays_denied(goods, buyer):
    add_rules(SYSTEM, made(), D, brands=["Bolto"])
    edit_brand(SYSTEM, "Bolto", BrandRow("Bolto", name="Bolto Group"))
    assert seen(buyer) == {"TOP", "BARE"}


def test_assortments_are_the_operators(goods, shop, buyer):
    found = made()
    other = made("OTHERS", to="")
    for one in (found, other):
        add_rules(SYSTEM, one, D, skus=["LOW"])
    with acting_as(buyer):
        for call in (
            lambda: upsert_assortment(buyer, AssortmentFacts("X", "X")), lambda: add_rules(buyer, found, A, skus=["LOW"]),
            lambda: remove_rules(buyer, found, [1]), lambda: assign(buyer, found, ReachKind.EVERYBODY),
            lambda: delete_assortment(buyer, found), lambda: import_rules(buyer, [RuleRow("A", A, sku="LOW")]),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                call()
        with pytest.raises(NotFound):
            assortments(buyer)
        assert db.session.scalars(text("SELECT code FROM assortments")).all() == ["A"]
        assert db.session.scalars(text("SELECT DISTINCT assortment_id FROM assortment_rules")).all() == [found]


def test_an_import_makes_assortments_and_repeats(goods, buyer):
    rows = [
        RuleRow("NEW", D, sku="TOP"), RuleRow("NEW", D, category="2"), RuleRow("NEW", A, brand="bolto"),
        RuleRow("NEW", A, sku="TOP"), RuleRow("NEW", D, sku="TOP"), RuleRow("bad code", D, sku="TOP"),
        RuleRow("NEW", D), RuleRow("NEW", D, sku="TOP", brand="Bolto"),
    ]  # fmt: skip
    outcomes = [(one.outcome, one.field) for one in import_rules(SYSTEM, rows)]
    assert outcomes == [
        ("created", ""), ("created", ""), ("created", ""), ("refused", "effect"), ("same", ""), ("refused", "assortment"),
        ("refused", "sku"), ("refused", "sku"),
    ]  # fmt: skip
    assert [one.outcome for one in import_rules(SYSTEM, rows[:3])] == ["same"] * 3
    assert [one.outcome for one in import_rules(SYSTEM, [RuleRow("NEW", A, sku="TOP")])] == ["changed"]
    assert seen(buyer) == set(goods), "it reaches nobody yet"


@pytest.mark.parametrize("count", [2, 20])
def test_the_same_statements_for_any_number(house, shop, buyer, count):
    ids = articles(count)
    found = made()
    skus = [f"A-{n:03d}" for n in range(1, count + 1)]
    with statements() as sent:
        add_rules(SYSTEM, found, D, skus=skus)
    assert len([one for one in sent if "SAVEPOINT" not in one]) == 4
    with statements() as sent:
        assert len(hidden(SYSTEM, ids, shop.id)) == count
    assert len(sent) == 1
    with acting_as(buyer), statements() as sent:
        search(buyer)
        articles_by_id(buyer, ids)
        articles_by_code(buyer, skus)
    assert len(sent) == 6


KEYS = st.one_of(
    st.tuples(st.just(Target.ARTICLE), st.integers(0, 6)),
    st.tuples(st.just(Target.CATEGORY), st.integers(0, 3)),
    st.tuples(st.just(Target.BRAND), st.integers(0, 1)),
)
CASES = st.lists(
    st.tuples(
        st.sampled_from(["everybody", "group", "segment", "account", "other", ""]),  # whom it reaches
        st.tuples(st.booleans(), st.integers(-2, 2), st.integers(-2, 2)),  # in use; first day, day it is over
        st.lists(st.tuples(st.sampled_from(Effect), KEYS), max_size=4),
    ),
    max_size=4,
)
PATHS = {0: ["C0"], 1: ["C0", "C1"], 2: ["C0", "C1", "C2"], 3: ["C3"]}  # category -> the way to it
GOODS = [  # number -> category, brand, head
    (None, "", None), (0, "B0", None), (1, "B1", None), (2, "", None), (3, "B0", None), (2, "B1", None), (3, "", 5),
]  # fmt: skip


@pytest.fixture
def market(house, shop, buyer):
    """Seven articles in four categories with two brands, one of them a variant; the ids by number."""
    for n, path in PATHS.items():
        category(f"C{n}", parent=path[-2] if len(path) > 1 else "")
    rows = [
        ArticleRow(f"M-{n}", name=f"M {n}", category=None if cat is None else f"C{cat}", brand=brand,
                   axes=("size",) if n == 5 else None, variant_of=None if head is None else f"M-{head}",
                   attributes={"size": "1"} if head is not None else None)
        for n, (cat, brand, head) in enumerate(GOODS)
    ]  # fmt: skip
    ids = [one.article_id for one in upsert_articles(SYSTEM, rows)]
    assert None not in ids
    # brands exist though no article may carry them any more
    group, segment = upsert_group(SYSTEM, SetFacts("G", "G")), upsert_segment(SYSTEM, SetFacts("S", "S"))
    set_group(SYSTEM, shop.id, group)
    set_segments(SYSTEM, shop.id, [segment])
    make.customer("OTHER")
    return ids


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=CASES)
def test_the_filter_is_the_rule(market, shop, buyer, case):
    """What PostgreSQL leaves in, with many articles and with few, is what the rule says of each."""
    today = clock.today("Europe/Berlin")
    expected_rules: list[Rule] = []
    db.session.execute(text("DELETE FROM assortments"))
    db.session.commit()
    for number, (to, (is_active, start, end), entries) in enumerate(case):
        valid_from, valid_to = today + timedelta(days=start), today + timedelta(days=end)
        if valid_from >= valid_to:
            valid_to = None
        found = upsert_assortment(
            SYSTEM,
            AssortmentFacts(f"H{number}", f"H{number}", is_active=is_active, valid_from=valid_from, valid_to=valid_to),
        )
        kept: dict[tuple[Target, int], Effect] = {}
        for effect, (target, key) in entries:
            kept[target, key] = effect
            add_rules(SYSTEM, found, effect, **_named(target, key))
        if to in ("everybody", "group", "segment", "account", "other"):
            kind = ReachKind.ACCOUNT if to == "other" else ReachKind(to)
            assign(SYSTEM, found, kind, {"group": "G", "segment": "S", "account": "K-1", "other": "OTHER"}.get(to, ""))
        if to in ("", "other") or not is_in_force(
            is_active=is_active, valid_from=valid_from, valid_to=valid_to, on=today
        ):
            continue
        expected_rules += [
            Rule(f"H{number}", effect, target, market[key] if target is Target.ARTICLE else f"B{key}"
                 if target is Target.BRAND else key)
            for (target, key), effect in kept.items()
        ]  # fmt: skip
    verdict_of = {
        article_id: judge(_judged(number, market), expected_rules) for number, article_id in enumerate(market)
    }
    expected = {article_id for article_id, answer in verdict_of.items() if answer.is_visible}
    values = visible_values(SYSTEM, shop.id)
    for few in (False, True):
        statement = text(f"SELECT a.id, {visible_sql(few=few)} FROM articles a")
        answers = dict(db.session.execute(statement, values).all())
        assert set(answers) == set(market)
        assert {article_id for article_id, answer in answers.items() if answer} == expected
        assert None not in answers.values()
    asked = verdicts(SYSTEM, market, shop.id)
    assert {article_id: answer.is_visible for article_id, answer in asked.items()} == {
        article_id: answer.is_visible for article_id, answer in verdict_of.items()
    }


def _named(target: Target, key: int) -> dict[str, list[str]]:
    if target is Target.ARTICLE:
        return {"skus": [f"M-{key}"]}
    return {"categories": [f"C{key}"]} if target is Target.CATEGORY else {"brands": [f"B{key}"]}


def _judged(number: int, ids: list[int]) -> Judged:
    cat, brand, head = GOODS[number]
    return Judged(
        frozenset({ids[number], *([] if head is None else [ids[head]])}),
        frozenset() if cat is None else frozenset(int(code[1:]) for code in PATHS[cat]),
        brand,
        frozenset(ids[other] for other, (_, _, above) in enumerate(GOODS) if above == number),
    )
