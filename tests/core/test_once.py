"""Answers are kept while a page reads, and never beyond its transaction or inside a command."""

from __future__ import annotations

import pytest

from app.core import once
from app.core.actor import Actor, Scope
from app.core.db import db, transaction
from app.core.tenancy import acting_as


@pytest.fixture
def asked(world):
    """Count what is asked of the database, as one request would."""
    times = []

    def ask():
        times.append(db.session.connection())
        return len(times)

    with world():
        once.begin()
        yield ask
        once.end()


def test_a_page_asks_once(asked):
    assert once.once("a", asked) == once.once("a", asked) == 1
    assert once.once("b", asked) == 2
    once.keep("c", 7)
    assert once.once("c", asked) == 7


def test_answers_end_with_the_transaction_and_the_scope(asked):
    assert once.once("a", asked) == 1
    db.session.commit()
    assert once.once("a", asked) == 2
    with acting_as(Actor(None, 1, Scope.TENANT, frozenset())):
        assert once.once("a", asked) == 3
    assert once.once("a", asked) == 4


def test_a_command_asks_anew_and_leaves_nothing_behind(asked):
    assert once.once("a", asked) == 1
    with transaction():
        assert once.once("a", asked) == 2
        once.keep("a", 9)
        assert once.once("a", asked) == 3
    assert once.once("a", asked) == 4


def test_outside_a_request_nothing_is_kept(asked):
    once.end()
    assert [once.once("a", asked), once.once("a", asked)] == [1, 2]
