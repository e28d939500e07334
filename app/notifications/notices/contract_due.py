"""A contract ends soon, or its quantities do."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ContractDue
from app.sourcing.queries.award_told import buyers_to_tell, contract_to_tell


def tellings(actor: Actor, event: ContractDue) -> Iterable[Telling]:
    told = contract_to_tell(actor, event.contract_id)
    for person in buyers_to_tell(told.company_id):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"contract_due:{told.id}:{event.kind}:{event.mark}:{told.valid_to}:{person.user_id}:{way}", {"contract_id": told.id, "kind": event.kind, "mark": event.mark}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = contract_to_tell(actor, parameters["contract_id"])
    if parameters["kind"] == "days":
        sentence = N_("{number} with {supplier} ends before {day}.", number=told.number, supplier=told.supplier,
                      day=told.valid_to)  # fmt: skip
    else:
        sentence = N_("{percent} percent of {number} with {supplier} are used.", percent=parameters["mark"],
                      number=told.number, supplier=told.supplier)  # fmt: skip
    subject = N_("Contract {number} comes to its end", number=told.number)
    return Letter(subject, {"sentence": sentence, "note": ""}, summary=sentence, link=told.page)


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return contract_to_tell(actor, parameters["contract_id"]).state == "active"


notices.add("contract_due", Kind(letter, ContractDue, tellings, still_wanted))
