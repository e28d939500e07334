"""Many hands on one tender at the same moment: one is first, and nothing happens twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.tenancy import acting_as, system_scope
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.tenders import TenderVersion
from app.sourcing.service import tender_changes, tender_publish, tender_questions
from tests.factories import tenders as make
from tests.ordering.test_races import together

pytestmark = pytest.mark.races
SYSTEM = Actor.system()


def events(made: make.Made) -> list[str]:
    with system_scope("test"):
        return list(
            db.session.scalars(
                select(SourcingEvent.event)
                .where(SourcingEvent.object_type == "tender", SourcingEvent.object_id == made.id)
                .order_by(SourcingEvent.sequence)
            )
        )


def test_many_publish_at_once(committing, world):
    with world():
        made = make.draft()
        seen = make.version(made)
    results = together(
        committing,
        [(made.buyer, lambda: tender_publish.publish_tender(made.buyer, made.id, row_version=seen))] * 4,
    )
    assert [type(one) for one in results].count(Conflict) == 3
    with world():
        assert events(made).count("publish") == 1
        with system_scope("test"):
            assert len(db.session.scalars(select(TenderVersion)).all()) == 1


def test_the_clock_rings_many_times_at_once(committing, world):
    with world():
        made = make.bidding()
        make.pass_deadline(made)

    def ring() -> None:
        with transaction():
            tender_publish.close_bidding(SYSTEM, made.id)

    assert together(committing, [(SYSTEM, ring)] * 4) == [None] * 4
    with world():
        assert events(made).count("close") == 1


def test_two_amend_what_they_saw(committing, world):
    with world():
        made = make.bidding()
        seen = make.version(made)

    def change(words: str) -> int:
        return tender_changes.amend(
            made.buyer, made.id, tender_changes.Amendment("Why", head={"description": words}), row_version=seen
        )

    results = together(committing, [(made.buyer, lambda: change("One")), (made.buyer, lambda: change("Two"))])
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "int"]
    with world():
        assert made.row().version == 2


def test_suppliers_ask_while_the_deadline_moves(committing, world):
    """They hold the tender at the same time; who changes it waits for them and they for him, and all come through."""
    with world():
        made = make.bidding(suppliers=3)
        later = made.row().deadline + timedelta(days=1)
    works = [
        (bidder, lambda who=bidder: tender_questions.ask(who, made.id, "Why?")) for _firm, bidder in made.suppliers
    ]
    works.append((made.buyer, lambda: tender_changes.extend(made.buyer, made.id, later, reason="More time")))
    results = together(committing, works)
    assert not [one for one in results if isinstance(one, Exception)]
    with world():
        found = events(made)
        assert (found.count("ask"), found.count("extend")) == (3, 1)
        with acting_as(made.buyer):
            assert tender_publish.open_questions(made.id) == 3
