"""A bidder is asked about its opened bid: its people who bid are told."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import people_of
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ClarificationAsked
from app.sourcing.queries.clarifications import question_to_tell


def tellings(actor: Actor, event: ClarificationAsked) -> Iterable[Telling]:
    asked = question_to_tell(event.clarification_id)
    for person in people_of(asked.supplier_id, (Role.SUPPLIER,)):
        for way in ("mail", "page"):
            yield Telling(
                asked.supplier_id,
                f"clarification_asked:{asked.id}:{person.user_id}:{way}",
                {"clarification_id": asked.id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = question_to_tell(parameters["clarification_id"])
    return Letter(
        N_("Question about your bid in tender {number}", number=asked.number),
        {
            "number": asked.number, "title": asked.title, "buyer": asked.buyer_name, "question": asked.question,
            "due_at": asked.due_at,
        },
        summary=N_("{buyer} asks; answer until {when}.", buyer=asked.buyer_name, when=asked.due_at),
        link=f"/supplier/questions/{asked.id}",
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return question_to_tell(parameters["clarification_id"]).answered_at is None


notices.add("clarification_asked", Kind(letter, ClarificationAsked, tellings, still_wanted))
