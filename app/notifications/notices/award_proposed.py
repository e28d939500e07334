"""An award waits for a second person."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import AwardProposed
from app.sourcing.policy import Permission
from app.sourcing.queries.award_told import buyers_to_tell, lot_to_tell


def tellings(actor: Actor, event: AwardProposed) -> Iterable[Telling]:
    told = lot_to_tell(actor, event.lot_id)
    for person in buyers_to_tell(told.company_id, Permission.APPROVE):
        if person.user_id in told.proposers:
            continue
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"award_proposed:{event.lot_id}:{event.award_id}:{person.user_id}:{way}", {"lot_id": event.lot_id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = lot_to_tell(actor, parameters["lot_id"])
    sentence = N_(
        "The award of lot {lot} of {number}, {title}, waits for your decision.",
        lot=told.lot,
        number=told.number,
        title=told.title,
    )
    return Letter(
        N_("Award of {number} waits for your decision", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return lot_to_tell(actor, parameters["lot_id"]).state == "award_proposed"


notices.add("award_proposed", Kind(letter, AwardProposed, tellings, still_wanted))
