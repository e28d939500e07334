"""Whoever contested a line of an invoice is told what accounting says."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import those_or_admins
from app.billing.events import DisputeEnded
from app.billing.queries.disputes import contester, dispute
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: DisputeEnded) -> Iterable[Telling]:
    found = dispute(actor, event.dispute_id)
    if found.state == "withdrawn":
        return
    company_id, user_id = contester(actor, event.dispute_id)
    for person in those_or_admins(company_id, [user_id] if user_id else []):
        for way in ("mail", "page"):
            yield Telling(
                company_id, f"dispute_ended:{found.id}:{person.user_id}:{way}", {"dispute_id": found.id}, user_id=person.user_id, way=way
            )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = dispute(actor, parameters["dispute_id"])
    if found.credit_number:
        sentence = N_("You get the credit note {number} for it.", number=found.credit_number)
    else:
        sentence = N_("The amount stays owed.")
    return Letter(
        N_("Line {line} of invoice {number}: {state}", line=found.position, number=found.invoice_number,
           state=found.word),
        {"sentence": sentence, "note": found.answer},
        summary=sentence,
        link=f"/disputes/{found.id}",
    )  # fmt: skip


notices.add("dispute_ended", Kind(letter, DisputeEnded, tellings))
