"""What was published has changed: everybody who takes part hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import TenderAmended
from app.sourcing.queries.tender_told import bidders_to_tell, reason_of_version, tender_to_tell


def tellings(actor: Actor, event: TenderAmended) -> Iterable[Telling]:
    for company_id, person in bidders_to_tell(event.tender_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_amended:{event.tender_id}:{event.version}:{person.user_id}:{way}",
                {"tender_id": event.tender_id, "version": event.version},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = N_(
        "{number}, {title}, was changed. Bids are accepted until {deadline}. If you have bid, look whether your bid must be confirmed.",
        number=told.number,
        title=told.title,
        deadline=told.deadline,
    )
    return Letter(
        N_("Tender {number} was changed", number=told.number),
        {"sentence": sentence, "note": reason_of_version(told.id, parameters["version"])},
        summary=sentence,
        link=told.suppliers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    version: int = parameters["version"]
    return tender_to_tell(actor, parameters["tender_id"]).version == version


notices.add("tender_amended", Kind(letter, TenderAmended, tellings, still_wanted))
