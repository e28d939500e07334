"""A tender is suspended, goes on, or has ended without a result."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import TenderStopped
from app.sourcing.queries.tender_told import bidders_to_tell, tender_to_tell

WHAT = {
    "suspend": N_("suspended"),
    "resume": N_("goes on"),
    "cancel": N_("cancelled"),
    "declare_unsuccessful": N_("ended without an award"),
}


def tellings(actor: Actor, event: TenderStopped) -> Iterable[Telling]:
    row_version = tender_to_tell(actor, event.tender_id).row_version
    for company_id, person in bidders_to_tell(event.tender_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_stopped:{event.tender_id}:{event.how}:{row_version}:{person.user_id}:{way}",
                {"tender_id": event.tender_id, "how": event.how},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = N_("{number}, {title}: {what}.", number=told.number, title=told.title, what=WHAT[parameters["how"]])
    return Letter(
        N_("Tender {number}: {what}", number=told.number, what=WHAT[parameters["how"]]),
        {"sentence": sentence, "note": "" if parameters["how"] == "resume" else told.reason},
        summary=sentence,
        link=told.suppliers_page,
    )


notices.add("tender_stopped", Kind(letter, TenderStopped, tellings))
