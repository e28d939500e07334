"""A bidder has answered: whoever runs the tender is told."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ClarificationAnswered
from app.sourcing.queries.clarifications import question_to_tell


def tellings(actor: Actor, event: ClarificationAnswered) -> Iterable[Telling]:
    asked = question_to_tell(event.clarification_id)
    if asked.author_id is not None:
        yield Telling(
            asked.company_id,
            f"clarification_answered:{asked.id}",
            {"clarification_id": asked.id},
            user_id=asked.author_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = question_to_tell(parameters["clarification_id"])
    return Letter(
        N_("A bidder of tender {number} has answered", number=asked.number),
        {"number": asked.number},
        summary=N_("Lot {number}", number=asked.lot_number),
        link=f"/tenders/{asked.number}/evaluation/{asked.lot_id}/{asked.bid_id}",
    )


notices.add("clarification_answered", Kind(letter, ClarificationAnswered, tellings))
