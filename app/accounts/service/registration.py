"""A company asks to become a customer; the operator decides and gives the reason."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.accounts.domain import contact, throttle
from app.accounts.domain.own_fields import kept_values
from app.accounts.domain.registration import MAX_FILES, Registration, Upload, known_answers, media_type
from app.accounts.domain.roles import CompanyKind, CompanyState, Role
from app.accounts.events import CompanyRegistered, RegistrationDecided
from app.accounts.models.companies import Address, Company, RegistrationFile
from app.accounts.models.people import Invitation
from app.accounts.queries.own_fields import registration_fields
from app.accounts.queries.sign_ins import asked_lately
from app.accounts.service.companies import demand_free_code
from app.accounts.service.invitations import add_invitation
from app.accounts.service.sign_in import note_attempt
from app.accounts.service.tokens import session_token, status_token
from app.core import audit, clock, storage
from app.core.actor import Actor, Scope, Via
from app.core.db import command, db, transaction
from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.tenancy import system_scope
from app.core.texts import N_

_LOCK_SPACE = 7204  # first key of our advisory locks on client references


def register_company(
    registration: Registration, uploads: Sequence[Upload] = (), *, client_ref: str, ip: str, user_agent: str = ""
) -> str:
    """Take an application; returns the token of its status page. The same `client_ref` again changes nothing.

    Nobody can sign in by it yet: the applicant gets an invitation that proves the address.
    """
    with system_scope("registration: the company does not exist yet"), transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(client_ref))))
        known = session.scalar(select(Company).where(Company.client_ref == client_ref))
        if known is not None:
            return status_token(known.id, known.created_at)
        _, by_ip = asked_lately("registered", email="", ip=ip)
        if by_ip >= throttle.MAX_REGISTRATIONS_PER_IP:
            raise Unavailable(N_("Too many applications came from your network. Try again later."), retry_after=3600)
        company = _pending_company(registration, client_ref)
        session.add(company)
        session.flush()
        company.code = f"A{company.id:06d}"
        _add_address(company, registration)
        applicant = Actor(None, company.id, Scope.SYSTEM, via=Via.WEB, name=registration.contact_name)
        _keep_files(applicant, company.id, uploads)
        email = contact.email_address(registration.email)
        add_invitation(company.id, email, Role.COMPANY_ADMIN, name=registration.contact_name)
        note_attempt(email, ip, "registered", user_agent=user_agent)
        audit.record(applicant, "company", company.id, "registered", {"email": email}, company_id=company.id)
        publish(CompanyRegistered(company.id))
        return status_token(company.id, company.created_at)


def _pending_company(registration: Registration, client_ref: str) -> Company:
    legal_name = registration.legal_name.strip()
    if not legal_name:
        raise Invalid("legal_name", N_("Enter the legal name."))
    seller = db.session.scalar(select(Company).where(Company.kind == CompanyKind.OPERATOR))
    if seller is None:
        raise Conflict(N_("This installation has no operator yet. Run `kontor operator create`."))
    answers = known_answers(registration.extra or {})
    return Company(
        code=f"new-{session_token()[:20]}",  # until the id is known
        kind=CompanyKind.CUSTOMER,
        state=CompanyState.PENDING,
        name=(registration.name.strip() or legal_name)[:200],
        legal_name=legal_name[:200],
        country=registration.country,
        vat_id=contact.vat_id(registration.vat_id, registration.country),
        registration_number=registration.registration_number.strip(),
        email=contact.email_address(registration.email),
        phone=registration.phone.strip(),
        currency=seller.currency,
        locale=registration.locale,
        time_zone=registration.time_zone,
        created_at=clock.now(),
        client_ref=client_ref,
        registration={**answers, "contact_name": registration.contact_name.strip()},
        own=kept_values(registration_fields().values(), registration.own or {}),
    )


def _add_address(company: Company, registration: Registration) -> None:
    db.session.add(
        Address(
            company_id=company.id,
            label=registration.city.strip() or "1",
            name=company.legal_name,
            street=registration.street.strip(),
            street2=registration.street2.strip(),
            postcode=registration.postcode.strip(),
            city=registration.city.strip(),
            region=registration.region.strip(),
            country=registration.country,
            contact=registration.contact_name.strip(),
            phone=registration.phone.strip(),
            is_ship_to=True,
            is_bill_to=True,
            is_default_ship_to=True,
            is_default_bill_to=True,
        )
    )


def _keep_files(applicant: Actor, company_id: int, uploads: Sequence[Upload]) -> None:
    if len(uploads) > MAX_FILES:
        raise Invalid("files", N_("At most {count} files.", count=MAX_FILES))
    kinds = [media_type(upload) for upload in uploads]
    for upload, kind in zip(uploads, kinds, strict=True):
        file = storage.keep(applicant, upload.data, name=upload.name, media_type=kind, company_id=company_id)
        db.session.add(RegistrationFile(company_id=company_id, file_id=file.id, label=upload.name[-255:]))


@command
def approve_company(actor: Actor, company_id: int, *, code: str = "", payment_days: int = 30, reason: str = "") -> None:
    """Make the applicant a customer, under a number of the operator's choice. A refusal can be reversed."""
    company = _undecided(company_id)
    code = contact.account_code(code or company.code)
    demand_free_code(code, company.id)
    if not 0 <= payment_days <= 365:
        raise Invalid("payment_days", N_("Enter days from 0 to 365."))
    company.code, company.payment_days = code, payment_days
    _decide(actor, company, CompanyState.APPROVED, reason)


@command
def reject_company(actor: Actor, company_id: int, *, reason: str) -> None:
    """Refuse the application; the applicant reads the reason."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why: the applicant reads it."))
    company = _undecided(company_id)
    if company.state == CompanyState.REJECTED:
        raise Conflict(N_("This application was refused already."))
    _decide(actor, company, CompanyState.REJECTED, reason)


def _undecided(company_id: int) -> Company:
    found = lock_rows(Company, [company_id])
    if not found:
        raise NotFound
    if found[0].state not in (CompanyState.PENDING, CompanyState.REJECTED):
        raise Conflict(N_("This application was decided already."))
    return found[0]


def _decide(actor: Actor, company: Company, state: CompanyState, reason: str) -> None:
    company.state, company.decision_reason, company.decided_at = state, reason.strip(), clock.now()
    if state == CompanyState.APPROVED:
        renew_applicants_invitation(company.id)
    changes = {"state": str(state), "reason": reason.strip(), "code": company.code}
    action = "approved" if state == CompanyState.APPROVED else "rejected"
    audit.record(actor, "company", company.id, action, changes, company_id=company.id)
    publish(RegistrationDecided(company.id))


def renew_applicants_invitation(company_id: int) -> None:
    """The decision may take longer than an invitation lasts: the mail about it carries a fresh link."""
    invitation = db.session.scalar(
        select(Invitation).where(
            Invitation.company_id == company_id,
            Invitation.invited_by_id.is_(None),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
    )
    if invitation is None:
        return
    invitation.withdrawn_at = clock.now()
    db.session.flush()  # only one invitation of an address may be open
    add_invitation(company_id, invitation.email, Role(invitation.role), name=invitation.name)
