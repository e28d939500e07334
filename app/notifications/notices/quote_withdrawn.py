"""A buyer withdraws a request."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteWithdrawn
from app.sourcing.queries.quote_told import quote_to_tell, sellers_to_tell


def tellings(actor: Actor, event: QuoteWithdrawn) -> Iterable[Telling]:
    told = quote_to_tell(actor, event.quote_id)
    for person in sellers_to_tell(told):
        for way in ("page",):
            yield Telling(
                person.company_id, f"quote_withdrawn:{told.id}:{person.user_id}:{way}",
                {"quote_id": told.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = quote_to_tell(actor, parameters["quote_id"])
    return Letter(
        N_("{company} has withdrawn {number}", company=told.company, number=told.number),
        summary=N_("“{reason}”", reason=told.reason or "–"),
        link=told.sales_page,
    )


notices.add("quote_withdrawn", Kind(letter, QuoteWithdrawn, tellings))
