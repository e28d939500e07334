"""Connections of 1C, what they brought, and what 1C says of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import Message
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCOrder
from app.pricing.models.lists import PriceList


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that 1C sent. `notes` say what of it was not taken, `reason` why it failed."""

    id: int
    name: str
    state: str
    size: int
    created_at: datetime
    runs: Sequence[int]
    figures: Mapping[str, Any]
    notes: tuple[Message, ...]
    reason: Message | None


@dataclass(frozen=True, slots=True)
class SaidOfOrder:
    """What 1C says of an order; `connection` is the name of that 1C."""

    connection: str
    sent_at: datetime | None
    number: str
    dated_on: date | None
    status: str
    is_deleted: bool
    shipped_number: str
    shipped_on: date | None
    paid_number: str
    paid_on: date | None
    differences: tuple[Message, ...]


def connections(actor: Actor) -> Sequence[OneCConnection]:
    statement = select(OneCConnection).order_by(OneCConnection.name, OneCConnection.id)
    return db.session.scalars(visible(actor, statement, OneCConnection)).all()


def connection(actor: Actor, connection_id: int) -> OneCConnection:
    statement = select(OneCConnection).where(OneCConnection.id == connection_id)
    found = db.session.scalar(visible(actor, statement, OneCConnection))
    if found is None:
        raise NotFound
    return found


def newest_files(actor: Actor, connection_id: int, limit: int = 20) -> list[FileLine]:
    statement = (
        select(OneCFile).where(OneCFile.connection_id == connection_id).order_by(OneCFile.id.desc()).limit(limit)
    )
    return [
        FileLine(
            row.id, row.name, row.state, row.size, row.created_at, row.runs, row.figures,
            tuple(Message.from_json(note) for note in row.notes),
            Message.from_json(row.last_error) if row.last_error else None,
        )
        for row in db.session.scalars(visible(actor, statement, OneCFile))
    ]  # fmt: skip


def list_codes(actor: Actor) -> list[tuple[str, str]]:
    """Code and name of the price lists that prices of 1C may feed."""
    statement = select(PriceList.code, PriceList.name).where(PriceList.series_id.is_(None), PriceList.kind == "list")
    return [(row.code, row.name) for row in db.session.execute(statement.order_by(PriceList.code))]


def said_of_order(actor: Actor, order_id: int) -> list[SaidOfOrder]:
    statement = (
        select(OneCOrder, OneCConnection.name)
        .join(OneCConnection, OneCConnection.id == OneCOrder.connection_id)
        .where(OneCOrder.order_id == order_id)
        .order_by(OneCOrder.id)
    )
    return [
        SaidOfOrder(
            name, row.sent_at, row.number, row.dated_on, row.status, row.is_deleted, row.shipped_number, row.shipped_on,
            row.paid_number, row.paid_on, tuple(Message.from_json(one) for one in row.differences),
        )
        for row, name in db.session.execute(visible(actor, statement, OneCOrder))
    ]  # fmt: skip
