"""Events of sealed bids: in chains that nobody reads before the opening, and that are checked all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as
from app.sourcing.queries.chains import verify_chains
from app.sourcing.service import log
from tests.factories import tenders

TAG, OTHER = "ab" * 32, "cd" * 32
ROWS = text("SELECT count(*) FROM sourcing_events WHERE owner_tag <> ''")
CHAINS = text("SELECT count(*) FROM event_chains WHERE owner_tag <> ''")


def bid(made, place: int, tag: str) -> None:
    company, actor = made.suppliers[place]
    with acting_as(actor), transaction():
        log.append(
            actor, "tender", made.id, made.company.id, "submit_bid", role="supplier", from_state="bidding",
            to_state="bidding", supplier_id=company.id, owner_tag=tag,
        )  # fmt: skip


def counts(actor: Actor, tag: str = "") -> tuple[int, int]:
    with acting_as(actor), transaction():
        if tag:
            db.session.execute(text("SELECT set_config('kontor.owner_tag', :tag, true)"), {"tag": tag})
        return db.session.scalar(ROWS) or 0, db.session.scalar(CHAINS) or 0


@pytest.fixture
def inside(committing, world):
    """Transactions of their own: what one of them is told ends with it."""
    with world():
        yield


def test_nobody_counts_sealed_events_before_the_opening(inside):
    made = tenders.bidding()
    supplier = made.suppliers[0][1]
    bid(made, 0, TAG)
    bid(made, 0, TAG)
    bid(made, 1, OTHER)
    for who in (made.buyer, made.approver, supplier, Actor.system()):
        assert counts(who) == (0, 0)
    assert counts(supplier, TAG) == (2, 0)
    with acting_as(made.buyer):
        seen = db.session.scalars(
            text("SELECT sequence FROM sourcing_events WHERE object_type = 'tender' ORDER BY sequence")
        ).all()
    assert list(seen) == list(range(1, len(seen) + 1)), "a gap would tell that something was left out"
    tenders.shift(made, opened_at=timedelta(seconds=-1))
    assert counts(made.buyer) == (3, 2)
    assert counts(Actor.system()) == (3, 2)
    assert counts(supplier) == (0, 0)
    with acting_as(Actor.system()):
        named = db.session.execute(
            text("SELECT user_id, actor, supplier_id, content FROM sourcing_events WHERE owner_tag <> ''")
        ).all()
    assert all(row[:3] == (None, "", None) and supplier.name not in row[3] for row in named)


def test_sealed_chains_are_checked_unread(committing, world, config):
    with world():
        made = tenders.bidding()
        bid(made, 0, TAG)
        bid(made, 0, TAG)
        with acting_as(Actor.system()):
            assert verify_chains(Actor.system()).broken == ()
    engine = create_engine(config.database_owner_url)
    for damage in (
        "UPDATE event_chains SET length = 3 WHERE owner_tag <> ''",
        "UPDATE sourcing_events SET content = content || ' ' WHERE owner_tag <> '' AND sequence = 1",
        "DELETE FROM sourcing_events WHERE owner_tag <> '' AND sequence = 2",
        "DELETE FROM event_chains WHERE owner_tag <> ''",
    ):
        with engine.begin() as connection:
            connection.execute(text(damage))
        with world(), acting_as(Actor.system()):
            assert [one.problem for one in verify_chains(Actor.system()).broken] == ["sealed"], damage
    engine.dispose()
