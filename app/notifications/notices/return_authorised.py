"""Whoever wants to send goods back is told whether the wholesaler agrees."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.core.actor import Actor
from app.core.texts import N_
from app.fulfilment.events import ReturnAuthorised
from app.fulfilment.queries.telling import return_to_tell
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: ReturnAuthorised) -> Iterable[Telling]:
    found = return_to_tell(actor, event.return_id)
    for person in those_or_admins(found.company_id, [found.user_id] if found.user_id else []):
        for way in ("mail", "page"):
            yield Telling(
                found.company_id, f"return_authorised:{found.id}:{person.user_id}:{way}", {"return_id": found.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = return_to_tell(actor, parameters["return_id"])
    if found.state == "refused":
        sentence = N_("We do not take these goods back.")
    else:
        sentence = N_("Please send the goods with the number {number} on every package.", number=found.number)
    return Letter(
        N_("Return {number}: {state}", number=found.number, state=found.word),
        {"sentence": sentence, "note": found.answer},
        summary=sentence,
        link=f"/returns/{found.number}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return return_to_tell(actor, parameters["return_id"]).state in ("authorised", "refused")


notices.add("return_authorised", Kind(letter, ReturnAuthorised, tellings, still_wanted))
