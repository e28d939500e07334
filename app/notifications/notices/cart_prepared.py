"""Sales has prepared a cart for a buyer: one mail and one line on the page, with the link to go on."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import CartHandedOver
from app.ordering.queries.handing import handed_by_id


def tellings(actor: Actor, event: CartHandedOver) -> Iterable[Telling]:
    handed = handed_by_id(actor, event.cart_id)
    link = handed.token.partition(".")[2][:12]
    for way in ("mail", "page"):
        yield Telling(
            handed.company_id,
            f"cart_prepared:{handed.id}:{link}:{way}",  # each new link is told
            {"cart_id": handed.id},
            user_id=handed.owner_id,
            way=way,
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    handed = handed_by_id(actor, parameters["cart_id"])
    return Letter(
        N_("{staff} has prepared a cart for you", staff=handed.staff_name),
        {"name": handed.owner, "staff": handed.staff_name, "count": handed.line_count, "note": handed.note},
        summary=N_("Lines: {n}. Look at them and order.", n=handed.line_count),
        link=f"/carts/take/{handed.token}",
    )


notices.add("cart_prepared", Kind(letter, CartHandedOver, tellings))
