"""What was changed behind everybody's back is noticed at the opening; what happens at once leaves one truth."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select, text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.sourcing.models.tenders import Tender
from app.sourcing.service import opening, tender_publish
from tests.factories import bids as make
from tests.factories import tenders


@pytest.mark.parametrize("column", ["body", "wrapped", "sha256"])
def test_a_changed_byte_makes_that_bid_invalid_and_no_other(committing, config, world, column):
    with world():
        made = tenders.bidding(suppliers=2)
        make.submitted(made, 0, "10")
        make.submitted(made, 1, "11")
    owner = create_engine(config.database_owner_url)
    change = f"set_byte({column}, 40, get_byte({column}, 40) # 1)" if column != "sha256" else "reverse(sha256)"
    with owner.begin() as connection:
        connection.execute(text(f"UPDATE bid_parts SET {column} = {change} WHERE id = (SELECT min(id) FROM bid_parts)"))
    owner.dispose()
    with world():
        make.open_tender(made)
        broken, whole = make.bids_of(made)
        assert broken.state == "invalid"
        assert broken.fault in ("hash", "seal")
        assert whole.state == "opened"
        assert db.session.scalar(select(Tender.state).where(Tender.id == made.id)) == "evaluation"


@pytest.mark.races
def test_two_windows_of_one_supplier_make_one_bid(committing, world):
    with world():
        made = tenders.bidding(suppliers=2)

    def send(price: str) -> str:
        with world():
            try:
                return make.submitted(made, 0, price).code
            except Conflict as error:
                return str(error.message)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ("10", "11")))
    assert sum(answer.startswith("B-") for answer in answers) == 1
    assert sum("changed meanwhile" in answer for answer in answers) == 1


@pytest.mark.races
def test_a_bid_that_meets_the_closing_is_in_or_refused_never_lost(committing, world):
    with world():
        made = tenders.bidding(suppliers=4, min_bids=1)
        tenders.shift(made, deadline=timedelta(milliseconds=700))

    def send(who: int) -> bool:
        with world():
            time.sleep(who * 0.2)
            try:
                make.submitted(made, who)
            except Conflict:
                return False
            return True

    def close() -> None:
        with world():
            while made.row().state == "bidding":
                with transaction():
                    tender_publish.close_bidding(Actor.system(), made.id)

    with ThreadPoolExecutor(5) as pool:
        closing = pool.submit(close)
        accepted = [who for who, was in enumerate(pool.map(send, range(4))) if was]
        closing.result(60)
    with world():
        if accepted:
            opening.open_when_due(Actor.system(), made.id)
        found = make.bids_of(made)
        assert {bid.supplier_id for bid in found} == {made.suppliers[who][0].id for who in accepted}
        assert all(bid.submitted_at < made.row().deadline for bid in found)
