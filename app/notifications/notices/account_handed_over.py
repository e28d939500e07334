"""Customers hear who looks after them now, or during an absence."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sales.events import AccountsHandedOver
from app.sales.queries.handovers import handover, people_to_tell, still_looks_after


def tellings(actor: Actor, event: AccountsHandedOver) -> Iterable[Telling]:
    for company_id, user_id in people_to_tell(actor, event.handover_id):
        yield Telling(
            company_id,
            f"account_handed_over:{event.handover_id}:{company_id}:{user_id}",
            {"handover_id": event.handover_id, "company_id": company_id, "user_id": user_id},
            user_id=user_id,
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = handover(actor, parameters["handover_id"])
    person = person_to_tell(parameters["user_id"])
    facts = {"name": person.name, "manager": row.receiver, "email": row.receiver_email, "ends_on": row.ends_on}
    return Letter(N_("{manager} looks after you now", manager=row.receiver), facts)


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    """Not when the account has gone on to somebody else before the mail left."""
    return still_looks_after(actor, parameters["handover_id"], parameters["company_id"])


notices.add("account_handed_over", Kind(letter, AccountsHandedOver, tellings, still_wanted))
