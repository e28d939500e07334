"""One side declines: the other hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteDeclined
from app.sourcing.queries.quote_told import buyers_to_tell, quote_to_tell, sellers_to_tell


def tellings(actor: Actor, event: QuoteDeclined) -> Iterable[Telling]:
    told, key = quote_to_tell(actor, event.quote_id), f"quote_declined:{event.quote_id}"
    parameters = {"quote_id": told.id, "by": event.by}
    if event.by == "buyer":
        for person in sellers_to_tell(told):
            yield Telling(person.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")
        return
    for person in buyers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(told.company_id, f"{key}:{person.user_id}:{way}", parameters, user_id=person.user_id, way=way)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    if parameters["by"] == "buyer":
        return Letter(
            N_("{company} has declined {number}", company=told.company, number=told.number),
            summary=N_("“{reason}”", reason=told.reason or "–"),
            link=told.sales_page,
        )
    sentence = N_("We cannot make you an offer this time.")
    return Letter(
        N_("Your request {number}", number=told.number),
        {"sentence": sentence, "note": told.reason},
        summary=sentence,
        link=told.buyers_page,
    )


notices.add("quote_declined", Kind(letter, QuoteDeclined, tellings))
