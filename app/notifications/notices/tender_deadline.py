"""The deadline is near."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import DeadlineNear
from app.sourcing.queries.tender_told import bidders_to_tell, tender_to_tell


def tellings(actor: Actor, event: DeadlineNear) -> Iterable[Telling]:
    for company_id, person in bidders_to_tell(event.tender_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_deadline:{event.tender_id}:{event.hours}:{person.user_id}:{way}",
                {"tender_id": event.tender_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = N_(
        "{number}, {title}, accepts bids until {deadline}. A draft does not count, nor does a bid that waits to be confirmed.",
        number=told.number,
        title=told.title,
        deadline=told.deadline,
    )
    return Letter(
        N_("Tender {number} closes soon", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.suppliers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return tender_to_tell(actor, parameters["tender_id"]).state == "bidding"


notices.add("tender_deadline", Kind(letter, DeadlineNear, tellings, still_wanted))
