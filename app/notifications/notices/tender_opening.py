"""Bids wait for their committee, were not opened in time, or lie open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.core.actor import Actor
from app.core.texts import N_, Message
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import OpeningMoved
from app.sourcing.queries.tender_told import TenderToTell, openers_to_tell, tender_to_tell


def tellings(actor: Actor, event: OpeningMoved) -> Iterable[Telling]:
    told = tender_to_tell(actor, event.tender_id)
    for person in openers_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id,
                f"tender_opening:{event.tender_id}:{event.how}:{told.row_version}:{person.user_id}:{way}",
                {"tender_id": event.tender_id, "how": event.how},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = _sentences(told)[parameters["how"]]
    return Letter(
        N_("Opening of tender {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=f"{told.buyers_page}/opening",
    )


def _sentences(told: TenderToTell) -> Mapping[str, Message]:
    facts = {"number": told.number, "title": told.title}
    return {
        "waits": N_("{number}, {title}, is closed. The committee can open its bids now.", **facts),
        "lapsed": N_("Too few members confirmed the opening of {number}, {title}. Its bids stay closed.", **facts),
        "opened": N_("The bids for {number}, {title}, are opened.", **facts),
    }


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    told = tender_to_tell(actor, parameters["tender_id"])
    return parameters["how"] != "waits" or told.state in ("closed", "opening")


notices.add("tender_opening", Kind(letter, OpeningMoved, tellings, still_wanted))
