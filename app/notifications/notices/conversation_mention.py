"""A colleague has called somebody in by name; of one message a person hears once."""

from __future__ import annotations

from collections.abc import Iterable

from app.conversations.events import MessagePosted
from app.conversations.queries.telling import mentioned_people, message_to_tell, own_reply_address
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_SHOWN = 200


def tellings(actor: Actor, event: MessagePosted) -> Iterable[Telling]:
    for person in mentioned_people(actor, event.message_id):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"conversation:{event.message_id}:{person.user_id}:{way}",
                {"message_id": event.message_id, "user_id": person.user_id}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = message_to_tell(actor, parameters["message_id"])
    # an answer by mail is for both sides: to an inner note one answers on the portal
    reply_to = "" if told.is_inner else own_reply_address(told.conversation_id, parameters["user_id"])
    return Letter(
        N_("{who} calls you in: {name}", who=told.author, name=told.name),
        {"told": told, "may_reply": bool(reply_to)},
        summary=N_("“{reason}”", reason=told.text[:_SHOWN]),
        link=told.page,
        reply_to=reply_to,
        references=told.references,
    )


notices.add("conversation_mention", Kind(letter, MessagePosted, tellings))
