"""Somebody without an account said yes under a link: sales takes it over."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteLinkAccepted
from app.sourcing.queries.quote_links import link_by_id
from app.sourcing.queries.quote_told import quote_to_tell, sellers_to_tell


def tellings(actor: Actor, event: QuoteLinkAccepted) -> Iterable[Telling]:
    link = link_by_id(actor, event.link_id)
    for person in sellers_to_tell(quote_to_tell(actor, link.quote_id)):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"quote_link_accepted:{link.id}:{link.accepted_version}:{person.user_id}:{way}",
                {"link_id": link.id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    link = link_by_id(actor, parameters["link_id"])
    told = quote_to_tell(actor, link.quote_id)
    sentence = N_("{who} said yes to {number} under a link. Take it over.", who=link.accepted_by, number=told.number)
    return Letter(
        N_("{company} has accepted {number}", company=told.company, number=told.number),
        {"sentence": sentence, "note": link.accepted_note},
        summary=sentence,
        link=told.sales_page,
    )


notices.add("quote_link_accepted", Kind(letter, QuoteLinkAccepted, tellings))
