"""Shipments with their lines, packages and proofs; a constant number of statements each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select, text, tuple_

from app.accounts.domain.company import PostalAddress
from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.fulfilment.domain.carriers import tracking_address
from app.fulfilment.domain.shipment import ShipmentState
from app.fulfilment.models.carriers import Carrier
from app.fulfilment.models.shipments import Package, Shipment, ShipmentLine, ShipmentProof
from app.inventory.models.stock import Warehouse
from app.ordering.models.orders import Order, OrderLine


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """A line of a shipment; quantities in the unit of the order line. `delivered_quantity` None: no proof yet."""

    id: int
    position: int
    order_id: int
    order_number: str
    po_number: str
    order_line_id: int
    order_position: int
    article_id: int
    sku: str
    customer_number: str
    gtin: str
    name: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    ordered: Decimal
    shipped: Decimal  # of the order line, over all shipments
    batch: str
    expires_on: date | None
    serials: tuple[str, ...]
    package_position: int | None
    sscc: str
    delivery_id: int | None
    delivered_quantity: Decimal | None
    difference: str
    difference_note: str


@dataclass(frozen=True, slots=True)
class ShippedPackage:
    """A package; weight in kilograms, sizes in centimetres. `tracking_url` is the carrier's page, or empty."""

    id: int
    position: int
    sscc: str
    kind: str
    weight: Decimal | None
    length: Decimal | None
    width: Decimal | None
    height: Decimal | None
    tracking_number: str
    tracking_url: str


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """What the receiver signed for; pictures by the ids of their files."""

    receiver: str
    received_at: datetime
    note: str
    photo_id: int | None
    signature_id: int | None
    is_complete: bool
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """A whole shipment. `account` is the customer's code."""

    id: int
    company_id: int
    account: str
    account_name: str
    number: str
    state: ShipmentState
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    ship_to: PostalAddress
    carrier_id: int | None
    carrier_name: str
    note: str
    weight: Decimal | None
    packed_at: datetime
    expected_on: date | None
    sent_at: datetime | None
    delivered_at: datetime | None
    lines: tuple[ShippedLine, ...]
    packages: tuple[ShippedPackage, ...]
    proof: ProofFacts | None

    @property
    def orders(self) -> tuple[tuple[int, str], ...]:
        """(id, number) of the orders whose goods it brings, each once."""
        return tuple(dict.fromkeys((line.order_id, line.order_number) for line in self.lines))

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        return tuple(one.tracking_number for one in self.packages if one.tracking_number)


_HEAD: Any = (
    select(Shipment, Company.code, Company.name, Warehouse.code, Warehouse.name, Carrier.name, Carrier.tracking_url)
    .join(Company, Company.id == Shipment.company_id)
    .join(Warehouse, Warehouse.id == Shipment.warehouse_id)
    .outerjoin(Carrier, Carrier.id == Shipment.carrier_id)
)
_LINE = (
    select(
        ShipmentLine.id, ShipmentLine.position, ShipmentLine.order_id, Order.number, Order.po_number,
        ShipmentLine.order_line_id, OrderLine.position, ShipmentLine.article_id, ShipmentLine.sku,
        OrderLine.customer_number, OrderLine.gtin, ShipmentLine.name, ShipmentLine.quantity, ShipmentLine.unit,
        ShipmentLine.base_quantity, OrderLine.quantity, OrderLine.shipped_quantity, ShipmentLine.batch,
        ShipmentLine.expires_on, ShipmentLine.serials, Package.position, Package.sscc, ShipmentLine.delivery_id,
        ShipmentLine.delivered_quantity, ShipmentLine.difference, ShipmentLine.difference_note,
    )
    .join(Order, Order.id == ShipmentLine.order_id)
    .join(OrderLine, OrderLine.id == ShipmentLine.order_line_id)
    .outerjoin(Package, Package.id == ShipmentLine.package_id)
)  # fmt: skip


def shipment_facts(actor: Actor, shipment_id: int) -> ShipmentFacts:
    """One shipment by its id; four statements."""
    return _facts(actor, _HEAD.where(Shipment.id == shipment_id))


