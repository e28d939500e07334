"""Somebody of sales wrote to the buyer of a cart left behind; asked once more before it leaves whether it may."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.service.cart_contacts import message_wanted
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sales.events import CartMessageWritten
from app.sales.queries.cart_actions import message_to_tell


def tellings(actor: Actor, event: CartMessageWritten) -> Iterable[Telling]:
    told = message_to_tell(actor, event.action_id)
    yield Telling(
        told.row.company_id,
        f"cart_message:{told.action_id}",
        {"action_id": told.action_id, "abandonment_id": told.row.id},
        user_id=told.row.user_id,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = message_to_tell(actor, parameters["action_id"])
    return Letter(
        N_("About your cart"),
        {"name": told.row.buyer, "paragraphs": told.text.splitlines(), "who": told.who},
        link=told.link,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return message_wanted(actor, parameters["abandonment_id"])


notices.add("cart_message", Kind(letter, CartMessageWritten, tellings, still_wanted, is_optional=True))
