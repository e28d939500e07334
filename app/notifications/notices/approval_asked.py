"""An order waits for somebody's yes: a mail with the link that lets him decide, and a line on the page."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.approval_request import RequestState
from app.ordering.events import ApprovalAsked
from app.ordering.queries.approval_mail import asked_people, asking, company_and_day, request_letter, way_in


def tellings(actor: Actor, event: ApprovalAsked) -> Iterable[Telling]:
    company_id, day, _ = company_and_day(actor, event.approval_id)
    for user_id in asked_people(actor, event.approval_id, day):
        for way in ("mail", "page"):
            yield Telling(
                company_id, f"approval_asked:{event.approval_id}:{event.position}:{user_id}:{way}",
                {"approval_id": event.approval_id, "user_id": user_id, "way": way}, user_id=user_id, way=way,
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = request_letter(actor, parameters["approval_id"], parameters["user_id"])
    link, secrets = way_in(row, parameters["user_id"], parameters["way"])
    value = Money(row.net_total, row.currency)
    return Letter(
        N_("{person} asks you to approve an order of {value}", person=row.person, value=value),
        asking(row),
        summary=N_(
            "{person} asks you to approve {number} of {value}.", person=row.person, number=row.number, value=value
        ),
        link=link,
        secrets=secrets,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    row = request_letter(actor, parameters["approval_id"], parameters["user_id"])
    return row.state is RequestState.WAITING and row.link_made_at is not None


notices.add("approval_asked", Kind(letter, ApprovalAsked, tellings, still_wanted))
