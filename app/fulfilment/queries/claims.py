"""Claims as pages and other slices read them, and what of an order can be complained about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select

from app.accounts.models.companies import Company
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.tenancy import visible
from app.core.texts import Message
from app.fulfilment.domain.claimed import CLAIM, CLAIM_TONES
from app.fulfilment.domain.returned import AcceptedLine
from app.fulfilment.models.claims import Claim, ClaimLine
from app.fulfilment.models.returns import Return
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from app.fulfilment.queries.case_files import FileRow, files_of
from app.ordering.models.orders import Order, OrderLine

GRANTED = ("granted", "partly_granted")


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What to leave out of a list; `text` is a part of the claim's or order's number, or of the account's name."""

    states: tuple[str, ...] = ()
    text: str = ""
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim in a list."""

    id: int
    number: str
    state: str
    remedy: str
    order_number: str
    company_code: str
    company_name: str
    user_name: str
    opened_at: datetime
    line_count: int

    @property
    def word(self) -> Message | str:
        return CLAIM.word(self.state)

    @property
    def tone(self) -> str:
        return CLAIM_TONES[self.state]


@dataclass(frozen=True, slots=True)
class ClaimableLine:
    """A line of an order of which `shipped` left, in its unit."""

    id: int
    position: int
    sku: str
    name: str
    unit: str
    shipped: Decimal


@dataclass(frozen=True, slots=True)
class Claimable:
    """An order, or one shipment of it, that may be complained about."""

    order_id: int
    order_number: str
    company_id: int
    lines: tuple[ClaimableLine, ...]


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything the page of one claim shows; quantities of lines in the order line's unit."""

    id: int
    company_id: int
    number: str
    state: str
    remedy: str
    note: str
    answer: str
    order_number: str
    shipment_number: str
    company_code: str
    company_name: str
    user_name: str
    opened_at: datetime
    replacement_number: str
    return_number: str
    lines: tuple[ClaimLine, ...]
    files: tuple[FileRow, ...]
    history: Sequence[AuditEntry]

    @property
    def word(self) -> Message | str:
        return CLAIM.word(self.state)

    @property
    def tone(self) -> str:
        return CLAIM_TONES[self.state]


def claimable(actor: Actor, order_number: str, *, company_id: int | None = None) -> Claimable:
    """The shipped lines of an order; NotFound for another company's. `company_id` names the account for the operator."""
    statement = select(Order.id, Order.number, Order.company_id).where(Order.number == order_number)
    if company_id is not None:
        statement = statement.where(Order.company_id == company_id)
    head = db.session.execute(visible(actor, statement, Order)).one_or_none()
    if head is None:
        raise NotFound
    columns = (
        OrderLine.id, OrderLine.position, OrderLine.sku, OrderLine.name, OrderLine.unit, OrderLine.shipped_quantity,
    )  # fmt: skip
    rows = db.session.execute(
        select(*columns)
        .where(OrderLine.order_id == head.id, OrderLine.shipped_quantity > 0)
        .order_by(OrderLine.position)
    )
    return Claimable(*head, tuple(ClaimableLine(*row) for row in rows))


def lines_in_shipment(actor: Actor, shipment_id: int) -> tuple[str, frozenset[int]]:
    """The order of the first line of a shipment, and the ids of that order's lines in it; NotFound for a stranger's."""
    statement = (
        select(Order.number, ShipmentLine.order_line_id)
        .join(Order, Order.id == ShipmentLine.order_id)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(ShipmentLine.shipment_id == shipment_id)
        .order_by(ShipmentLine.position)
    )
    rows = db.session.execute(visible(actor, statement, Shipment)).all()
    if not rows:
        raise NotFound
    first = rows[0].number
    return first, frozenset(row.order_line_id for row in rows if row.number == first)


def claim_id_of(actor: Actor, number: str) -> int:
    """The id of a claim by its number; a stranger's is NotFound."""
    found = db.session.scalar(visible(actor, select(Claim.id).where(Claim.number == number), Claim))
    if found is None:
        raise NotFound
    return found


def claim_number(actor: Actor, claim_id: int) -> str:
    """The number of a claim by its id; a stranger's is NotFound."""
    found = db.session.scalar(visible(actor, select(Claim.number).where(Claim.id == claim_id), Claim))
    if found is None:
        raise NotFound
    return found


