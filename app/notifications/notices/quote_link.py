"""A quote for somebody without an account: the mail with the link."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuoteLinkMade
from app.sourcing.queries.quote_links import link_by_id
from app.sourcing.queries.quote_told import quote_to_tell


def tellings(actor: Actor, event: QuoteLinkMade) -> Iterable[Telling]:
    link = link_by_id(actor, event.link_id)
    if link.email:
        told = quote_to_tell(actor, link.quote_id)
        yield Telling(
            told.company_id, f"quote_link:{link.id}", {"link_id": link.id}, address=link.email, locale=link.locale
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    link = link_by_id(actor, parameters["link_id"])
    told = quote_to_tell(actor, link.quote_id)
    sentence = N_("Our offer of {net} net holds until {until}.", net=told.net, until=told.valid_until)
    return Letter(
        N_("Our offer {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=f"/q/{link.token}",
        secrets=(link.token,),
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return link_by_id(actor, parameters["link_id"]).is_live


notices.add("quote_link", Kind(letter, QuoteLinkMade, tellings, still_wanted))
