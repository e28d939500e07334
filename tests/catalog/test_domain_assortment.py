"""The rule behind every list: denying wins, and an allow rule shuts out what none allows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.domain.assortment import Effect, Judged, Rule, Target, decide, holds, is_in_force, judge

A, D = Effect.ALLOW, Effect.DENY
BOLT = Judged(frozenset({1}), frozenset({10, 11}), "Bolto")


def rule(effect: Effect, target: Target, key: int | str, name: str = "X") -> Rule:
    return Rule(name, effect, target, key, "named")


THIS = (Target.ARTICLE, 1)
OTHER = (Target.ARTICLE, 2)
ABOVE = (Target.CATEGORY, 10)
BRAND = (Target.BRAND, "Bolto")


@pytest.mark.parametrize(
    ("rules", "is_visible"),
    [
        ([], True),
        ([(D, *OTHER)], True),
        ([(D, *THIS)], False),
        ([(D, *ABOVE)], False),
        ([(D, *BRAND)], False),
        ([(A, *OTHER)], False),
        ([(A, *THIS)], True),
        ([(A, *ABOVE)], True),
        ([(A, *BRAND)], True),
        ([(A, *THIS), (D, *ABOVE)], False),
        ([(A, *ABOVE), (D, *THIS)], False),
        ([(A, *OTHER), (D, *OTHER)], False),
    ],
)
def test_denying_wins_and_allowing_shuts_out(rules, is_visible):
    assert judge(BOLT, [rule(*one) for one in rules]).is_visible is is_visible


def test_the_reason_names_the_narrowest_rule():
    answer = judge(BOLT, [rule(D, *BRAND, "Brands"), rule(D, *ABOVE, "Tree"), rule(A, *THIS, "Mine")])
    assert str(answer.reason) == "Tree denies the category named and all below it."
    assert str(judge(BOLT, [rule(A, *BRAND, "Brands"), rule(A, *THIS, "Mine")]).reason) == "Mine allows this article."
    assert "no rule allows" in str(judge(BOLT, [rule(A, *OTHER)]).reason)
    assert "nothing limits" in str(judge(BOLT, []).reason)
    for effect in Effect:
        for target, key in (THIS, ABOVE, BRAND):
            assert "X" in str(decide([rule(effect, target, key)], is_limited=True).reason)


def test_a_rule_for_a_head_holds_for_its_variants_and_an_allowed_variant_shows_its_head():
    variant, head = (
        Judged(frozenset({5, 9}), frozenset(), ""),
        Judged(frozenset({9}), frozenset(), "", frozenset({5, 6})),
    )
    assert holds(rule(D, Target.ARTICLE, 9), variant)
    assert holds(rule(A, Target.ARTICLE, 5), head)
    assert not holds(rule(D, Target.ARTICLE, 5), head), "the other variants are still there"


@pytest.mark.parametrize(
    ("start", "end", "is_active", "expected"),
    [
        (None, None, True, True),
        (None, None, False, False),
        (date(2026, 3, 1), None, True, True),
        (date(2026, 3, 2), None, True, False),
        (None, date(2026, 3, 1), True, False),
        (None, date(2026, 3, 2), True, True),
    ],
)
def test_the_first_day_counts_and_the_day_it_is_over_does_not(start, end, is_active, expected):
    day = date(2026, 3, 1)
    assert is_in_force(is_active=is_active, valid_from=start, valid_to=end, on=day) is expected


RULES = st.lists(
    st.tuples(st.sampled_from(Effect), st.sampled_from(Target), st.integers(1, 4)).map(
        lambda one: rule(one[0], one[1], str(one[2]) if one[1] is Target.BRAND else one[2])
    ),
    max_size=8,
)
ARTICLES = st.builds(
    Judged,
    st.integers(1, 4).map(lambda n: frozenset({n})),
    st.frozensets(st.integers(1, 4), max_size=3),
    st.sampled_from(["", "1", "2"]),
)


@given(RULES, ARTICLES)
def test_a_further_deny_rule_shows_nothing_more(rules, article):
    before = judge(article, rules).is_visible
    after = judge(article, [*rules, rule(D, *THIS)]).is_visible
    assert after <= before


@given(RULES, ARTICLES)
def test_the_order_of_rules_does_not_matter(rules, article):
    assert judge(article, rules).is_visible is judge(article, rules[::-1]).is_visible


@given(RULES, ARTICLES)
def test_an_article_without_brand_or_category_is_named_by_its_number_only(rules, article):
    bare = Judged(article.articles, frozenset(), "")
    named = [one for one in rules if one.target is Target.ARTICLE]
    is_limited = any(one.effect is A for one in rules)
    assert (
        judge(bare, rules).is_visible
        is decide([one for one in named if holds(one, bare)], is_limited=is_limited).is_visible
    )
