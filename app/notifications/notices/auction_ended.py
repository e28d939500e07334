"""An auction has ended: its bidders may look at their rank."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import AuctionEnded
from app.sourcing.queries.auction_told import auction_to_tell, called_to_auction


def tellings(actor: Actor, event: AuctionEnded) -> Iterable[Telling]:
    for company_id, person in called_to_auction(event.auction_id):
        yield Telling(
            company_id,
            f"auction_ended:{event.auction_id}:{person.user_id}:page",
            {"auction_id": event.auction_id},
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = auction_to_tell(parameters["auction_id"])
    sentence = N_("The auction of {number}, {title}, has ended.", number=told.number, title=told.title)
    return Letter(
        N_("Auction of {number} has ended", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=f"/supplier/auctions/{parameters['auction_id']}",
    )


notices.add("auction_ended", Kind(letter, AuctionEnded, tellings))
