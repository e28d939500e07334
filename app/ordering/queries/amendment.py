"""Carts that amend an order: what the order says of their lines, and the prices chosen for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.ordering.domain.agreed import AgreedPrice, agreed_price
from app.ordering.domain.amendment import Amending, Original, PriceChoice, chosen_price
from app.ordering.domain.lifecycle import OrderSource, OrderState
from app.ordering.domain.rules import Standing
from app.ordering.domain.splits import Part, claims_of
from app.ordering.models.changes import OrderAmendment, OrderChange
from app.ordering.models.deliveries import OrderDelivery, OrderLinePart
from app.ordering.models.orders import Order, OrderLine
from app.pricing.domain.price import PricedLine, PriceItem
from app.pricing.queries.prices import price_lines

_ORIGINALS = text("""
SELECT l.id AS line_id, l.article_id, l.quantity, l.unit, l.base_quantity, l.unit_price, l.price_base_quantity,
    l.price_unit, l.price_list, l.price_from, l.price_source,
    l.price_list <> '' AND EXISTS (SELECT FROM price_lists p WHERE p.code = l.price_list AND p.kind = 'contract'
        AND p.company_id = l.company_id) AS is_agreed,
    EXISTS (SELECT FROM contract_draws d WHERE d.company_id = l.company_id AND d.order_line_id = l.id
        AND d.returned_at IS NULL) AS is_drawn
FROM order_lines l WHERE l.order_id = :order AND l.quantity > 0 ORDER BY l.position DESC""")


def amending(actor: Actor, cart_id: int) -> Amending | None:
    """The order a cart amends, None for any other cart; two statements."""
    statement = (
        select(OrderAmendment.order_id, Order.number, OrderAmendment.order_version, OrderAmendment.prices)
        .join(Order, Order.id == OrderAmendment.order_id)
        .where(OrderAmendment.cart_id == cart_id)
    )
    row = db.session.execute(visible(actor, statement, OrderAmendment)).one_or_none()
    if row is None:
        return None
    lines = db.session.execute(_ORIGINALS, {"order": row.order_id})
    originals = [Original(**line._mapping) for line in lines]  # noqa: SLF001 -- the documented way to a mapping
    return Amending(
        row.order_id, row.number, row.order_version, PriceChoice(row.prices),
        {(one.article_id, one.unit, one.price_source): one for one in originals},
    )  # fmt: skip


def cart_prices(
    actor: Actor,
    items: Sequence[PriceItem],
    on: date,
    company_id: int,
    amended: Amending | None,
    *,
    agreed: Sequence[AgreedPrice | None],
    currency: str,
) -> list[PricedLine]:
    """Prices of the lines of a cart: those agreed for them, today's, or as the buyer has chosen for the order he amends.

    `agreed` is empty, or has one for each line.
    """
    prices = price_lines(actor, items, company_id=company_id, on=on)
    if amended is not None:
        prices = [
            chosen_price(
                amended.choice, price, amended.originals.get((item.article_id, item.unit, "")), item.base_quantity
            )
            for item, price in zip(items, prices, strict=True)
        ]
    if agreed:
        prices = [
            price if one is None else agreed_price(price, one, currency)
            for one, price in zip(agreed, prices, strict=True)
        ]
    return prices


@dataclass(frozen=True, slots=True)
class Amended:
    """What an amendment has become: a version of the order."""

    order_id: int
    number: str


def amended_before(company_id: int, client_ref: str, asked: str) -> Amended | None:
    """The order the same request has amended before; Conflict when its reference was used for something else."""
    row = db.session.execute(
        select(OrderChange.order_id, Order.number, OrderChange.request_hash)
        .join(Order, Order.id == OrderChange.order_id)
        .where(OrderChange.company_id == company_id, OrderChange.client_ref == client_ref)
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return Amended(row.order_id, row.number)


def refusal_of(order: Order, version: int) -> Message | None:
    """Why an order cannot be amended any more from the version a cart was made of; None when it can."""
    standing = standing_of(order)
    if (refusal := standing.amend_refusal(clock.now())) is not None:
        return refusal
    if order.version != version:
        return N_("Order {number} was changed meanwhile.", number=order.number)
    return None


def standing_of(order: Order) -> Standing:
    return Standing(
        OrderState(order.state), OrderSource(order.source), order.grace_until, order.confirmed_at, order.invoiced_at
    )


def demand_amendable(cart_id: int) -> dict[int, Decimal]:
    """What the cost centres have paid of the order a cart amends; Conflict when it cannot be amended any more."""
    amendment = db.session.scalars(select(OrderAmendment).where(OrderAmendment.cart_id == cart_id)).one()
    order = db.session.get_one(Order, amendment.order_id, populate_existing=True)
    if (refusal := refusal_of(order, amendment.order_version)) is not None:
        raise kept_conflict(refusal)
    return claims_of(part_rows(order.id), order.net_total, order.currency)


def kept_conflict(refusal: Message) -> Conflict:
    return Conflict(N_("{reason} What you have entered stays in this cart.", reason=refusal))


def part_rows(order_id: int) -> list[Part]:
    """The parts of all lines of an order, in the order of its lines."""
    rows = db.session.execute(
        select(OrderLine.position, OrderDelivery.position, OrderLinePart.position, OrderLinePart.quantity,
               OrderLinePart.base_quantity, OrderLinePart.net, OrderLinePart.cost_centre_id)
        .join(OrderLine, OrderLine.id == OrderLinePart.order_line_id)
        .join(OrderDelivery, OrderDelivery.id == OrderLinePart.delivery_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position, OrderLinePart.position)
    )  # fmt: skip
    return [Part(*row) for row in rows]
