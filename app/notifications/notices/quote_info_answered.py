"""The buyer has answered a question of sales."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteInfoAnswered
from app.sourcing.queries.quote_told import last_words, quote_to_tell, sellers_to_tell


def tellings(actor: Actor, event: QuoteInfoAnswered) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in sellers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"quote_info_answered:{told.id}:{told.row_version}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    sentence = N_("Work on the offer can go on.")
    return Letter(
        N_("{company} has answered about {number}", company=told.company, number=told.number),
        {"sentence": sentence, "note": last_words(actor, told.id, "buyer")},
        summary=sentence,
        link=told.sales_page,
    )


notices.add("quote_info_answered", Kind(letter, QuoteInfoAnswered, tellings))
