"""A supplier will not take its award."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import AwardRefused
from app.sourcing.queries.award_told import buyers_to_tell, refusal_to_tell


def tellings(actor: Actor, event: AwardRefused) -> Iterable[Telling]:
    told = refusal_to_tell(actor, event.award_id)
    for person in buyers_to_tell(told.company_id):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"award_refused:{event.award_id}:{person.user_id}:{way}", {"award_id": event.award_id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = refusal_to_tell(actor, parameters["award_id"])
    sentence = N_(
        "{supplier} refuses its award of lot {lot} of {number}.",
        supplier=told.supplier,
        lot=told.lot,
        number=told.number,
    )
    return Letter(
        N_("Award of {number} refused", number=told.number),
        {"sentence": sentence, "note": told.text},
        summary=sentence,
        link=told.page,
    )


notices.add("award_refused", Kind(letter, AwardRefused, tellings))
