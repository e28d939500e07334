"""Handing a prepared cart over: by a message to its owner, and by a link that a colleague opens."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.service.tokens import cart_token
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.sharing import Right
from app.ordering.events import CartHandedOver
from app.ordering.models.shared_carts import CartMember
from app.ordering.queries.cart import CartHead, cart_head
from app.ordering.queries.handing import handed_cart
from app.ordering.service.cart_state import activate, locked

NOTE_LENGTH = 500


@command
def hand_over(actor: Actor, cart_id: int, *, note: str = "") -> str:
    """Make the link under which people of the company take the cart over; an earlier link ends. Returns its token.

    When somebody of the operator prepared the cart, its owner is told. Raises Conflict for a cart without lines.
    """
    if len(note) > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    cart = locked(actor, cart_id, Right.ORDER)
    if not cart.line_count:
        raise Conflict(N_("There is nothing in this cart to hand over."))
    cart.handed_over_at, cart.handed_note = clock.now(), note.strip()
    audit.record(actor, "cart", cart.id, "handed_over", {"note": note.strip(), "lines": cart.line_count})
    if actor.staff_id is not None:
        publish(CartHandedOver(cart.id))
    return cart_token(cart.id, cart.handed_over_at)


@command
def end_hand_over(actor: Actor, cart_id: int) -> None:
    """The link opens nothing any more; who has taken the cart over keeps it."""
    cart = locked(actor, cart_id, Right.ORDER)
    if cart.handed_over_at is not None:
        cart.handed_over_at = None
        audit.record(actor, "cart", cart.id, "link_ended", {})


@command
def take_over(actor: Actor, token: str) -> CartHead:
    """Work on with a cart that was handed over: from now on it is the person's active one. A repeat changes nothing."""
    found = handed_cart(actor, token)
    cart_id = found.id
    if found.owner_id != actor.user_id:
        member = upsert(CartMember).values(
            company_id=actor.company_id, cart_id=cart_id, user_id=actor.user_id, access=Right.ORDER.value
        )
        db.session.execute(
            member.on_conflict_do_update(index_elements=["cart_id", "user_id"], set_={"access": Right.ORDER.value})
        )
        audit.record(actor, "cart", cart_id, "taken_over", {})
    activate(actor, cart_id)
    return cart_head(actor, cart_id)
