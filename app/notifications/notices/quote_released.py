"""Prices were released: who asked for it hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.companies import operator_id
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteReleased
from app.sourcing.queries.quote_told import quote_to_tell, release_to_tell


def tellings(actor: Actor, event: QuoteReleased) -> Iterable[Telling]:
    told, asked, house = quote_to_tell(actor, event.quote_id), release_to_tell(actor, event.quote_id), operator_id()
    if asked.asked_by_id is not None and house is not None:
        key = f"quote_released:{told.id}:{told.row_version}"
        yield Telling(house, key, {"quote_id": told.id}, user_id=asked.asked_by_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told, asked = quote_to_tell(actor, parameters["quote_id"]), release_to_tell(actor, parameters["quote_id"])
    return Letter(
        N_("The prices of {number} are released", number=told.number),
        summary=N_("{who}: {comment}", who=asked.decided_by, comment=asked.decided_comment or "–"),
        link=told.sales_page,
    )


notices.add("quote_released", Kind(letter, QuoteReleased, tellings))
