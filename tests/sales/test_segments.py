"""Segments by rule: what is a rule, whom it means, and that people put in by hand stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from app.accounts.domain.groups import SetKind
from app.accounts.models.companies import CompanySegment
from app.accounts.service.groups import add_members
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Invalid
from app.core.tenancy import system_scope
from app.sales.domain.segment_rules import FACTS, OPS, Kind, parse_rule, rule_json
from app.sales.queries.segment_rules import accounts_of_rule, preview, rule_lines, rule_state
from app.sales.service.segments import remove_rule, run_rules, save_rule
from tests.factories.accounts import address, customer, person
from tests.factories.offers import bought, group, segment
from tests.factories.ordering import article, category, shop

SYSTEM = Actor.system()
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with clock.frozen(NOW):
        yield


def rule(*blocks):
    """Blocks of conditions (fact, op, value or values, about, days)."""
    return parse_rule({"blocks": [[entry(*one) for one in block] for block in blocks]})


def entry(fact, op, values="", about="", days=365):
    return {"fact": fact, "op": op, "values": values.split(",") if values else [], "about": about, "days": days}


GOOD = entry("orders", "at_least", "3")
BAD = (
    (None, "at least one"),
    ({}, "at least one"),
    ({"blocks": []}, "at least one"),
    ({"blocks": [[]]}, "at least one"),
    ({"blocks": "orders"}, "at least one"),
    ({"blocks": ["orders"]}, "at least one"),
    ({"blocks": [[GOOD]] * 6}, "at most 5 blocks"),
    ({"blocks": [[GOOD] * 21]}, "at most 20 conditions"),
    ({"blocks": [[GOOD], [{"fact": "moon"}]]}, "Condition 2: choose"),
    ({"blocks": [["orders"]]}, "Condition 1: choose"),
    ({"blocks": [[GOOD | {"op": "one_of"}]]}, "Condition 1: Orders cannot"),
    ({"blocks": [[GOOD | {"values": ["many"]}]]}, "enter a number"),
    ({"blocks": [[GOOD | {"values": []}]]}, "enter a number"),
    ({"blocks": [[GOOD | {"values": ["NaN"]}]]}, "from 0"),
    ({"blocks": [[GOOD | {"values": ["-1"]}]]}, "from 0"),
    ({"blocks": [[entry("r_score", "at_least", "6")]]}, "from 1 to 5"),
    ({"blocks": [[entry("category_share", "at_least", "101", "C")]]}, "from 0 to 100"),
    ({"blocks": [[entry("category_share", "at_least", "10")]]}, "name the article"),
    ({"blocks": [[entry("country", "one_of")]]}, "name one to 50"),
    ({"blocks": [[entry("channel", "one_of", "pigeon")]]}, "possible values"),
    ({"blocks": [[GOOD | {"days": 0.5}]]}, "1 to 3650"),
    ({"blocks": [[GOOD | {"days": 4000}]]}, "1 to 3650"),
)


def test_a_rule_that_cannot_be_says_where_and_what_to_do():
    for data, words in BAD:
        with pytest.raises(Invalid) as caught:
            parse_rule(data)
        assert words in str(caught.value.message), data


def test_every_fact_with_every_comparison_comes_back_from_its_json():
    values = {Kind.YES_NO: "", Kind.CHOICE: "portal", Kind.PREFIX: "10"}
    for code, fact in FACTS.items():
        for op in OPS[fact.kind]:
            made = rule([(code, op, values.get(fact.kind, "3"), "X" if fact.about else "")])
            assert parse_rule(rule_json(made)) == made


@pytest.fixture
def accounts(ctx):
    """Four accounts: one buys much, one little, one long ago, one nothing."""
    shop()
    category("STEEL", "Steel")
    steel = article("BAR", category_id=category("STEEL", "Steel").id, brand="Salz")
    cloth = article("CLOTH", brand="Weber")
    much, little, past, none = (customer(code) for code in ("MUCH", "LITTLE", "PAST", "NONE"))
    bought(much, steel, 900, days_ago=2)
    bought(much, steel, 900, days_ago=20, source="edi")
    bought(much, cloth, 200, days_ago=40, source="edi")
    bought(little, cloth, 50, days_ago=100)
    bought(past, steel, 5000, days_ago=500)
    bought(none, steel, 777, days_ago=1, state="cancelled")
    address(past, postcode="80 331", city="Munich")
    person(much)
    group("TRADE", past, none)
    return {one.id: one.code for one in (much, little, past, none)}


WHO = (
    ([[("recency", "at_most", "30")]], "MUCH"),
    ([[("recency", "at_least", "30")]], "LITTLE PAST"),
    ([[("orders", "at_least", "1")]], "LITTLE MUCH"),
    ([[("orders", "at_most", "0")]], "NONE PAST"),
    ([[("orders", "at_least", "2", "", 30)]], "MUCH"),
    ([[("turnover", "at_least", "1000", "", 3650)]], "MUCH PAST"),
    ([[("turnover", "at_most", "49.99", "", 365)]], "NONE PAST"),
    ([[("r_score", "at_least", "5")]], "MUCH"),
    ([[("f_score", "at_most", "3")]], "LITTLE"),
    ([[("m_score", "at_least", "5", "", 3650)]], "PAST"),
    ([[("category_share", "at_least", "90", "STEEL")]], "MUCH"),
    ([[("category_share", "at_most", "0", "STEEL")]], "LITTLE"),
    ([[("brand_share", "at_least", "10", "Weber")]], "LITTLE MUCH"),
    ([[("bought_article", "yes", "", "bar", 30)]], "MUCH"),
    ([[("bought_category", "no", "", "STEEL", 3650)]], "LITTLE NONE"),
    ([[("bought_brand", "yes", "", "Weber")]], "LITTLE MUCH"),
    ([[("postcode", "one_of", "803,99")]], "PAST"),
    ([[("postcode", "none_of", "803")]], "LITTLE MUCH NONE"),
    ([[("group", "one_of", "TRADE")]], "NONE PAST"),
    ([[("group", "none_of", "TRADE")]], "LITTLE MUCH"),
    ([[("country", "one_of", "DE,FR")]], "LITTLE MUCH NONE PAST"),
    ([[("people", "at_least", "1")]], "MUCH"),
    ([[("channel", "one_of", "edi")]], "MUCH"),
    ([[("trade", "one_of", "shop")]], ""),
    ([[("orders", "at_least", "1"), ("turnover", "at_most", "100")], [("group", "one_of", "TRADE")]], "LITTLE NONE PAST"),
)  # fmt: skip


def test_a_rule_means_the_accounts_its_facts_hold_of(accounts):
    for blocks, codes in WHO:
        found = accounts_of_rule(SYSTEM, rule(*blocks))
        assert " ".join(sorted(accounts[one] for one in found)) == codes, blocks


def members(segment_id):
    rows = db.session.execute(
        select(CompanySegment.company_id, CompanySegment.is_by_rule).where(CompanySegment.segment_id == segment_id)
    )
    return dict(rows.all())


def test_a_rule_fills_and_empties_but_leaves_who_was_put_in_by_hand(accounts):
    ids = {code: company_id for company_id, code in accounts.items()}
    held = segment("BUYERS")
    add_members(SYSTEM, SetKind.SEGMENT, held, ["NONE"])
    seen = preview(SYSTEM, rule([("orders", "at_least", "1")]), held)
    assert (seen.total, seen.came_count, seen.went_count, seen.by_hand) == (2, 2, 0, 1)
    assert [one.code for one in seen.came] == ["LITTLE", "MUCH"]
    assert members(held) == {ids["NONE"]: False}  # a preview stores nothing
    assert save_rule(SYSTEM, "BUYERS", rule([("orders", "at_least", "1")])) == (2, 0)
    assert members(held) == {ids["NONE"]: False, ids["MUCH"]: True, ids["LITTLE"]: True}
    add_members(SYSTEM, SetKind.SEGMENT, held, ["LITTLE"])  # a person takes over
    assert save_rule(SYSTEM, "BUYERS", rule([("recency", "at_least", "400")])) == (1, 1)
    assert members(held) == {ids["NONE"]: False, ids["LITTLE"]: False, ids["PAST"]: True}
    told = audit.history(SYSTEM, "company", ids["MUCH"])
    assert [one.changes for one in told] == [{"segments": ["", "BUYERS"]}, {"segments": ["BUYERS", ""]}]
    assert remove_rule(SYSTEM, "BUYERS", keeps_members=False) == 1
    assert members(held) == {ids["NONE"]: False, ids["LITTLE"]: False}


def test_the_nightly_run_goes_on_after_a_rule_that_cannot_be_read(accounts):
    segment("ONE")
    segment("TWO")
    save_rule(SYSTEM, "ONE", rule([("country", "one_of", "DE")]))
    save_rule(SYSTEM, "TWO", rule([("country", "one_of", "FR")]))
    with system_scope("test"), transaction():
        db.session.execute(
            text("UPDATE segment_rules SET rule = '{}' WHERE segment_id = (SELECT min(id) FROM segments)")
        )
    assert run_rules(SYSTEM) == 1
    assert rule_state(SYSTEM, "ONE").problem
    assert [(one.code, one.members, bool(one.problem)) for one in rule_lines(SYSTEM)] == [
        ("ONE", 4, True), ("TWO", 0, False)
    ]  # fmt: skip
    with pytest.raises(Invalid, match="there is no NOWHERE"):
        save_rule(SYSTEM, "TWO", rule([("bought_category", "no", "", "NOWHERE")]))
