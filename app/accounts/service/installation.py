"""First steps on a fresh installation, from the command line: the operator's company and people who can sign in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.domain import contact
from app.accounts.domain.passwords import demand_good
from app.accounts.domain.roles import CompanyKind, CompanyState, Role, fits
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.service.hashing import hash_password
from app.accounts.service.passwords import set_password
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class Firm:
    """The operator at its foundation; the rest is entered in the portal."""

    code: str
    legal_name: str
    country: str
    currency: str
    name: str = ""
    email: str = ""
    vat_id: str = ""
    locale: str = "en"
    time_zone: str = "UTC"


@command
def create_operator(actor: Actor, firm: Firm, *, email: str, name: str, password: str) -> int:
    """The firm that runs this portal and its first administrator. Conflict where there is one already."""
    if db.session.scalar(select(Company.id).where(Company.kind == CompanyKind.OPERATOR)) is not None:
        raise Conflict(N_("This installation has an operator already."))
    company = Company(
        code=contact.account_code(firm.code),
        kind=CompanyKind.OPERATOR,
        state=CompanyState.APPROVED,
        name=firm.name or firm.legal_name,
        legal_name=firm.legal_name,
        country=firm.country,
        currency=firm.currency,
        email=contact.email_address(firm.email or email),
        vat_id=contact.vat_id(firm.vat_id, firm.country),
        locale=firm.locale,
        time_zone=firm.time_zone,
    )
    db.session.add(company)
    db.session.flush()
    audit.record(actor, "company", company.id, "created", {"kind": "operator"}, company_id=company.id)
    create_user(actor, email, company_id=company.id, role=Role.OPERATOR_ADMIN, name=name, password=password)
    return company.id


@command
def create_user(
    actor: Actor, email: str, *, company_id: int, role: Role | str, name: str = "", password: str = ""
) -> int:
    """A person with a role in a company, without an invitation; a known address gets a further membership.

    Without a password the person sets one by "Forgot your password?". Returns the person's id.
    """
    email = contact.email_address(email)
    company = db.session.get(Company, company_id)
    if company is None:
        raise NotFound
    if role not in list(Role) or not fits(Role(role), CompanyKind(company.kind)):
        raise Invalid("role", N_("There is no such role in this company."))
    user = db.session.scalar(select(User).where(User.email == email))
    if user is None:
        if not name.strip():
            raise Invalid("name", N_("Enter the name."))
        if password:
            demand_good(password, email=email, name=name)
        user = User(
            email=email,
            name=name.strip(),
            password_hash=hash_password(password) if password else "",
            locale=company.locale,
        )
        db.session.add(user)
        db.session.flush()
    membership = db.session.scalar(
        select(Membership).where(Membership.company_id == company_id, Membership.user_id == user.id)
    )
    if membership is None:
        db.session.add(Membership(company_id=company_id, user_id=user.id, role=str(role)))
    else:
        membership.role, membership.is_active = str(role), True
    db.session.flush()
    audit.record(actor, "company", company_id, "joined", {"email": email, "role": str(role)}, company_id=company_id)
    return user.id


@command
def give_password(actor: Actor, email: str, password: str) -> None:
    """A new password from the command line; ends the person's sessions."""
    user = db.session.scalar(select(User).where(User.email == contact.email_address(email)))
    if user is None:
        raise NotFound(N_("Nobody here has the address {email}.", email=email))
    demand_good(password, email=user.email, name=user.name)
    set_password(user, password, action="password_given")
