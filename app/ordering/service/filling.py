"""Filling a cart of its own: what is ordered again need not get among what is in the cart already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.ordering.domain.cart import WantedLine
from app.ordering.models.carts import CartChange
from app.ordering.service.cart import Added, add_lines, make_active, new_cart


@command
def add_to_new_cart(actor: Actor, name: str, lines: Sequence[WantedLine], *, client_ref: str, page: str = "") -> Added:
    """Put lines into a new cart of the person's own, which becomes the active one; a repeat returns the first cart."""
    cart_id = db.session.scalar(
        select(CartChange.cart_id).where(
            CartChange.company_id == actor.company_id, CartChange.client_ref == client_ref
        )
    )  # fmt: skip
    if cart_id is None:
        cart_id = new_cart(actor, name)
        make_active(actor, cart_id)
    return add_lines(actor, cart_id, lines, client_ref=client_ref, page=page)
