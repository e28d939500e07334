"""Amending an order: a cart is made of it, worked on like any other, and sent or given up. Until then the order stands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text, update

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.models.carts import Cart
from app.ordering.models.changes import OrderAmendment
from app.ordering.models.orders import Order, OrderAllowance
from app.ordering.queries.amendment import standing_of
from app.ordering.queries.cart import active_cart
from app.ordering.service.cart import new_cart
from app.ordering.service.cart_state import activate, demand_person, locked

_FILL = text("""
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note, slot)
SELECT l.company_id, :cart, min(l.position), l.article_id, sum(l.quantity), l.unit, sum(l.base_quantity), min(l.note),
    CASE WHEN l.price_source = '' THEN 0 ELSE min(l.position) END
FROM order_lines l WHERE l.order_id = :order AND l.quantity > 0
GROUP BY l.company_id, l.article_id, l.unit, l.price_source""")
# What was agreed stays agreed, in the range it was agreed for.
_AGREED = text("""
INSERT INTO cart_agreed_prices (company_id, cart_id, slot, article_id, unit, min_quantity, max_quantity, unit_price,
    base_quantity, source)
SELECT l.company_id, :cart, min(l.position), l.article_id, l.unit, coalesce(min(a.min_quantity), sum(l.quantity)),
    CASE WHEN count(a.slot) > 0 THEN min(a.max_quantity) ELSE sum(l.quantity) END, min(l.unit_price),
    min(l.price_base_quantity), l.price_source
FROM order_lines l
JOIN orders o ON o.id = l.order_id
LEFT JOIN cart_agreed_prices a ON a.cart_id = o.cart_id AND a.source = l.price_source
WHERE l.order_id = :order AND l.quantity > 0 AND l.price_source <> ''
GROUP BY l.company_id, l.article_id, l.unit, l.price_source""")
# Only where an order is divided do its lines carry more than the head says.
_SPLIT = text("""
INSERT INTO cart_line_parts (company_id, cart_id, cart_line_id, position, quantity, ship_to_id, requested_on,
    cost_centre_id)
SELECT p.company_id, c.cart_id, c.id, row_number() OVER (PARTITION BY c.id ORDER BY l.position, p.position),
    p.quantity, a.id, d.requested_on, p.cost_centre_id
FROM order_lines l
JOIN order_line_parts p ON p.order_line_id = l.id
JOIN order_deliveries d ON d.id = p.delivery_id
LEFT JOIN cart_agreed_prices g ON g.cart_id = :cart AND g.source = l.price_source
JOIN cart_lines c ON c.cart_id = :cart AND c.article_id = l.article_id AND c.unit = l.unit
    AND c.slot = coalesce(g.slot, 0)
