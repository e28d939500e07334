"""A supplier is asked to bid."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import SupplierInvited
from app.sourcing.queries.tender_told import participant_to_tell, people_of_supplier, tender_to_tell


def tellings(actor: Actor, event: SupplierInvited) -> Iterable[Telling]:
    row = participant_to_tell(event.participant_id)
    company_id = row.supplier_id
    for person in people_of_supplier(company_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_invited:{event.participant_id}:{person.user_id}:{way}",
                {"participant_id": event.participant_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = participant_to_tell(parameters["participant_id"])
    told = tender_to_tell(actor, row.tender_id)
    sentence = N_(
        "{buyer} asks you to bid until {deadline}: {number}, {title}.",
        buyer=told.buyer,
        deadline=told.deadline,
        number=told.number,
        title=told.title,
    )
    return Letter(
        N_("{buyer} asks you to bid: {title}", buyer=told.buyer, title=told.title),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.suppliers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    row = participant_to_tell(parameters["participant_id"])
    return tender_to_tell(actor, row.tender_id).state in ("published", "bidding")


notices.add("tender_invited", Kind(letter, SupplierInvited, tellings, still_wanted))
