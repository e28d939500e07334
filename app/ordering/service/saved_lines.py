"""Putting lines of a cart aside for later and taking them back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.texts import N_
from app.ordering.domain.cart import CartEdit, WantedLine
from app.ordering.models.carts import SavedLine
from app.ordering.queries.cart import cart_head
from app.ordering.queries.saved_lines import saved_lines
from app.ordering.service.cart import Added, add_lines, remove_lines
from app.ordering.service.cart_state import active_id, locked, who

_SAVE = text("""
INSERT INTO saved_lines AS s (company_id, cart_id, article_id, quantity, unit, note, who)
SELECT company_id, cart_id, article_id, quantity, unit, note, :who FROM cart_lines
WHERE cart_id = :cart AND id = ANY(CAST(:ids AS bigint[]))
ON CONFLICT (cart_id, article_id, unit) DO UPDATE SET quantity = s.quantity + excluded.quantity,
    note = CASE WHEN s.note = '' THEN excluded.note ELSE s.note END""")


@command
def save_for_later(actor: Actor, cart_id: int, line_ids: Sequence[int], *, page: str = "") -> CartEdit:
    """Move lines out of a cart to those kept for later."""
    cart = locked(actor, cart_id)
    db.session.execute(_SAVE, {"cart": cart.id, "ids": list(line_ids), "who": who(actor)})
    return remove_lines(actor, cart.id, line_ids, page=page).page


@command
def take_back(actor: Actor, cart_id: int | None, saved_id: int, *, page: str = "") -> Added:
    """Move a line kept for later into the cart (None: the active one); Invalid where it cannot be ordered any more."""
    cart = locked(actor, cart_id if cart_id is not None else active_id(actor))
    saved = next((row for row in saved_lines(actor, cart_head(actor, cart.id)) if row.id == saved_id), None)
    if saved is None:
        raise NotFound(N_("This line is no longer kept for later."))
    wanted = WantedLine(saved.article_id, saved.quantity, saved.unit, saved.note)
    added = add_lines(actor, cart.id, [wanted], client_ref=f"saved-{saved.id}", page=page)
    db.session.execute(delete(SavedLine).where(SavedLine.id == saved.id))
    return added


@command
def forget_saved(actor: Actor, cart_id: int | None, saved_id: int) -> None:
    """Drop a line kept for later."""
    head = cart_head(actor, cart_id) if cart_id is not None else None
    if head is not None:
        locked(actor, head.id)
    known = [row.id for row in saved_lines(actor, head)]
    if saved_id not in known:
        raise NotFound(N_("This line is no longer kept for later."))
    db.session.execute(delete(SavedLine).where(SavedLine.id == saved_id))
