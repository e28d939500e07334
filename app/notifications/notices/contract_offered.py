"""A contract waits for the supplier's signature."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sourcing.events import ContractOffered
from app.sourcing.queries.award_told import contract_to_tell, suppliers_to_tell


def tellings(actor: Actor, event: ContractOffered) -> Iterable[Telling]:
    told = contract_to_tell(actor, event.contract_id)
    for person in suppliers_to_tell(told.supplier_id):
        for way in ("mail", "page"):
            yield Telling(
                told.supplier_id, f"contract_offered:{told.id}:{person.user_id}:{way}", {"contract_id": told.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = contract_to_tell(actor, parameters["contract_id"])
    sentence = N_("{buyer} sends you the contract {number}. Read it and sign.", buyer=told.buyer, number=told.number)
    return Letter(
        N_("Contract {number} waits for your signature", number=told.number),
        {"sentence": sentence, "note": ""},
        summary=sentence,
        link=told.page,
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return contract_to_tell(actor, parameters["contract_id"]).state == "pending"


notices.add("contract_offered", Kind(letter, ContractOffered, tellings, still_wanted))
