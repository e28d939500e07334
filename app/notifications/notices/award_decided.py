"""Every bidder of a lot is told the decision."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import AwardReleased
from app.sourcing.queries.award_told import letter_to_tell, letters_to_tell, suppliers_to_tell


def tellings(actor: Actor, event: AwardReleased) -> Iterable[Telling]:
    for told in letters_to_tell(actor, event.lot_id):
        for person in suppliers_to_tell(told.supplier_id):
            for way in ("mail", "page"):
                yield Telling(
                    told.supplier_id, f"award_decided:{told.id}:{person.user_id}:{way}", {"letter_id": told.id}, user_id=person.user_id, way=way
                )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = letter_to_tell(actor, parameters["letter_id"])
    if told.outcome == "won":
        sentence = N_("Your bid for lot {lot} of {number}, {title}, has won.", lot=told.lot, number=told.number,
                      title=told.title)  # fmt: skip
    else:
        sentence = N_("Lot {lot} of {number}, {title}, goes to another bidder.", lot=told.lot, number=told.number,
                      title=told.title)  # fmt: skip
    subject = N_("Decision on tender {number}", number=told.number)
    return Letter(subject, {"sentence": sentence, "note": ""}, summary=sentence, link="/supplier/awards")


notices.add("award_decided", Kind(letter, AwardReleased, tellings))
