"""The wholesaler confirms lines otherwise than ordered: the buyer is asked, with the differences and the deadline."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import OrderProposed
from app.ordering.queries.order_changes import order_to_ask, proposals


def tellings(actor: Actor, event: OrderProposed) -> Iterable[Telling]:
    order = order_to_ask(actor, event.order_id)
    if order.user_id is not None:
        key = f"order_asks:{event.proposal_id}"
        yield Telling(order.company_id, key, {"order_id": event.order_id}, user_id=order.user_id)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    order = order_to_ask(actor, parameters["order_id"])
    waiting = proposals(actor, order.id, only_waiting=True)
    if not waiting:
        raise NotFound
    until = min(one.answer_by for one in waiting if one.answer_by is not None)
    return Letter(
        N_("Order {number}: please answer", number=order.number),
        {"number": order.number, "until": until, "lines": [one.words(order.currency) for one in waiting]},
        summary=N_("Lines that differ from what was ordered: {n}. Please answer until {until}.", n=len(waiting),
                   until=until),
        link=f"/orders/{order.number}",
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return bool(proposals(actor, parameters["order_id"], only_waiting=True))


notices.add("order_asks", Kind(letter, OrderProposed, tellings, still_wanted))
