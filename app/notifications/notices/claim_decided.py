"""Whoever complained is told what was decided."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.core.actor import Actor
from app.core.texts import N_, Message
from app.fulfilment.domain.claimed import REMEDIES
from app.fulfilment.events import ClaimDecided
from app.fulfilment.queries.telling import CaseToTell, claim_to_tell
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: ClaimDecided) -> Iterable[Telling]:
    found = claim_to_tell(actor, event.claim_id)
    for person in those_or_admins(found.company_id, [found.user_id] if found.user_id else []):
        for way in ("mail", "page"):
            yield Telling(
                found.company_id, f"claim_decided:{found.id}:{person.user_id}:{way}", {"claim_id": found.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def _sentence(found: CaseToTell) -> Message:
    if found.state == "refused":
        return N_("Your complaint about {order} is refused.", order=found.order_number)
    return N_("Your complaint about {order} is granted: {remedy}.", order=found.order_number,
              remedy=REMEDIES[found.outcome])  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = claim_to_tell(actor, parameters["claim_id"])
    sentence = _sentence(found)
    return Letter(
        N_("Claim {number}: {state}", number=found.number, state=found.word),
        {"sentence": sentence, "note": found.answer},
        summary=sentence,
        link=f"/claims/{found.number}",
    )


notices.add("claim_decided", Kind(letter, ClaimDecided, tellings))
