"""A supplier has confirmed a call-off or refused it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import CallOffAnswered
from app.sourcing.queries.award_told import buyers_to_tell, call_off_to_tell


def tellings(actor: Actor, event: CallOffAnswered) -> Iterable[Telling]:
    told = call_off_to_tell(actor, event.call_off_id)
    for person in buyers_to_tell(told.company_id):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"call_off_answered:{told.id}:{told.answers}:{person.user_id}:{way}", {"call_off_id": told.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = call_off_to_tell(actor, parameters["call_off_id"])
    if told.promised_on is not None:
        sentence = N_("{supplier} delivers {number} on {day}.", supplier=told.supplier, number=told.number,
                      day=told.promised_on)  # fmt: skip
    else:
        sentence = N_("{supplier} refuses {number}.", supplier=told.supplier, number=told.number)
    subject = N_("Call-off {number}: answer of {supplier}", number=told.number, supplier=told.supplier)
    return Letter(subject, {"sentence": sentence, "note": told.note}, summary=sentence, link=told.page)


notices.add("call_off_answered", Kind(letter, CallOffAnswered, tellings))
