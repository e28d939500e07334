"""Gapless numbers: a counter row that stays locked until the commit, taken last of all locks."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.core.db import db
from app.core.locks import note_lock
from app.core.models import Counter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, starting at 1; given back if the transaction rolls back."""
    note_lock("counters")
    statement = (
        insert(Counter)
        .values(series=series, year=year, last_value=1)
        .on_conflict_do_update(
            index_elements=[Counter.series, Counter.year], set_={"last_value": Counter.last_value + 1}
        )
        .returning(Counter.last_value)
    )
    return db.session.execute(statement).scalar_one()
