"""The owner hears that the standing order was paused or has ended, unless it was he who did it."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.standing import StandingState
from app.ordering.events import StandingStopped
from app.ordering.queries.standing import standing_head
from app.ordering.queries.standing_told import concerned


def tellings(actor: Actor, event: StandingStopped) -> Iterable[Telling]:
    head = standing_head(actor, event.standing_id)
    for person in concerned(head):
        if person.user_id == event.by_id:
            continue
        for way in ("mail", "page"):
            yield Telling(
                head.company_id,
                f"standing_stopped:{head.id}:{event.version}:{person.user_id}:{way}",
                {"standing_id": head.id, "user_id": person.user_id, "by_id": event.by_id, "state": str(head.state)},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    head = standing_head(actor, parameters["standing_id"])
    is_paused = parameters["state"] == StandingState.PAUSED
    by_id = parameters["by_id"]
    subject = N_("{name} is paused", name=head.name) if is_paused else N_("{name} has ended", name=head.name)
    summary = (
        N_("{number} orders nothing until somebody resumes it.", number=head.number)
        if is_paused
        else N_("{number} orders nothing any more.", number=head.number)
    )
    return Letter(
        subject,
        {
            "name": person_to_tell(parameters["user_id"]).name, "company": head.account_name, "number": head.number,
            "title": head.name, "is_paused": is_paused, "by": person_to_tell(by_id).name if by_id else "",
        },
        summary=summary,
        link=f"/standing-orders/{head.number}",
    )  # fmt: skip


notices.add("standing_stopped", Kind(letter, StandingStopped, tellings))
