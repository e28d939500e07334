"""The applicant hears the decision and its reason."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import CompanyState
from app.accounts.events import RegistrationDecided
from app.accounts.queries.mailing import applicants_invitation, company_to_tell
from app.accounts.service.tokens import invitation_token, status_token
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: RegistrationDecided) -> Iterable[Telling]:
    company = company_to_tell(event.company_id)
    asked = applicants_invitation(company.id)
    decided = company.decided_at.isoformat() if company.decided_at else ""
    yield Telling(
        company.id,
        f"registration_decided:{company.id}:{decided}",  # a refusal can be reversed
        {"company_id": company.id, "state": company.state},
        address=asked.email if asked else company.email,
        locale=company.locale,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    company = company_to_tell(parameters["company_id"])
    asked = applicants_invitation(company.id)
    is_approved = company.state == CompanyState.APPROVED
    needs_password = asked is not None and asked.is_open
    status = status_token(company.id, company.created_at)
    facts = {
        "company": company,
        "is_approved": is_approved,
        "needs_password": needs_password,
        "status_path": f"/register/{status}",
    }
    if not is_approved:
        subject = N_("We cannot accept the registration of {company}", company=company.name)
        return Letter(subject, facts, secrets=(status,))
    subject = N_("{company} is a customer now", company=company.name)
    if asked is not None and needs_password:
        token = invitation_token(asked.company_id, asked.email, asked.created_at)
        return Letter(subject, facts, link=f"/invitations/{token}", secrets=(token, status))
    return Letter(subject, facts, link="/sign-in", secrets=(status,))


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    """A decision that was reversed before its mail left is not told."""
    return bool(company_to_tell(parameters["company_id"]).state == parameters["state"])


notices.add("registration_decided", Kind(letter, RegistrationDecided, tellings, still_wanted))
