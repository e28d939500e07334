"""A tender waits for its release."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import TenderApprovalAsked
from app.sourcing.queries.tender_told import approvers_to_tell, tender_to_tell


def tellings(actor: Actor, event: TenderApprovalAsked) -> Iterable[Telling]:
    told = tender_to_tell(actor, event.tender_id)
    company_id = told.company_id
    for person in approvers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_release_asked:{event.tender_id}:{told.row_version}:{person.user_id}:{way}",
                {"tender_id": event.tender_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = N_(
        "{number}, {title}, is to be published and waits for your release.", number=told.number, title=told.title
    )
    return Letter(
        N_("Tender {number} waits for your release", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.buyers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return tender_to_tell(actor, parameters["tender_id"]).state == "approval"


notices.add("tender_release_asked", Kind(letter, TenderApprovalAsked, tellings, still_wanted))
