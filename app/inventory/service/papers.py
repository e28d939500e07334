"""Numbers of the warehouse's papers, and what a paper asked for twice was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.texts import N_, Message

_PREFIX = {"goods_receipt": "GR", "stock_transfer": "TR", "stock_count": "CT"}


def number(series: str) -> str:
    """The next gapless number of a year, such as GR-2026-000001; taken last of all locks."""
    year = clock.today().year
    return f"{_PREFIX[series]}-{year}-{next_number(series, year):06d}"


def made_before(model: Any, client_ref: str) -> int | None:
    """The id of what the same request has created already."""
    found: int | None = db.session.scalar(select(model.id).where(model.client_ref == client_ref))
    return found


def locked(model: Any, key: int, *states: str, missing: Message) -> Any:
    """A paper in one of these states, locked. Raises NotFound, or Conflict when somebody was first."""
    found = lock_rows(model, [key])
    if not found:
        raise NotFound(missing)
    if found[0].state not in states:
        raise Conflict(N_("{number} has moved on in the meantime.", number=found[0].number))
    return found[0]
