"""The applicant hears that the registration arrived, and proves the address by choosing a password."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.events import CompanyRegistered
from app.accounts.queries.mailing import applicants_invitation, company_to_tell
from app.accounts.service.tokens import invitation_token, status_token
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: CompanyRegistered) -> Iterable[Telling]:
    company = company_to_tell(event.company_id)
    yield Telling(
        company.id,
        f"registration_thanks:{company.id}",
        {"company_id": company.id},
        address=company.email,
        locale=company.locale,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    company = company_to_tell(parameters["company_id"])
    asked = applicants_invitation(company.id)
    if asked is None:
        raise NotFound
    token = invitation_token(asked.company_id, asked.email, asked.created_at)
    status = status_token(company.id, company.created_at)
    return Letter(
        N_("We received the registration of {company}", company=company.name),
        {"company": company, "name": asked.name, "status_path": f"/register/{status}"},
        link=f"/invitations/{token}",
        secrets=(token, status),
    )


notices.add("registration_thanks", Kind(letter, CompanyRegistered, tellings))
