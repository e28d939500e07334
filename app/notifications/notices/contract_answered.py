"""The supplier has signed a contract or refused it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ContractAnswered
from app.sourcing.queries.award_told import buyers_to_tell, contract_to_tell


def tellings(actor: Actor, event: ContractAnswered) -> Iterable[Telling]:
    told = contract_to_tell(actor, event.contract_id)
    for person in buyers_to_tell(told.company_id):
        for way in ("mail", "page"):
            yield Telling(
                told.company_id, f"contract_answered:{told.id}:{person.user_id}:{way}", {"contract_id": told.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = contract_to_tell(actor, parameters["contract_id"])
    if told.answer == "signed":
        sentence = N_("{supplier} has signed {number}. Countersign it.", supplier=told.supplier, number=told.number)
    else:
        sentence = N_("{supplier} refuses to sign {number}.", supplier=told.supplier, number=told.number)
    subject = N_("Contract {number} with {supplier}", number=told.number, supplier=told.supplier)
    return Letter(subject, {"sentence": sentence, "note": told.reason}, summary=sentence, link=told.page)


notices.add("contract_answered", Kind(letter, ContractAnswered, tellings))
