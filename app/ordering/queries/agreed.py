"""Prices agreed for the lines of a cart. Ordinary carts have none and are not asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.domain.agreed import AgreedPrice
from app.ordering.domain.lifecycle import CartState
from app.ordering.models.agreed import CartAgreedPrice
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order

_PRICE = (
    CartAgreedPrice.slot, CartAgreedPrice.article_id, CartAgreedPrice.unit, CartAgreedPrice.min_quantity,
    CartAgreedPrice.max_quantity, CartAgreedPrice.unit_price, CartAgreedPrice.base_quantity, CartAgreedPrice.source,
)  # fmt: skip


def agreed_prices(cart_id: int, company_id: int, slots: Sequence[int]) -> list[AgreedPrice | None]:
    """The agreed price of each line, by the slots they have (0: none); empty, and no statement, where no line has one."""
    if not any(slots):
        return []
    rows = db.session.execute(
        select(*_PRICE).where(CartAgreedPrice.cart_id == cart_id, CartAgreedPrice.company_id == company_id)
    )
    found = {row.slot: AgreedPrice(*row) for row in rows}
    return [found[slot] if slot else None for slot in slots]


def live_cart(actor: Actor, company_id: int, source: str) -> tuple[int, CartState] | None:
    """The cart that was made for what its prices were agreed in, and where it stands; None once it was thrown away."""
    row = db.session.execute(
        visible(actor, select(Cart.id, Cart.state), Cart).where(
            Cart.company_id == company_id, Cart.source == source, Cart.state != CartState.DISCARDED
        )
    ).one_or_none()
    return (row.id, CartState(row.state)) if row is not None else None


def orders_from(actor: Actor, company_id: int, source: str) -> int:
    """How many carts of a source that allows many orders are ordered: "quote:...:v2", then "quote:...:v2#2"."""
    statement = select(func.count()).where(
        Cart.company_id == company_id,
        or_(Cart.source == source, Cart.source.startswith(f"{source}#", autoescape=True)),
        Cart.state == CartState.ORDERED,
    )
    return int(db.session.scalar(visible(actor, statement, Cart)) or 0)


def source_of_order(actor: Actor, order_id: int) -> tuple[str, int, str] | None:
    """What the prices of an order were agreed in, its account and its number; None for other orders."""
    row = db.session.execute(
        visible(actor, select(Cart.source, Order.company_id, Order.number), Order)
        .join(Cart, Cart.id == Order.cart_id)
        .where(Order.id == order_id, Cart.source != "")
    ).one_or_none()
    return (row.source, row.company_id, row.number) if row is not None else None
