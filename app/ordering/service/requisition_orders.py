"""From a requisition list into a cart. The list stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.domain.cart import WantedLine
from app.ordering.queries.requisition_lists import list_head
from app.ordering.queries.requisition_orders import LeftOut, sort_out
from app.ordering.service.cart import Added, add_lines
from app.ordering.service.filling import add_to_new_cart


@dataclass(frozen=True, slots=True)
class IntoCart:
    """What of a list went into the cart (None: nothing could), and what did not."""

    added: Added | None
    count: int
    left_out: tuple[LeftOut, ...]


@command
def order_from_list(
    actor: Actor,
    list_id: int,
    wanted: Sequence[tuple[int, WantedLine]],
    *,
    client_ref: str,
    new_cart_name: str = "",
    release: int | None = None,
    page: str = "",
) -> IntoCart:
    """Put lines of a list, with the quantities wanted now, into the active cart, or into a new one
    that gets `new_cart_name`; keys are the caller's.

    What cannot be ordered as it is stays out and is told with its reason. Where the company orders from approved lists
    only, `release` is the number of the version that was seen; Conflict when it is not the latest. A repeat adds nothing.
    """
    head = list_head(actor, list_id)
    if head.needs_approval:
        if head.release is None:
            raise Conflict(N_("No version of this list is approved yet."))
        if head.release.number != release:
            raise Conflict(N_("Another version of this list was approved meanwhile. Look at it first."))
    if not wanted:
        raise Invalid("lines", N_("Tick what you want to order."))
    good, left_out = sort_out(actor, wanted)
    lines = [line for _key, line in good]
    added = None
    if lines and new_cart_name:
        added = add_to_new_cart(actor, new_cart_name, lines, client_ref=client_ref, page=page)
    elif lines:
        added = add_lines(actor, None, lines, client_ref=client_ref, page=page)
    return IntoCart(added, len(good), tuple(left_out))
