"""The other side has written: by mail, which can be answered by mail, and on the page."""

from __future__ import annotations

from collections.abc import Iterable

from app.conversations.events import MessagePosted
from app.conversations.queries.telling import message_to_tell, own_reply_address, people_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_SHOWN = 200


def tellings(actor: Actor, event: MessagePosted) -> Iterable[Telling]:
    for person in people_to_tell(actor, event.message_id):
        for way in ("mail", "page"):
            yield Telling(
                person.company_id, f"conversation:{event.message_id}:{person.user_id}:{way}",
                {"message_id": event.message_id, "user_id": person.user_id, "way": way}, user_id=person.user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = message_to_tell(actor, parameters["message_id"])
    reply_to = own_reply_address(told.conversation_id, parameters["user_id"])
    is_page = parameters["way"] == "page"
    return Letter(
        N_("{who} has written about {number}", who=told.author, number=told.name)
        if is_page
        else N_("About {name}", name=told.name),
        {"told": told, "may_reply": bool(reply_to)},
        summary=N_("“{reason}”", reason=told.text[:_SHOWN]),
        link=told.page,
        reply_to=reply_to,
        references=told.references,
    )


notices.add("conversation_message", Kind(letter, MessagePosted, tellings))
