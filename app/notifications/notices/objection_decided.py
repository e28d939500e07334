"""A bidder is told what became of its objection."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ObjectionDecided
from app.sourcing.queries.award_told import objection_to_tell, suppliers_to_tell


def tellings(actor: Actor, event: ObjectionDecided) -> Iterable[Telling]:
    told = objection_to_tell(actor, event.objection_id)
    if told.state == "withdrawn":
        return
    for person in suppliers_to_tell(told.supplier_id):
        for way in ("mail", "page"):
            yield Telling(
                told.supplier_id, f"objection_decided:{event.objection_id}:{person.user_id}:{way}", {"objection_id": event.objection_id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = objection_to_tell(actor, parameters["objection_id"])
    if told.state == "upheld":
        sentence = N_(
            "Your objection to the award of lot {lot} of {number} is upheld.", lot=told.lot, number=told.number
        )
    else:
        sentence = N_("Your objection to the award of lot {lot} of {number} is dismissed.", lot=told.lot,
                      number=told.number)  # fmt: skip
    subject = N_("Your objection to the award of {number}", number=told.number)
    facts = {"sentence": sentence, "note": told.answer}
    return Letter(subject, facts, summary=sentence, link="/supplier/awards")


notices.add("objection_decided", Kind(letter, ObjectionDecided, tellings))
