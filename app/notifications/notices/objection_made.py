"""A bidder objects to an award."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ObjectionMade
from app.sourcing.policy import Permission
from app.sourcing.queries.award_told import buyers_to_tell, objection_to_tell


def tellings(actor: Actor, event: ObjectionMade) -> Iterable[Telling]:
    told = objection_to_tell(actor, event.objection_id)
    for person in buyers_to_tell(told.company_id, Permission.APPROVE):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"objection_made:{event.objection_id}:{person.user_id}:{way}", {"objection_id": event.objection_id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = objection_to_tell(actor, parameters["objection_id"])
    sentence = N_(
        "{supplier} objects to the award of lot {lot} of {number}. It waits until you decide.",
        supplier=told.supplier,
        lot=told.lot,
        number=told.number,
    )
    return Letter(
        N_("Objection to the award of {number}", number=told.number),
        {"sentence": sentence, "note": told.text},
        summary=sentence,
        link=told.page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return objection_to_tell(actor, parameters["objection_id"]).state == "submitted"


notices.add("objection_made", Kind(letter, ObjectionMade, tellings, still_wanted))
