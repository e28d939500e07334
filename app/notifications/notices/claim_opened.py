"""A customer complains about goods: sales hear of it on their page."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.texts import N_
from app.fulfilment.events import ClaimOpened
from app.fulfilment.queries.telling import claim_to_tell
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: ClaimOpened) -> Iterable[Telling]:
    for person in staff((Role.SALES,)) or staff((Role.OPERATOR_ADMIN,)):
        yield Telling(
            person.company_id, f"claim_opened:{event.claim_id}:{person.user_id}", {"claim_id": event.claim_id},
            user_id=person.user_id, way="page",
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = claim_to_tell(actor, parameters["claim_id"])
    return Letter(
        N_("{customer} complains about {order}", customer=found.company_name, order=found.order_number),
        summary=N_("“{reason}”", reason=found.note) if found.note else None,
        link=f"/claims/{found.number}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return claim_to_tell(actor, parameters["claim_id"]).state == "opened"


notices.add("claim_opened", Kind(letter, ClaimOpened, tellings, still_wanted))
