"""Sales hears that a company wants to become a customer."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import CompanyState, Role
from app.accounts.events import CompanyRegistered
from app.accounts.queries.mailing import company_to_tell, staff
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, Way, notices

_WAYS: tuple[Way, ...] = ("mail", "page")


def tellings(actor: Actor, event: CompanyRegistered) -> Iterable[Telling]:
    for person in staff((Role.OPERATOR_ADMIN, Role.SALES)):
        for way in _WAYS:
            yield Telling(
                person.company_id,
                f"registration_received:{event.company_id}:{person.user_id}:{way}",
                {"company_id": event.company_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    company = company_to_tell(parameters["company_id"])
    return Letter(
        N_("{company} wants to become a customer", company=company.name),
        {"company": company},
        summary=N_("Look at the registration and decide."),
        link=f"/accounts/{company.code}/decision",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return company_to_tell(parameters["company_id"]).state == CompanyState.PENDING


notices.add("registration_received", Kind(letter, CompanyRegistered, tellings, still_wanted))
