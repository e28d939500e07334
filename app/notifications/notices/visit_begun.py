"""The buyer sees on the page that somebody of the operator acts in his name, and why."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.events import VisitBegun
from app.accounts.queries.visits import visit
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: VisitBegun) -> Iterable[Telling]:
    begun = visit(actor, event.visit_id)
    yield Telling(
        begun.company_id, f"visit_begun:{begun.id}", {"visit_id": begun.id}, user_id=begun.buyer_id, way="page"
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    begun = visit(actor, parameters["visit_id"])
    return Letter(
        N_("{staff} acts for you", staff=begun.staff_name),
        summary=N_("Why: {reason}", reason=begun.reason),
        link="/company/visits",
    )


notices.add("visit_begun", Kind(letter, VisitBegun, tellings))