def shipment(actor: Actor, number: str) -> ShipmentFacts:
    """One shipment by its number; the customer sees those of his own that have left, or stand packed."""
    return _facts(actor, _HEAD.where(Shipment.number == number))


def _facts(actor: Actor, statement: Select[Any]) -> ShipmentFacts:
    row = db.session.execute(visible(actor, statement, Shipment)).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such shipment."))
    head, account, account_name, code, name, carrier, pattern = row
    return ShipmentFacts(
        head.id, head.company_id, account, account_name, head.number, ShipmentState(head.state), head.warehouse_id,
        code, name, PostalAddress.from_json(head.ship_to), head.carrier_id, head.carrier_name or carrier or "",
        head.note, head.weight, head.packed_at, head.expected_on, head.sent_at, head.delivered_at,
        _lines(actor, head.id), _packages(actor, head.id, pattern or ""), _proof(actor, head.id),
    )  # fmt: skip


def _lines(actor: Actor, shipment_id: int) -> tuple[ShippedLine, ...]:
    statement = _LINE.where(ShipmentLine.shipment_id == shipment_id).order_by(ShipmentLine.position)
    rows: list[Any] = [list(row) for row in db.session.execute(visible(actor, statement, ShipmentLine))]
    return tuple(ShippedLine(*[*row[:19], tuple(row[19]), row[20], row[21] or "", *row[22:]]) for row in rows)


def _packages(actor: Actor, shipment_id: int, pattern: str) -> tuple[ShippedPackage, ...]:
    statement = select(Package).where(Package.shipment_id == shipment_id).order_by(Package.position)
    return tuple(
        ShippedPackage(
            one.id, one.position, one.sscc, one.kind, one.weight, one.length, one.width, one.height,
            one.tracking_number, tracking_address(pattern, one.tracking_number),
        )
        for one in db.session.scalars(visible(actor, statement, Package))
    )  # fmt: skip


