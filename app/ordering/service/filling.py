"""Filling a cart with what was ordered before: among what is in it already, or in a cart of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.ordering.domain.cart import WantedLine
from app.ordering.models.carts import CartChange
from app.ordering.service.cart import Added, add_lines, new_cart
from app.ordering.service.cart_state import activate


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of filling a cart, and how many lines could not go in as they are."""

    added: Added
    count: int
    left_out: int


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
        activate(actor, cart_id)
    return add_lines(actor, cart_id, lines, client_ref=client_ref, page=page)


@command
def fill_cart(
    actor: Actor, lines: Sequence[WantedLine], *, client_ref: str, new_cart_name: str = "", page: str = ""
) -> Filled:
    """Put what can be ordered into the active cart, or into a new one of this name; the rest is counted.

    Prices and stock keep nothing out: the cart tells of them. Invalid("lines") when nothing can go in.
    """
    try:
        return Filled(_add(actor, lines, client_ref, new_cart_name, page), len(lines), 0)
    except Invalid as error:
        refused = {place for place, _problem in error.details or ()}
        fine = [line for place, line in enumerate(lines) if place not in refused]
        if not refused or not fine:
            raise
    return Filled(_add(actor, fine, f"{client_ref}:rest", new_cart_name, page), len(fine), len(refused))


def _add(actor: Actor, lines: Sequence[WantedLine], client_ref: str, new_cart_name: str, page: str) -> Added:
    if new_cart_name:
        return add_to_new_cart(actor, new_cart_name, lines, client_ref=client_ref, page=page)
    return add_lines(actor, None, lines, client_ref=client_ref, page=page)
