"""Call-offs as both sides read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.models.contracts import CallOff, CallOffAnswer, CallOffLine, CallOffReceipt, SupplyContract
from app.sourcing.policy import runs_all

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
# What a reader sees: the buyer's state, or what the supplier said last while the buyer waits.
STATES = ("sent", "confirmed", "refused", "closed", "cancelled")


@dataclass(frozen=True, slots=True)
class CallOffFilters:
    text: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class CallOffRow:
    """A line of a list of call-offs."""

    id: int
    number: str
    contract_number: str
    buyer_name: str
    supplier_name: str
    state: str
    wanted_on: date | None
    promised_on: date | None
    total: Decimal
    currency: str
    placed_at: datetime


def _mine(actor: Actor, statement: S) -> S:
    if runs_all(actor):
        return statement
    return statement.where(or_(CallOff.company_id == actor.company_id, CallOff.supplier_id == actor.company_id))


_NEWEST = (
    select(func.max(CallOffAnswer.id))
    .where(CallOffAnswer.call_off_id == CallOff.id)
    .correlate(CallOff)
    .scalar_subquery()
)
_STATE: ColumnElement[str] = case(
    (CallOff.state == "sent", func.coalesce(CallOffAnswer.answer, "sent")), else_=CallOff.state
)  # fmt: skip
_ROW = (
    select(
        CallOff.id, CallOff.number, SupplyContract.number, SupplyContract.buyer_name, SupplyContract.supplier_name,
        _STATE, CallOff.wanted_on, CallOffAnswer.promised_on, CallOff.total, CallOff.currency, CallOff.placed_at,
    )
    .join(SupplyContract, SupplyContract.id == CallOff.contract_id)
    .outerjoin(CallOffAnswer, CallOffAnswer.id == _NEWEST)
)  # fmt: skip


def call_offs_page(
    actor: Actor, filters: CallOffFilters, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[CallOffRow]:
    """Newest first, by keyset of the id. One statement."""
    wanted = _mine(actor, _ROW)
    if filters.text:
        words = f"%{filters.text}%"
        wanted = wanted.where(
            or_(CallOff.number.ilike(words), SupplyContract.number.ilike(words),
                SupplyContract.supplier_name.ilike(words), SupplyContract.buyer_name.ilike(words))
        )  # fmt: skip
    if filters.state:
        wanted = wanted.where(_STATE.in_([filters.state]))
    if after:
        wanted = wanted.where(CallOff.id < int(after[0]))
    if before:
        wanted = wanted.where(CallOff.id > int(before[0])).order_by(CallOff.id)
    else:
        wanted = wanted.order_by(CallOff.id.desc())
    rows = [CallOffRow(*row) for row in db.session.execute(wanted.limit(limit))]
    return rows[::-1] if before else rows


def call_offs_of_contract(actor: Actor, contract_id: int, limit: int = 50) -> list[CallOffRow]:
    """The newest call-offs of one contract."""
    wanted = _mine(actor, _ROW).where(CallOff.contract_id == contract_id).order_by(CallOff.id.desc()).limit(limit)
    return [CallOffRow(*row) for row in db.session.execute(wanted)]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with what came in of it."""

    id: int
    price_id: int
    position: int
    text: str
    quantity: Decimal
    cancelled: Decimal
    received: Decimal
    faulty: Decimal
    unit: str
    unit_price: Decimal
    base_quantity: Decimal
    net: Decimal
    price_source: str

    @property
    def open(self) -> Decimal:
        return max(self.quantity - self.cancelled - self.received, Decimal(0))


@dataclass(frozen=True, slots=True)
class Answer:
    answer: str
    promised_on: date | None
    note: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CallOffView:
    """One call-off for its page and its paper."""

    id: int
    company_id: int
    supplier_id: int
    contract_id: int
    number: str
    contract_number: str
    buyer_name: str
    supplier_name: str
    state: str
    vat_basis: str
    wanted_on: date | None
    ship_to: dict[str, Any]
    note: str
    total: Decimal
    currency: str
    placed_at: datetime
    ended_at: datetime | None
    end_reason: str
    lines: tuple[LineView, ...]
    answers: tuple[Answer, ...]

    @property
    def shown_state(self) -> str:
        return self.answers[-1].answer if self.state == "sent" and self.answers else self.state

    @property
    def promised_on(self) -> date | None:
        return self.answers[-1].promised_on if self.answers else None


def call_off(actor: Actor, number: str) -> CallOffView:
    """One call-off of either side. Raises NotFound. Three statements."""
    found = db.session.execute(
        _mine(
            actor,
            select(CallOff, SupplyContract)
            .join(SupplyContract, SupplyContract.id == CallOff.contract_id)
            .where(CallOff.number == number),
        ).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    row, held = found
    answers = db.session.scalars(
        select(CallOffAnswer).where(CallOffAnswer.call_off_id == row.id).order_by(CallOffAnswer.id)
    )
    return CallOffView(
        row.id, row.company_id, row.supplier_id, row.contract_id, row.number, held.number, held.buyer_name,
        held.supplier_name, row.state, held.vat_basis, row.wanted_on, row.ship_to, row.note, row.total, row.currency,
        row.placed_at, row.ended_at, row.end_reason, tuple(lines_of(row.id)),
        tuple(Answer(one.answer, one.promised_on, one.note, one.answered_at) for one in answers),
    )  # fmt: skip


def lines_of(call_off_id: int) -> list[LineView]:
    """The lines of a call-off with what came in."""
    rows = db.session.execute(
        select(
            CallOffLine, func.coalesce(func.sum(CallOffReceipt.quantity), 0),
            func.coalesce(func.sum(CallOffReceipt.faulty), 0),
        )
        .outerjoin(CallOffReceipt, CallOffReceipt.line_id == CallOffLine.id)
        .where(CallOffLine.call_off_id == call_off_id)
        .group_by(CallOffLine.id)
        .order_by(CallOffLine.position)
    )  # fmt: skip
    return [
        LineView(line.id, line.price_id, line.position, line.text, line.quantity, line.cancelled, Decimal(received),
                 Decimal(faulty), line.unit, line.unit_price, line.base_quantity, line.net, line.price_source)
        for line, received, faulty in rows
    ]  # fmt: skip


def number_of(actor: Actor, call_off_id: int) -> str:
    """The number of a call-off of either side. Raises NotFound."""
    found = db.session.scalar(_mine(actor, select(CallOff.number).where(CallOff.id == call_off_id)))
    if found is None:
        raise NotFound
    return str(found)