def claim_page(actor: Actor, number: str) -> ClaimPage:
    """One claim with its lines, files and history; NotFound for another company's. Four statements."""
    replaced = select(Order.number).where(Order.id == Claim.replacement_id).scalar_subquery()
    back = select(Return.number).where(Return.claim_id == Claim.id).limit(1).scalar_subquery()
    shipment = select(Shipment.number).where(Shipment.id == Claim.shipment_id).scalar_subquery()
    statement = (
        select(Claim, Company.code, Company.name, replaced, back, shipment)
        .join(Company, Company.id == Claim.company_id)
        .where(Claim.number == number)
    )
    row = db.session.execute(visible(actor, statement, Claim)).one_or_none()
    if row is None:
        raise NotFound
    found, code, name, replacement, return_number, shipment_number = row
    lines = db.session.scalars(
        select(ClaimLine).where(ClaimLine.claim_id == found.id).order_by(ClaimLine.position)
    ).all()
    return ClaimPage(
        id=found.id, company_id=found.company_id, number=found.number, state=found.state, remedy=found.remedy,
        note=found.note, answer=found.answer, order_number=found.order_number, shipment_number=shipment_number or "",
        company_code=code, company_name=name, user_name=found.user_name, opened_at=found.opened_at,
        replacement_number=replacement or "", return_number=return_number or "", lines=tuple(lines),
        files=files_of(claim_id=found.id), history=audit.history(actor, "claim", found.id),
    )  # fmt: skip


def claims_page(
    actor: Actor, filters: ClaimFilter, *, after: tuple[int] | None = None, before: tuple[int] | None = None,
    limit: int = 51,
) -> list[ClaimRow]:  # fmt: skip
    """Claims the actor may see, the newest first; the key is the id. One statement."""
    count = select(func.count()).where(ClaimLine.claim_id == Claim.id).scalar_subquery()
    statement = select(
        Claim.id, Claim.number, Claim.state, Claim.remedy, Claim.order_number, Company.code, Company.name,
        Claim.user_name, Claim.opened_at, count,
    ).join(Company, Company.id == Claim.company_id)  # fmt: skip
    if filters.states:
        statement = statement.where(Claim.state.in_(filters.states))
    if filters.company_id is not None:
        statement = statement.where(Claim.company_id == filters.company_id)
    if filters.text:
        columns = (Claim.number, Claim.order_number, Company.name)
        statement = statement.where(or_(*(one.icontains(filters.text, autoescape=True) for one in columns)))
    if after:
        statement = statement.where(Claim.id < after[0])
    elif before:
        statement = statement.where(Claim.id > before[0])
    is_backwards = before is not None and not after
    order = Claim.id if is_backwards else Claim.id.desc()
    rows = [ClaimRow(*row) for row in db.session.execute(visible(actor, statement.order_by(order).limit(limit), Claim))]
    return rows[::-1] if is_backwards else rows


def claim_counts(actor: Actor) -> dict[str, int]:
    """How many claims of each open state wait. One statement."""
    statement = select(Claim.state, func.count()).where(Claim.state.in_(CLAIM.open_states)).group_by(Claim.state)
    return {row[0]: row[1] for row in db.session.execute(visible(actor, statement, Claim))}


def cases_of_order(actor: Actor, order_id: int) -> list[tuple[str, str]]:
    """(number, state) of the claims about an order, for the panel on its page."""
    statement = select(Claim.number, Claim.state).where(Claim.order_id == order_id).order_by(Claim.id)
    return [(row[0], row[1]) for row in db.session.execute(visible(actor, statement, Claim))]


def granted_lines(actor: Actor, claim_id: int) -> list[AcceptedLine]:
    """What is to be credited or replaced of a claim without goods that come back; empty unless it was granted so.

    Where the goods come back first, their return is credited instead: `queries.returns.accepted_lines`.
    """
    rows = db.session.execute(
        visible(
            actor,
            select(ClaimLine, Claim.order_id, Claim.remedy)
            .join(Claim, Claim.id == ClaimLine.claim_id)
            .where(Claim.id == claim_id, Claim.state.in_(GRANTED), Claim.remedy != "return")
            .order_by(ClaimLine.position),
            Claim,
        )
    )
    return [
        AcceptedLine(order_id, line.order_line_id, line.granted_quantity, line.percent, remedy, line.reason)
        for line, order_id, remedy in rows
        if line.granted_quantity and line.percent
    ]
