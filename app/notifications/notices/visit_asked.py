"""Sales wants to act for a buyer whose company wants to be asked: the person and the administrators hear of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.domain.visits import VisitState
from app.accounts.events import VisitAsked
from app.accounts.queries.mailing import company_to_tell, people_of
from app.accounts.queries.visits import visit
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: VisitAsked) -> Iterable[Telling]:
    asked = visit(actor, event.visit_id)
    admins = {one.user_id for one in people_of(asked.company_id, (Role.COMPANY_ADMIN,))}
    for user_id in sorted(admins | {asked.buyer_id}):
        for way in ("mail", "page"):
            yield Telling(
                asked.company_id,
                f"visit_asked:{asked.id}:{user_id}:{way}",
                {"visit_id": asked.id},
                user_id=user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = visit(actor, parameters["visit_id"])
    return Letter(
        N_("{staff} asks to act for {name}", staff=asked.staff_name, name=asked.buyer_name),
        {
            "staff": asked.staff_name,
            "buyer": asked.buyer_name,
            "reason": asked.reason,
            "company": company_to_tell(asked.company_id).name,
        },
        summary=N_("Why: {reason}", reason=asked.reason),
        link="/company/visits",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return visit(actor, parameters["visit_id"]).state == VisitState.ASKED


notices.add("visit_asked", Kind(letter, VisitAsked, tellings, still_wanted))
