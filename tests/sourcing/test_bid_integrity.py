"""What was changed in the database behind everybody's back is noticed at the opening."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, select, text

from app.core.db import db
from app.sourcing.models.tenders import Tender
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
