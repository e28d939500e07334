"""A colleague handed his decision over."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.approval_request import RequestState
from app.ordering.events import ApprovalDelegated
from app.ordering.queries.approval_mail import asking, company_and_day, request_letter, way_in


def tellings(actor: Actor, event: ApprovalDelegated) -> Iterable[Telling]:
    company_id, _day, _asker = company_and_day(actor, event.approval_id)
    for way in ("mail", "page"):
        yield Telling(
            company_id, f"approval_delegated:{event.approval_id}:{event.user_id}:{way}",
            {"approval_id": event.approval_id, "user_id": event.user_id, "way": way}, user_id=event.user_id, way=way,
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = request_letter(actor, parameters["approval_id"], parameters["user_id"])
    link, secrets = way_in(row, parameters["user_id"], parameters["way"])
    value = Money(row.net_total, row.currency)
    return Letter(
        N_("An order of {value} from {person} was handed to you to decide", person=row.person, value=value),
        asking(row),
        summary=N_("{number} of {person} was handed to you to decide.", person=row.person, number=row.number),
        link=link,
        secrets=secrets,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    row = request_letter(actor, parameters["approval_id"], parameters["user_id"])
    return row.state is RequestState.WAITING and row.link_made_at is not None


notices.add("approval_delegated", Kind(letter, ApprovalDelegated, tellings, still_wanted))
