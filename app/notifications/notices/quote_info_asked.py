"""Sales has a question to the buyer and waits for the answer."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteInfoAsked
from app.sourcing.queries.quote_told import buyers_to_tell, last_words, quote_to_tell


def tellings(actor: Actor, event: QuoteInfoAsked) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in buyers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"quote_info_asked:{told.id}:{told.row_version}:{person.user_id}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    sentence = N_("We need your answer before we can make an offer.")
    return Letter(
        N_("A question about your request {number}", number=told.number),
        {"sentence": sentence, "note": last_words(actor, told.id, "sales")},
        summary=sentence,
        link=told.buyers_page,
    )


notices.add("quote_info_asked", Kind(letter, QuoteInfoAsked, tellings))
