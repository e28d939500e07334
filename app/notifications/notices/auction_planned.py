"""Bidders are called to an auction: when it begins, and where."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import AuctionPlanned
from app.sourcing.queries.auction_told import auction_to_tell, called_to_auction


def tellings(actor: Actor, event: AuctionPlanned) -> Iterable[Telling]:
    for company_id, person in called_to_auction(event.auction_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"auction_planned:{event.auction_id}:{person.user_id}:{way}",
                {"auction_id": event.auction_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = auction_to_tell(parameters["auction_id"])
    sentence = N_(
        "You are called to the auction of {number}, {title}. Bidding begins {starts_at}.",
        number=told.number,
        title=told.title,
        starts_at=told.starts_at,
    )
    return Letter(
        N_("Auction of {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=f"/supplier/auctions/{parameters['auction_id']}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return auction_to_tell(parameters["auction_id"]).state in {"planned", "running"}


notices.add("auction_planned", Kind(letter, AuctionPlanned, tellings, still_wanted))
