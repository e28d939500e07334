"""Returns as pages and other slices read them, and what of a shipment can still come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.models.companies import Company
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.tenancy import visible
from app.core.texts import Message
from app.fulfilment.domain.returned import OUTCOMES, RETURN, RETURN_TONES, ZERO, AcceptedLine, open_quantity
from app.fulfilment.models.returns import Return, ReturnLine
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from app.fulfilment.queries.case_files import FileRow, files_of
from app.inventory.models.stock import Warehouse
from app.ordering.models.orders import Order

GIVES_BACK = ("sent", "delivered")  # states of a shipment whose goods may come back


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """What to leave out of a list; `text` is a part of the return's or shipment's number, or of the account's name."""

    states: tuple[str, ...] = ()
    text: str = ""
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One return in a list."""

    id: int
    number: str
    state: str
    outcome: str
    shipment_number: str
    company_code: str
    company_name: str
    user_name: str
    requested_at: datetime
    line_count: int

    @property
    def word(self) -> Message | str:
        return RETURN.word(self.state)

    @property
    def tone(self) -> str:
        return RETURN_TONES[self.state]


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A line of a shipment; `left` of the `arrived` quantity can still come back, both in the order line's unit."""

    id: int
    position: int
    order_id: int
    order_number: str
    order_line_id: int
    article_id: int
    sku: str
    name: str
    batch: str
    unit: str
    arrived: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Returnable:
    """A shipment of which goods may come back."""

    id: int
    number: str
    company_id: int
    warehouse_id: int
    lines: tuple[ReturnableLine, ...]

    @property
    def is_open(self) -> bool:
        return any(line.left > 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """Everything the page of one return shows; quantities of lines in the order line's unit."""

    id: int
    company_id: int
    number: str
    state: str
    outcome: str
    note: str
    answer: str
    shipment_id: int
    shipment_number: str
    company_code: str
    company_name: str
    user_name: str
    warehouse_name: str
    requested_at: datetime
    authorised_at: datetime | None
    received_at: datetime | None
    replacement_number: str
    lines: tuple[ReturnLine, ...]
    files: tuple[FileRow, ...]
    history: Sequence[AuditEntry]

    @property
    def word(self) -> Message | str:
        return RETURN.word(self.state)

    @property
    def tone(self) -> str:
        return RETURN_TONES[self.state]

    @property
    def outcome_word(self) -> Message:
        return OUTCOMES[self.outcome]


def returnable(actor: Actor, shipment_id: int) -> Returnable:
    """A shipment with what can still come back of each line; NotFound before it was sent. Three statements."""
    head = db.session.execute(
        visible(
            actor,
            select(Shipment.id, Shipment.number, Shipment.company_id, Shipment.warehouse_id).where(
                Shipment.id == shipment_id, Shipment.state.in_(GIVES_BACK)
            ),
            Shipment,
        )
    ).one_or_none()
    if head is None:
        raise NotFound
    rows = db.session.execute(
        select(ShipmentLine, Order.number)
        .join(Order, Order.id == ShipmentLine.order_id)
        .where(ShipmentLine.shipment_id == shipment_id)
        .order_by(ShipmentLine.position)
    ).all()
    taken = _taken([line.id for line, _number in rows])
    return Returnable(*head, tuple(_line(line, number, taken.get(line.id, ZERO)) for line, number in rows))


def _line(line: ShipmentLine, order_number: str, taken: Decimal) -> ReturnableLine:
    arrived = line.quantity if line.delivered_quantity is None else line.delivered_quantity
    return ReturnableLine(
        line.id, line.position, line.order_id, order_number, line.order_line_id, line.article_id, line.sku, line.name,
        line.batch, line.unit, arrived, max(arrived - taken, ZERO),
    )  # fmt: skip


def _taken(shipment_line_ids: Sequence[int]) -> dict[int, Decimal]:
    """What returns have taken of shipment lines, or will."""
    rows = db.session.execute(
        select(ReturnLine, Return.state)
        .join(Return, Return.id == ReturnLine.return_id)
        .where(ReturnLine.shipment_line_id.in_(shipment_line_ids))
    )
    found: dict[int, Decimal] = {}
    for line, state in rows:
        taken = open_quantity(state, line.quantity, line.received_quantity, line.kept)
        found[line.shipment_line_id] = found.get(line.shipment_line_id, ZERO) + taken
    return found


def shipment_id_of(actor: Actor, number: str) -> int:
    """The id of a shipment by its number; a stranger's is NotFound."""
    found = db.session.scalar(visible(actor, select(Shipment.id).where(Shipment.number == number), Shipment))
    if found is None:
        raise NotFound
    return found


def return_id_of(actor: Actor, number: str) -> int:
    """The id of a return by its number; a stranger's is NotFound."""
    found = db.session.scalar(visible(actor, select(Return.id).where(Return.number == number), Return))
    if found is None:
        raise NotFound
    return found


def return_number(actor: Actor, return_id: int) -> str:
    """The number of a return by its id; a stranger's is NotFound."""
    found = db.session.scalar(visible(actor, select(Return.number).where(Return.id == return_id), Return))
    if found is None:
        raise NotFound
    return found


def return_page(actor: Actor, number: str) -> ReturnPage:
    """One return with its lines, files and history; NotFound for another company's. Four statements."""
    statement = (
        select(Return, Company.code, Company.name, Warehouse.name, Order.number)
        .join(Company, Company.id == Return.company_id)
        .join(Warehouse, Warehouse.id == Return.warehouse_id)
        .outerjoin(Order, Order.id == Return.replacement_id)
        .where(Return.number == number)
    )
    row = db.session.execute(visible(actor, statement, Return)).one_or_none()
    if row is None:
        raise NotFound
    found, code, name, warehouse, replacement = row
    lines = db.session.scalars(
        select(ReturnLine).where(ReturnLine.return_id == found.id).order_by(ReturnLine.position)
    ).all()
    return ReturnPage(
        id=found.id, company_id=found.company_id, number=found.number, state=found.state, outcome=found.outcome,
        note=found.note, answer=found.answer, shipment_id=found.shipment_id, shipment_number=found.shipment_number,
        company_code=code, company_name=name, user_name=found.user_name, warehouse_name=warehouse,
        requested_at=found.requested_at, authorised_at=found.authorised_at, received_at=found.received_at,
        replacement_number=replacement or "", lines=tuple(lines), files=files_of(return_id=found.id),
        history=audit.history(actor, "return", found.id),
    )  # fmt: skip


def returns_page(
    actor: Actor, filters: ReturnFilter, *, after: tuple[int] | None = None, before: tuple[int] | None = None,
    limit: int = 51,
) -> list[ReturnRow]:  # fmt: skip
    """Returns the actor may see, the newest first; the key is the id. One statement."""
    count = select(func.count()).where(ReturnLine.return_id == Return.id).scalar_subquery()
    statement = select(
        Return.id, Return.number, Return.state, Return.outcome, Return.shipment_number, Company.code, Company.name,
        Return.user_name, Return.requested_at, count,
    ).join(Company, Company.id == Return.company_id)  # fmt: skip
    if filters.states:
        statement = statement.where(Return.state.in_(filters.states))
    if filters.company_id is not None:
        statement = statement.where(Return.company_id == filters.company_id)
    if filters.text:
        columns: tuple[Any, ...] = (Return.number, Return.shipment_number, Company.name)
        statement = statement.where(or_(*(one.icontains(filters.text, autoescape=True) for one in columns)))
    if after:
        statement = statement.where(Return.id < after[0])
    elif before:
        statement = statement.where(Return.id > before[0])
    is_backwards = before is not None and not after
    order = Return.id if is_backwards else Return.id.desc()
    rows = [
        ReturnRow(*row) for row in db.session.execute(visible(actor, statement.order_by(order).limit(limit), Return))
    ]
    return rows[::-1] if is_backwards else rows


def return_counts(actor: Actor) -> dict[str, int]:
    """How many returns of each open state wait. One statement."""
    statement = select(Return.state, func.count()).where(Return.state.in_(RETURN.open_states)).group_by(Return.state)
    return {row[0]: row[1] for row in db.session.execute(visible(actor, statement, Return))}


def returns_of_shipment(actor: Actor, shipment_id: int) -> list[tuple[str, str]]:
    """(number, state) of the returns of a shipment, for the panel on its page."""
    statement = select(Return.number, Return.state).where(Return.shipment_id == shipment_id).order_by(Return.id)
    return [(row[0], row[1]) for row in db.session.execute(visible(actor, statement, Return))]


def accepted_lines(actor: Actor, return_id: int) -> list[AcceptedLine]:
    """What is to be credited or replaced of a return; empty unless it was accepted.

    Quantities in the order lines' unit; of each the share of its price in per cent. What is replaced is not credited:
    see `ordering.service.replacing`.
    """
    rows = db.session.execute(
        visible(
            actor,
            select(ReturnLine, Return.outcome)
            .join(Return, Return.id == ReturnLine.return_id)
            .where(Return.id == return_id, Return.state == "accepted")
            .order_by(ReturnLine.position),
            Return,
        )
    )
    return [
        AcceptedLine(line.order_id, line.order_line_id, line.kept, line.percent, outcome, line.reason)
        for line, outcome in rows
        if line.kept and line.percent
    ]