LEFT JOIN addresses a ON a.id = CAST(d.ship_to ->> 'id' AS bigint) AND a.company_id = l.company_id AND a.is_active
WHERE l.order_id = :order AND (
    (SELECT count(*) FROM order_deliveries x WHERE x.order_id = :order) > 1
    OR (SELECT count(DISTINCT coalesce(y.cost_centre_id, 0)) FROM order_line_parts y
        JOIN order_lines z ON z.id = y.order_line_id WHERE z.order_id = :order) > 1)""")
_CENTRE = text("""
SELECT min(p.cost_centre_id) FROM order_line_parts p JOIN order_lines l ON l.id = p.order_line_id
WHERE l.order_id = :order HAVING count(*) = count(p.cost_centre_id) AND count(DISTINCT p.cost_centre_id) = 1""")


@command
def start_amendment(actor: Actor, order_id: int, prices: PriceChoice) -> int:
    """Make a cart of an order, with the prices chosen, and let the actor's clicks go there; returns its id.

    A cart that was begun for this version goes on, with the prices chosen now; one of an older version is given up.
    Raises Conflict with the reason once the order cannot be amended any more.
    """
    demand_person(actor)
    order = db.session.scalar(visible(actor, select(Order).where(Order.id == order_id), Order))
    if order is None:
        raise NotFound(N_("There is no such order."))
    refusal = standing_of(order).amend_refusal(clock.now())
    if refusal is not None:
        raise Conflict(refusal)
    active = active_cart(actor)
    known = _begun(actor, order)
    if known is not None:
        known.prices = str(prices)
        activate(actor, known.cart_id)
        return known.cart_id
    before = active.id if active is not None and active.kind != CartKind.AMENDMENT else None
    cart_id = new_cart(actor, order.number, kind=CartKind.AMENDMENT)
    activate(actor, cart_id)
    keys = {"cart": cart_id, "order": order.id}
    for statement in (_FILL, _AGREED, _SPLIT):
        db.session.execute(statement, keys)
    db.session.execute(
        update(Cart)
        .where(Cart.id == cart_id)
        .values(line_count=_count(cart_id), coupons=_coupons(order), draft=_draft(order), last_page="/orders")
    )
    db.session.add(
        OrderAmendment(
            company_id=order.company_id, order_id=order.id, cart_id=cart_id, prices=str(prices),
            order_version=order.version, cart_before=before,
        )
    )  # fmt: skip
    db.session.flush()
    audit.record(actor, "order", order.id, "amendment_begun", {"prices": str(prices)}, company_id=order.company_id)
    return cart_id


@command
def give_up(actor: Actor, cart_id: int) -> str:
    """Throw the cart of an amendment away and go back to the cart before; returns the number of the order."""
    amendment = db.session.scalar(
        visible(actor, select(OrderAmendment).where(OrderAmendment.cart_id == cart_id), OrderAmendment)
    )
    if amendment is None:
        raise NotFound
    if amendment.cart_before is not None:
        activate(actor, amendment.cart_before)
    cart = locked(actor, cart_id)
    cart.state = CartState.DISCARDED
    number = db.session.scalars(select(Order.number).where(Order.id == amendment.order_id)).one()
    audit.record(actor, "order", amendment.order_id, "amendment_given_up", company_id=cart.company_id)
    return number


@command
def return_to_cart(actor: Actor, cart_id: int) -> None:
    """After the amendment was sent: the actor's clicks go to the cart they went to before it."""
    before = db.session.scalar(
        visible(actor, select(OrderAmendment.cart_before).where(OrderAmendment.cart_id == cart_id), OrderAmendment)
    )
    if before is not None:
        activate(actor, before)


def _begun(actor: Actor, order: Order) -> OrderAmendment | None:
    """The actor's own open cart for this version of the order; those for older ones end."""
    rows = db.session.execute(
        select(OrderAmendment, Cart.state)
        .join(Cart, Cart.id == OrderAmendment.cart_id)
        .where(
            OrderAmendment.order_id == order.id,
            Cart.user_id == actor.user_id,
            Cart.state.in_([CartState.OPEN, CartState.AWAITING_APPROVAL]),
        )
    ).all()
    for amendment, state in rows:
        if amendment.order_version != order.version:
            db.session.execute(
                update(Cart)
                .where(Cart.id == amendment.cart_id, Cart.state == CartState.OPEN)
                .values(state=CartState.DISCARDED)
            )
        elif state == CartState.AWAITING_APPROVAL:
            raise Conflict(N_("A change of this order waits for approval already."))
    return next((one for one, _ in rows if one.order_version == order.version), None)


def _count(cart_id: int) -> Any:
    return text(f"(SELECT count(*) FROM cart_lines WHERE cart_id = {int(cart_id)})")  # noqa: S608 -- a number


def _coupons(order: Order) -> list[str]:
    found = db.session.scalars(
        select(OrderAllowance.coupon).where(OrderAllowance.order_id == order.id, OrderAllowance.coupon != "").distinct()
    )
    return sorted(found)


def _draft(order: Order) -> dict[str, str]:
    """What the buyer had entered at checkout, as he would find it there."""
    centre = db.session.scalar(_CENTRE, {"order": order.id})
    values = {
        "ship_to": order.ship_to.get("id"), "bill_to": order.bill_to.get("id"), "po_number": order.po_number,
        "requested_on": order.requested_on, "note": order.note, "delivery_method": order.delivery_method,
        "payment_method": order.payment_method, "cost_centre": centre,
    }  # fmt: skip
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
