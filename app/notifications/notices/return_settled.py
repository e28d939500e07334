"""A return is settled: a credit note comes, or the goods come again."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.core.actor import Actor
from app.core.texts import N_
from app.fulfilment.events import ReturnAccepted
from app.fulfilment.queries.telling import return_to_tell
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: ReturnAccepted) -> Iterable[Telling]:
    found = return_to_tell(actor, event.return_id)
    for person in those_or_admins(found.company_id, [found.user_id] if found.user_id else []):
        for way in ("mail", "page"):
            yield Telling(
                found.company_id, f"return_settled:{found.id}:{person.user_id}:{way}", {"return_id": found.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = return_to_tell(actor, parameters["return_id"])
    if found.outcome == "replacement":
        sentence = N_("You get the goods again at no charge, with the order {order}.", order=found.order_number)
    else:
        sentence = N_("You get a credit note for it.")
    return Letter(
        N_("Return {number}: {state}", number=found.number, state=found.word),
        {"sentence": sentence, "note": found.answer},
        summary=sentence,
        link=f"/returns/{found.number}",
    )


notices.add("return_settled", Kind(letter, ReturnAccepted, tellings))
