"""Feeds of stock and how fresh they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.inventory.models.feeds import StockFeed


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed. `file_at` is when the sender wrote what was read last, `run_id` the import with the report."""

    now: datetime
    id: int
    code: str
    address: str
    warehouse: str
    stale_minutes: int
    is_active: bool
    fingerprint: str
    checked_at: datetime | None
    read_at: datetime | None
    file_at: datetime | None
    run_id: int | None
    last_error: str

    @property
    def is_stale(self) -> bool:
        """Whether nothing fresh has come for longer than agreed."""
        if not self.is_active:
            return False
        return self.file_at is None or self.now - self.file_at > timedelta(minutes=self.stale_minutes)


_COLUMNS = (
    StockFeed.id, StockFeed.code, StockFeed.address, StockFeed.warehouse, StockFeed.stale_minutes, StockFeed.is_active,
    StockFeed.fingerprint, StockFeed.checked_at, StockFeed.read_at, StockFeed.file_at, StockFeed.run_id,
    StockFeed.last_error,
)  # fmt: skip


def feeds(actor: Actor) -> list[FeedLine]:
    rows = db.session.execute(select(*_COLUMNS).order_by(StockFeed.code))
    values: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    return [FeedLine(clock.now(), *one) for one in values]


def feed(actor: Actor, code: str) -> FeedLine:
    """Raises NotFound."""
    row = db.session.execute(select(*_COLUMNS).where(StockFeed.code == code)).one_or_none()
    if row is None:
        raise NotFound
    values: tuple[Any, ...] = tuple(row)
    return FeedLine(clock.now(), *values)