def _proof(actor: Actor, shipment_id: int) -> ProofFacts | None:
    statement = select(ShipmentProof).where(ShipmentProof.shipment_id == shipment_id)
    one = db.session.scalar(visible(actor, statement, ShipmentProof))
    if one is None:
        return None
    return ProofFacts(
        one.receiver, one.received_at, one.note, one.photo_id, one.signature_id, one.is_complete, one.user_name,
        one.recorded_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment in a list; `orders` are the numbers of the orders it brings goods of."""

    id: int
    number: str
    state: ShipmentState
    account: str
    account_name: str
    city: str
    carrier_name: str
    line_count: int
    package_count: int
    packed_at: datetime
    expected_on: date | None
    sent_at: datetime | None
    delivered_at: datetime | None
    tracking: str = ""  # the first number
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentFilters:
    """What a list of shipments is narrowed to; empty fields do not narrow. `text`: number, tracking number, SSCC."""

    text: str = ""
    state: str = ""
    account: str = ""


_FIRST_NUMBER = (
    select(Package.tracking_number)
    .where(Package.shipment_id == Shipment.id, Package.tracking_number != "")
    .order_by(Package.position)
    .limit(1)
    .scalar_subquery()
)
_ROW = (
    select(
        Shipment.id, Shipment.number, Shipment.state, Company.code, Company.name, Shipment.ship_to["city"].astext,
        Shipment.carrier_name, Shipment.line_count, Shipment.package_count, Shipment.packed_at, Shipment.expected_on,
        Shipment.sent_at, Shipment.delivered_at, _FIRST_NUMBER, Carrier.name, Carrier.tracking_url,
    )
    .join(Company, Company.id == Shipment.company_id)
    .outerjoin(Carrier, Carrier.id == Shipment.carrier_id)
)  # fmt: skip


def shipments(
    actor: Actor,
    filters: ShipmentFilters,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int,
) -> list[ShipmentRow]:
    """Newest first, by keys (packed_at, id); with `before` the rows above that key. One statement."""
    statement = _filtered(actor, visible(actor, _ROW, Shipment), filters)
    key = tuple_(Shipment.packed_at, Shipment.id)
    if before is not None:
        statement = statement.where(key > _key(before)).order_by(Shipment.packed_at, Shipment.id)
    else:
        if after is not None:
            statement = statement.where(key < _key(after))
        statement = statement.order_by(Shipment.packed_at.desc(), Shipment.id.desc())
    rows = [_row(row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before is not None else rows


def _row(found: Any) -> ShipmentRow:
    row: list[Any] = list(found)
    number = row[13] or ""
    return ShipmentRow(*[
        row[0], row[1], ShipmentState(row[2]), row[3], row[4], row[5] or "", row[6] or row[14] or "", *row[7:13],
        number, tracking_address(row[15] or "", number),
    ])  # fmt: skip


def _filtered(actor: Actor, statement: Select[Any], filters: ShipmentFilters) -> Select[Any]:
    if filters.state:
        statement = statement.where(Shipment.state == filters.state)
    else:
        statement = statement.where(Shipment.state != ShipmentState.DISCARDED)
    if filters.account and actor.is_operator:
        statement = statement.where(Company.code == filters.account)
    if filters.text:
        pattern = _contains(filters.text)
        known = select(Package.shipment_id).where(
            or_(Package.tracking_number.ilike(pattern, escape="\\"), Package.sscc == filters.text)
        )
        of_order = (
            select(ShipmentLine.shipment_id)
            .join(Order, Order.id == ShipmentLine.order_id)
            .where(or_(Order.number.ilike(pattern, escape="\\"), Order.po_number.ilike(pattern, escape="\\")))
        )
        statement = statement.where(
            or_(Shipment.number.ilike(pattern, escape="\\"), Shipment.id.in_(known), Shipment.id.in_(of_order))
        )
    return statement


def _contains(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _key(parts: Sequence[str]) -> tuple[datetime, int]:
    try:
        packed_at, shipment_id = parts
        return datetime.fromisoformat(packed_at), int(shipment_id)
    except ValueError:
        raise NotFound(N_("This address is damaged. Open the list again.")) from None


def _of_order(order_id: int) -> Select[Any]:
    return select(ShipmentLine.shipment_id).where(ShipmentLine.order_id == order_id)


def shipment_ids_of_order(actor: Actor, order_id: int) -> list[int]:
    """Ids of the shipments that bring goods of an order, the first one first; those taken back are left out."""
    statement = (
        select(Shipment.id)
        .where(Shipment.id.in_(_of_order(order_id)), Shipment.state != ShipmentState.DISCARDED)
        .order_by(Shipment.packed_at, Shipment.id)
    )
    return list(db.session.scalars(visible(actor, statement, Shipment)))


def shipments_of_order(actor: Actor, order_id: int) -> list[ShipmentRow]:
    """The same as rows. One statement."""
    statement = (
        _ROW.where(Shipment.id.in_(_of_order(order_id)), Shipment.state != ShipmentState.DISCARDED)
        .order_by(Shipment.packed_at, Shipment.id)
    )  # fmt: skip
    return [_row(row) for row in db.session.execute(visible(actor, statement, Shipment))]


_BEFORE = text("""
SELECT x.order_line_id, sum(x.quantity) FROM shipment_lines x JOIN shipments y ON y.id = x.shipment_id
JOIN shipments this ON this.id = :shipment
WHERE y.sent_at IS NOT NULL AND (y.sent_at, y.id) < (this.sent_at, this.id)
  AND x.order_line_id IN (SELECT order_line_id FROM shipment_lines WHERE shipment_id = :shipment)
GROUP BY x.order_line_id""")


def shipped_before(actor: Actor, shipment_id: int) -> dict[int, Decimal]:
    """What shipments that left earlier brought of the order lines of this one, by order line. For the operator."""
    rows = db.session.execute(_BEFORE, {"shipment": shipment_id if actor.is_operator else None})
    return {row[0]: row[1] for row in rows}
