"""Feeds of stock: where they lie, and what reading them came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.inventory.models.feeds import StockFeed

_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as the operator sets it. `address` is file:///folder/file.csv or file:///folder, whose newest file counts."""

    code: str
    address: str
    warehouse: str = ""
    stale_minutes: int = 60
    is_active: bool = True


@command
def set_feed(actor: Actor, row: FeedRow) -> None:
    """Make a feed or change it, by code. Raises Invalid."""
    if not row.code or len(row.code) > 40:
        raise Invalid("code", N_("A feed needs a code of at most {length} characters.", length=40))
    parts = urlsplit(row.address)
    if parts.scheme != "file" or not parts.path.startswith("/") or parts.netloc or len(row.address) > 500:
        raise Invalid("address", N_("Give the full path as file:///folder/file.csv, or file:///folder."))
    if not 0 < row.stale_minutes <= _WEEK:
        raise Invalid("stale_minutes", N_("From 1 to {most} minutes.", most=_WEEK))
    held = db.session.scalar(select(StockFeed).where(StockFeed.code == row.code).with_for_update())
    values = asdict(row)
    before = {name: getattr(held, name) for name in values} if held else {}
    if before == values:
        return
    if held is None:
        held = StockFeed(**values)
        db.session.add(held)
    else:
        for name, value in values.items():
            setattr(held, name, value)
        held.fingerprint = ""  # read it again as it is set now
    db.session.flush()
    changes = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    audit.record(actor, "stock_feed", held.id, "set", changes)


@command
def remove_feed(actor: Actor, code: str) -> None:
    """No longer read it; what was read stays."""
    gone = db.session.scalars(delete(StockFeed).where(StockFeed.code == code).returning(StockFeed.id)).all()
    if not gone:
        raise NotFound
    audit.record(actor, "stock_feed", gone[0], "removed", {"code": code})


@command
def note_reading(
    actor: Actor, feed_id: int, *, fingerprint: str | None = None, file_at: datetime | None = None,
    run_id: int | None = None, error: str = "",
) -> None:  # fmt: skip
    """What looking at a feed came to; without a fingerprint nothing new was there, or it could not be read."""
    now = clock.now()
    values: dict[str, object] = {"checked_at": now, "last_error": error[:2000]}
    if file_at is not None:
        values["file_at"] = file_at
    if fingerprint is not None:
        values |= {"fingerprint": fingerprint, "read_at": now, "run_id": run_id}
    db.session.execute(update(StockFeed).where(StockFeed.id == feed_id).values(**values))
