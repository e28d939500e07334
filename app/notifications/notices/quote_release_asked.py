"""Prices of a quote wait for somebody's yes."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteReleaseAsked
from app.sourcing.queries.quote_told import quote_to_tell, release_to_tell, releasers_to_tell


def tellings(actor: Actor, event: QuoteReleaseAsked) -> Iterable[Telling]:
    told, asked = quote_to_tell(actor, event.quote_id), release_to_tell(actor, event.quote_id)
    for person in releasers_to_tell(asked.asked_by_id):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"quote_release_asked:{told.id}:{told.row_version}:{person.user_id}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told, asked = quote_to_tell(actor, parameters["quote_id"]), release_to_tell(actor, parameters["quote_id"])
    sentence = N_("{who} asks you to release prices for {company}.", who=asked.asked_by, company=told.company)
    return Letter(
        N_("Prices of {number} wait for a release", number=told.number),
        {"sentence": sentence, "note": asked.comment},
        summary=sentence,
        link=told.sales_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return quote_to_tell(actor, parameters["quote_id"]).state == "price_approval"


notices.add("quote_release_asked", Kind(letter, QuoteReleaseAsked, tellings, still_wanted))
