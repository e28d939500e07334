"""A buyer asks for a cancellation: sales hear of it on their page."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import CancellationAsked
from app.ordering.queries.order_changes import request_to_tell


def tellings(actor: Actor, event: CancellationAsked) -> Iterable[Telling]:
    for person in staff((Role.SALES,)) or staff((Role.OPERATOR_ADMIN,)):
        yield Telling(
            person.company_id,
            f"cancellation_asked:{event.request_id}:{person.user_id}",
            {"request_id": event.request_id},
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = request_to_tell(actor, parameters["request_id"])
    return Letter(
        N_("{account} wants to cancel {number}", account=asked.account_name, number=asked.number),
        summary=N_("“{reason}”", reason=asked.row.reason),
        link=f"/sales/orders/{asked.account}/{asked.number}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return request_to_tell(actor, parameters["request_id"]).row.state == "waiting"


notices.add("cancellation_asked", Kind(letter, CancellationAsked, tellings, still_wanted))
