"""A supplier asks to take part."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import SupplierApplied
from app.sourcing.queries.tender_told import participant_to_tell, runners_to_tell, tender_to_tell


def tellings(actor: Actor, event: SupplierApplied) -> Iterable[Telling]:
    told = tender_to_tell(actor, participant_to_tell(event.participant_id).tender_id)
    company_id = told.company_id
    for person in runners_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_applied:{event.participant_id}:{person.user_id}:{way}",
                {"participant_id": event.participant_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = participant_to_tell(parameters["participant_id"])
    told = tender_to_tell(actor, row.tender_id)
    sentence = N_(
        "{supplier} wants to take part in {number}, {title}.", supplier=row.name, number=told.number, title=told.title
    )
    return Letter(
        N_("A supplier applies for tender {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.buyers_page,
    )


notices.add("tender_applied", Kind(letter, SupplierApplied, tellings))
