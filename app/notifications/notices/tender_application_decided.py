"""A supplier that applied is admitted or turned away."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ApplicationDecided
from app.sourcing.queries.tender_told import participant_to_tell, people_of_supplier, tender_to_tell


def tellings(actor: Actor, event: ApplicationDecided) -> Iterable[Telling]:
    row = participant_to_tell(event.participant_id)
    company_id = row.supplier_id
    for person in people_of_supplier(company_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_application_decided:{event.participant_id}:{row.state}:{person.user_id}:{way}",
                {"participant_id": event.participant_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = participant_to_tell(parameters["participant_id"])
    told = tender_to_tell(actor, row.tender_id)
    sentence = (
        N_("You may bid on {number}, {title}.", number=told.number, title=told.title)
        if row.state == "admitted"
        else N_("You cannot take part in {number}, {title}.", number=told.number, title=told.title)
    )
    return Letter(
        N_("Your application for tender {number}", number=told.number),
        {"sentence": sentence, "note": row.reason},
        summary=sentence,
        link=told.suppliers_page,
    )


notices.add("tender_application_decided", Kind(letter, ApplicationDecided, tellings))
