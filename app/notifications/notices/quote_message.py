"""One side has written something about a quote: the other reads it on its page."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteMessagePosted
from app.sourcing.queries.quote_told import buyers_to_tell, message_to_tell, quote_to_tell, sellers_to_tell

_SHOWN = 200


def tellings(actor: Actor, event: QuoteMessagePosted) -> Iterable[Telling]:
    told, (side, _author, _text, is_internal) = (
        quote_to_tell(actor, event.quote_id), message_to_tell(actor, event.message_id)
    )  # fmt: skip
    key, parameters = f"quote_message:{event.message_id}", {"quote_id": told.id, "message_id": event.message_id}
    if is_internal:
        return
    if side == "buyer":
        for person in sellers_to_tell(told):
            yield Telling(person.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")
        return
    for person in buyers_to_tell(told):
        yield Telling(told.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    side, author, text, _ = message_to_tell(actor, parameters["message_id"])
    return Letter(
        N_("{who} has written about {number}", who=author, number=told.number),
        summary=N_("“{reason}”", reason=text[:_SHOWN]),
        link=told.sales_page if side == "buyer" else told.buyers_page,
    )


notices.add("quote_message", Kind(letter, QuoteMessagePosted, tellings))
