"""A question was answered: everybody who takes part hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import QuestionAnswered
from app.sourcing.queries.tender_told import bidders_to_tell, question_to_tell, tender_to_tell


def tellings(actor: Actor, event: QuestionAnswered) -> Iterable[Telling]:
    asked = question_to_tell(event.question_id)
    for company_id, person in bidders_to_tell(asked.tender_id):
        for way in ("mail", "page"):
            yield Telling(
                company_id,
                f"tender_answered:{event.question_id}:{asked.answered_at}:{person.user_id}:{way}",
                {"question_id": event.question_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = question_to_tell(parameters["question_id"])
    told = tender_to_tell(actor, asked.tender_id)
    sentence = N_(
        "A question on {number}, {title}, was answered: {question}",
        number=told.number,
        title=told.title,
        question=asked.text,
    )
    return Letter(
        N_("An answer on tender {number}", number=told.number),
        {"sentence": sentence, "note": asked.answer},
        summary=sentence,
        link=told.suppliers_page,
    )


notices.add("tender_answered", Kind(letter, QuestionAnswered, tellings))
