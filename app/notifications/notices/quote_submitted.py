"""An account asks for a quote: sales hear of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteSubmitted
from app.sourcing.queries.quote_told import quote_to_tell, sellers_to_tell


def tellings(actor: Actor, event: QuoteSubmitted) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in sellers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"quote_submitted:{told.id}:{told.row_version}:{person.user_id}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    sentence = N_("{number}: {title}", number=told.number, title=told.title or told.company)
    return Letter(
        N_("{company} asks for a quote", company=told.company),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.sales_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return quote_to_tell(actor, parameters["quote_id"]).state != "draft"


notices.add("quote_submitted", Kind(letter, QuoteSubmitted, tellings, still_wanted))
