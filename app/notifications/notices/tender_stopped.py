"""A tender is suspended, goes on, or has ended without a result."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import TenderStopped
from app.sourcing.queries.tender_told import bidders_to_tell, runners_to_tell, tender_to_tell

WHAT = {
    "suspend": N_("suspended"),
    "resume": N_("goes on"),
    "cancel": N_("cancelled"),
    "fail_few": N_("ended with too few bids"),
    "declare_unsuccessful": N_("ended without an award"),
}


def tellings(actor: Actor, event: TenderStopped) -> Iterable[Telling]:
    """The bidders; of too few bids, which nobody decided, the asking side, too."""
    told = tender_to_tell(actor, event.tender_id)
    people = [(company_id, person, "supplier") for company_id, person in bidders_to_tell(event.tender_id)]
    if event.how == "fail_few":
        people += [(told.company_id, person, "buyer") for person in runners_to_tell(told)]
    for company_id, person, side in people:
        for way in ("mail", "page"):
            yield Telling(
                company_id, f"tender_stopped:{told.id}:{event.how}:{told.row_version}:{person.user_id}:{way}",
                {"tender_id": told.id, "how": event.how, "side": side}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told, what = tender_to_tell(actor, parameters["tender_id"]), WHAT[parameters["how"]]
    sentence = N_("{number}, {title}: {what}.", number=told.number, title=told.title, what=what)
    return Letter(
        N_("Tender {number}: {what}", number=told.number, what=what),
        {"sentence": sentence, "note": "" if parameters["how"] == "resume" else told.reason},
        summary=sentence,
        link=told.buyers_page if parameters["side"] == "buyer" else told.suppliers_page,
    )


notices.add("tender_stopped", Kind(letter, TenderStopped, tellings))
