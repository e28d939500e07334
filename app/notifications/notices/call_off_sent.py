"""A supplier gets an order from a contract."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import CallOffSent
from app.sourcing.queries.award_told import call_off_to_tell, suppliers_to_tell


def tellings(actor: Actor, event: CallOffSent) -> Iterable[Telling]:
    told = call_off_to_tell(actor, event.call_off_id)
    for person in suppliers_to_tell(told.supplier_id):
        for way in ("mail", "page"):
            yield Telling(
                told.supplier_id, f"call_off_sent:{told.id}:{person.user_id}:{way}", {"call_off_id": told.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = call_off_to_tell(actor, parameters["call_off_id"])
    sentence = N_(
        "{buyer} orders {number} for {total}. Say when you deliver.",
        buyer=told.buyer,
        number=told.number,
        total=told.total,
    )
    return Letter(
        N_("Call-off {number} from {buyer}", number=told.number, buyer=told.buyer),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return call_off_to_tell(actor, parameters["call_off_id"]).state != "cancelled"


notices.add("call_off_sent", Kind(letter, CallOffSent, tellings, still_wanted))
