"""Prices were not released: who asked for it hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.companies import operator_id
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteReturned
from app.sourcing.queries.quote_told import quote_to_tell, release_to_tell


def tellings(actor: Actor, event: QuoteReturned) -> Iterable[Telling]:
    told, asked, house = quote_to_tell(actor, event.quote_id), release_to_tell(actor, event.quote_id), operator_id()
    if asked.asked_by_id is not None and house is not None:
        key = f"quote_returned:{told.id}:{told.row_version}"
        yield Telling(house, key, {"quote_id": told.id}, user_id=asked.asked_by_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told, asked = quote_to_tell(actor, parameters["quote_id"]), release_to_tell(actor, parameters["quote_id"])
    return Letter(
        N_("The offer {number} comes back without a release", number=told.number),
        summary=N_("{who}: {comment}", who=asked.decided_by, comment=asked.decided_comment or "–"),
        link=told.sales_page,
    )


notices.add("quote_returned", Kind(letter, QuoteReturned, tellings))
