"""Both sides of a quote at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.tenancy import acting_as, system_scope
from app.sourcing.queries.chains import verify_chains
from app.sourcing.queries.clock import database_now
from app.sourcing.service import quote_decisions, quote_offers, quotes, timers
from tests.factories.quotes import act, end_validity, market, offered, ref, row

pytestmark = pytest.mark.races
Work = tuple[Actor, Callable[[], Any]]


def together(app: Flask, works: list[Work]) -> list[Any]:
    """Run each work in a thread, starting at the same moment; an error is its result."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, actor: Actor, work: Callable[[], Any]) -> None:
        with app.app_context(), acting_as(actor):
            start.wait(10)
            try:
                results[place] = work()
            except Exception as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, *work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def accepting(play, quote_id: int, version: int, client_ref: str) -> Work:
    return play.buyer, lambda: quote_decisions.accept(
        play.buyer, quote_id, {}, row_version=version, client_ref=client_ref
    )


def events(quote_id: int) -> list[str]:
    with system_scope("test"):
        rows = db.session.scalars(
            text("SELECT event FROM sourcing_events WHERE object_id = :id ORDER BY sequence"), {"id": quote_id}
        )
        found = list(rows)
        assert verify_chains(Actor.system()).broken == ()
    return found


def test_of_two_acceptances_one_counts(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        version = row(quote_id).row_version
    results = together(committing, [accepting(play, quote_id, version, ref()) for _ in range(4)])
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    with world():
        assert events(quote_id).count("accept") == 1
        with system_scope("test"):
            assert (
                db.session.scalar(text("SELECT count(*) FROM quote_choices WHERE quote_id = :id"), {"id": quote_id})
                == 2
            )


def test_the_same_acceptance_sent_twice_is_one(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        version = row(quote_id).row_version
    results = together(committing, [accepting(play, quote_id, version, "once") for _ in range(3)])
    assert results == [None, None, None]
    with world():
        assert events(quote_id).count("accept") == 1


def test_an_acceptance_against_the_end_of_validity(committing, world):
    with world():
        play = market()
        quotes_made = [offered(play) for _ in range(4)]
        for place, quote_id in enumerate(quotes_made):
            with system_scope("test"):
                soon = database_now() + timedelta(milliseconds=40 * place)
            end_validity(quote_id, soon)
    system = Actor.system()
    for quote_id in quotes_made:
        with world():
            version = row(quote_id).row_version
        results = together(
            committing,
            [accepting(play, quote_id, version, ref()), (system, lambda q=quote_id: quote_offers.expire(system, q))],
        )
        with world():
            state, said = row(quote_id).state, events(quote_id)
        assert state in ("accepted", "expired", "offered")
        assert (state == "accepted") == (results[0] is None) == ("accept" in said)
        assert not ("accept" in said and "expire" in said)
        assert isinstance(results[0], Conflict | None)


def test_an_acceptance_against_a_colleague_who_declines(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        version = row(quote_id).row_version
    decline = lambda: quotes.decline_buyer(play.buyer, quote_id, reason_code="price", row_version=version)  # noqa: E731
    results = together(committing, [accepting(play, quote_id, version, ref()), (play.buyer, decline)])
    assert sorted(str(type(result).__name__) for result in results) == ["Conflict", "NoneType"]
    with world():
        assert row(quote_id).state == ("accepted" if results[0] is None else "declined_by_buyer")
        assert len(set(events(quote_id)) & {"accept", "decline_buyer"}) == 1


def test_an_acceptance_against_a_better_offer(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        act(play.buyer, quote_decisions.counter, quote_id, [], "Less")
        act(play.sales, quote_offers.take, quote_id)
        version = row(quote_id).row_version
    send = (play.sales, lambda: quote_offers.send_offer(play.sales, quote_id, row_version=version))
    results = together(committing, [accepting(play, quote_id, version, ref()), send])
    assert sum(isinstance(result, Conflict) for result in results) == 1
    with world():
        quote = row(quote_id)
    expected = ("accepted", 1) if results[0] is None else ("offered", 2)
    assert (quote.state, quote.current_version) == expected


def test_a_timer_is_called_by_one_of_many_workers(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        end_validity(quote_id)
        with system_scope("test"):
            timers.set_timer("quote", quote_id, play.buyer.company_id, "expire", database_now() - timedelta(seconds=1))
    system = Actor.system()
    together(committing, [(system, lambda: timers.work_off(system)) for _ in range(4)])
    with world():
        assert row(quote_id).state == "expired"
        assert events(quote_id).count("expire") == 1
        with system_scope("test"):
            assert db.session.scalar(text("SELECT count(*) FROM timers WHERE object_id = :id"), {"id": quote_id}) == 0
