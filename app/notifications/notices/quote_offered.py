"""An offer was sent: the one who asked hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteOffered
from app.sourcing.queries.quote_told import buyers_to_tell, quote_to_tell


def tellings(actor: Actor, event: QuoteOffered) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in buyers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"quote_offered:{told.id}:{event.version}:{person.user_id}:{way}",
                {"quote_id": told.id, "version": event.version}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    sentence = N_("Our offer of {net} net holds until {until}.", net=told.net, until=told.valid_until)
    return Letter(
        N_("Our offer {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.buyers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return bool(quote_to_tell(actor, parameters["quote_id"]).current_version == parameters["version"])


notices.add("quote_offered", Kind(letter, QuoteOffered, tellings, still_wanted))
