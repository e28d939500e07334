"""A customer waits for an answer longer than he should: his manager hears of it, then everybody at the desk."""

from __future__ import annotations

from collections.abc import Iterable

from app.conversations.events import ConversationOverdue
from app.conversations.queries.telling import last_message_id, late_people, message_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_SHOWN = 200


def tellings(actor: Actor, event: ConversationOverdue) -> Iterable[Telling]:
    message_id = last_message_id(actor, event.conversation_id)
    for person in late_people(actor, event.conversation_id, event.level):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"conversation_late:{message_id}:{event.level}:{person.user_id}:{way}",
                {"message_id": message_id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = message_to_tell(actor, parameters["message_id"])
    return Letter(
        N_("{customer} waits for an answer: {name}", customer=told.company, name=told.name),
        {"told": told, "may_reply": False},
        summary=N_("“{reason}”", reason=told.text[:_SHOWN]),
        link=told.page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return message_to_tell(actor, parameters["message_id"]).waits_for == "operator"


notices.add("conversation_overdue", Kind(letter, ConversationOverdue, tellings, still_wanted))
