"""Questions of bidders wait for an answer."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuestionsWaiting
from app.sourcing.queries.tender_told import runners_to_tell, tender_to_tell, waiting_questions


def tellings(actor: Actor, event: QuestionsWaiting) -> Iterable[Telling]:
    told = tender_to_tell(actor, event.tender_id)
    company_id, last = told.company_id, waiting_questions(told.id)[1]
    for person in runners_to_tell(told):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_questions:{event.tender_id}:{last}:{person.user_id}:{way}",
                {"tender_id": event.tender_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = tender_to_tell(actor, parameters["tender_id"])
    sentence = N_(
        "Questions of bidders on {number}, {title}, wait for an answer: {count}.",
        number=told.number,
        title=told.title,
        count=waiting_questions(told.id)[0],
    )
    return Letter(
        N_("Questions on tender {number}", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.buyers_page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return waiting_questions(parameters["tender_id"])[0] > 0


notices.add("tender_questions", Kind(letter, QuestionsWaiting, tellings, still_wanted))
