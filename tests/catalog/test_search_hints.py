"""Synonyms and searches without a result: what they do, who sees them, what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.catalog.domain.finding import Query
from app.catalog.queries.search import find
from app.catalog.queries.search_hints import misses, synonyms
from app.catalog.queries.search_suggest import suggest
from app.catalog.service.search import add_synonym, drop_synonym, forget_miss, forget_old_misses, note_miss
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


@pytest.fixture
def buyer(ctx):
    operator()
    company = customer()
    return actor_for(person(company), company)


def skus(typed):
    return {hit.sku for hit in find(SYSTEM, Query(typed)).articles}


def test_synonyms_work_one_way_and_both_ways_in_the_next_search():
    article("WRENCH", name="Adjustable wrenches")
    article("SPANNER", name="Open spanner")
    assert skus("spanner") == {"SPANNER"}
    kept = add_synonym(SYSTEM, "Spanner", "Wrench", is_two_way=False)
    assert skus("spanners") == skus("SPANNER") == {"SPANNER", "WRENCH"}
    assert skus("wrench") == {"WRENCH"}
    drop_synonym(SYSTEM, kept)
    assert skus("spanner") == {"SPANNER"}
    add_synonym(SYSTEM, "spanner", "wrench", is_two_way=True)
    assert skus("wrenches") == {"SPANNER", "WRENCH"}


def test_several_words_may_mean_one_and_one_several():
    article("A", name="Allen key 5 mm")
    article("B", name="Hex bits")
    article("C", name="Key box")
    add_synonym(SYSTEM, "hex key", "allen key", is_two_way=True)
    add_synonym(SYSTEM, "inbus", "allen key", is_two_way=False)
    assert skus("hex key") == skus("inbus") == {"A"}
    assert skus("hex key 5") == {"A"}
    assert skus("key") == {"A", "C"}
    assert [hit.sku for hit in suggest(SYSTEM, "inbus")] == ["A"]


def test_a_synonym_is_refused_where_it_says_nothing_or_stands_there():
    with pytest.raises(Invalid):
        add_synonym(SYSTEM, "Bolt!", " bolt", is_two_way=True)
    with pytest.raises(Invalid):
        add_synonym(SYSTEM, "--", "bolt", is_two_way=True)
    add_synonym(SYSTEM, "bolt", "screw", is_two_way=True)
    with pytest.raises(Conflict):
        add_synonym(SYSTEM, "Bolt", "Screw", is_two_way=False)
    with pytest.raises(NotFound):
        drop_synonym(SYSTEM, 0)
    assert [(line.term, line.meaning) for line in synonyms(SYSTEM, "scr")] == [("bolt", "screw")]
    assert synonyms(SYSTEM, "nut") == []


def test_searches_in_vain_are_counted_by_account_and_name_nobody(buyer):
    with acting_as(buyer):
        note_miss(buyer, "Left-handed  Hammer!")
        note_miss(buyer, "left handed hammer")
        note_miss(buyer, "ann@example.test")
        note_miss(buyer, "---")
    lines = misses(SYSTEM)
    assert [(line.text, line.times, line.accounts) for line in lines] == [("left handed hammer", 2, 1)]
    columns = db.session.scalars(
        text("SELECT column_name FROM information_schema.columns WHERE table_name = 'search_misses'")
    ).all()
    assert not [name for name in columns if "user" in name or "person" in name]


def test_a_synonym_settles_the_searches_it_answers_and_old_ones_go(buyer):
    with acting_as(buyer):
        note_miss(buyer, "inbus")
        note_miss(buyer, "zebra")
        note_miss(buyer, "yak")
    add_synonym(SYSTEM, "inbus", "allen key", is_two_way=True)
    assert {line.text for line in misses(SYSTEM)} == {"zebra", "yak"}
    forget_miss(SYSTEM, "yak")
    db.session.execute(text("UPDATE search_misses SET last_at = :old"), {"old": clock.now() - timedelta(days=181)})
    forget_old_misses(SYSTEM)
    assert misses(SYSTEM) == []
