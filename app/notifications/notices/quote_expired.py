"""An offer has ended without an answer."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteExpired
from app.sourcing.queries.quote_told import buyers_to_tell, quote_to_tell


def tellings(actor: Actor, event: QuoteExpired) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in buyers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"quote_expired:{told.id}:{told.row_version}:{person.user_id}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    sentence = N_("Ask again with the same lines if you still need them.")
    return Letter(
        N_("Our offer {number} has ended", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.buyers_page,
    )


notices.add("quote_expired", Kind(letter, QuoteExpired, tellings))
