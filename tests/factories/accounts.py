"""Companies and people by plain functions. Call them inside `world()` or `ctx`; what they make is committed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from app.accounts.domain.roles import CompanyKind, Role
from app.accounts.models.budgets import Budget, CostCentre, CostCentrePerson
from app.accounts.models.companies import Address, Company
from app.accounts.models.credit import CreditAccount
from app.accounts.models.people import Membership, User
from app.accounts.service.hashing import hash_password, use_hasher
from app.core.actor import Actor, Scope, Via
from app.core.db import db, transaction
from app.core.permissions import of_role
from app.core.tenancy import system_scope

PASSWORD = "a long enough secret"

_numbers = count(1)


use_hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # tests sign in often


@cache
def password_hash(password: str) -> str:
    return hash_password(password)


def _stored(row: Any) -> Any:
    with system_scope("factory"), transaction() as session:
        session.add(row)
        session.flush()
        session.refresh(row)
    db.session.expunge(row)
    return row


def operator(**changes: Any) -> Company:
    """The firm that runs the portal; made once, then found again. Changes count when it is made."""
    with system_scope("factory"):
        found = db.session.scalar(select(Company).where(Company.kind == CompanyKind.OPERATOR))
        if found is not None:
            db.session.expunge(found)
            return found
    values: dict[str, Any] = {
        "code": "HOUSE", "kind": "operator", "name": "Nordlicht", "legal_name": "Nordlicht Handel GmbH",
        "country": "DE", "currency": "EUR", "vat_id": "DE136695976", "tax_number": "27/123/45678",
        "registration_number": "HRB 1234, Amtsgericht Hamburg", "email": "office@nordlicht.example",
        "phone": "+49 40 123456", "bank_name": "Hansebank", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
        "time_zone": "Europe/Berlin",
    }  # fmt: skip
    company: Company = _stored(Company(**(values | changes)))
    address(company, label="Head office", street="Speicherweg 1", postcode="20457", city="Hamburg", country="DE",
            is_bill_to=True, is_default_bill_to=True, is_default_ship_to=True)  # fmt: skip
    return company


def customer(code: str = "", **terms: Any) -> Company:
    """A customer account in state approved, with one address for both uses."""
    number = next(_numbers)
    code = code or f"C{number:05d}"
    values: dict[str, Any] = {
        "code": code, "kind": "customer", "name": f"Customer {code}", "legal_name": f"Customer {code} Ltd",
        "country": "DE", "currency": "EUR", "email": f"office@{code.lower()}.example", "time_zone": "Europe/Berlin",
    }  # fmt: skip
    company: Company = _stored(Company(**(values | terms)))
    address(company, label="Main", street="Hauptstr. 5", postcode="10115", city="Berlin", country=company.country,
            is_bill_to=True, is_default_bill_to=True, is_default_ship_to=True)  # fmt: skip
    return company


def supplier(code: str = "", **facts: Any) -> Company:
    return customer(code or f"S{next(_numbers):05d}", **({"kind": "supplier"} | facts))


def address(company: Company, **parts: Any) -> Address:
    values = {"label": f"Place {next(_numbers)}", "name": company.name, "country": company.country or "DE"}
    made: Address = _stored(Address(company_id=company.id, **(values | parts)))
    return made


def person(
    company: Company, role: Role | str = Role.BUYER, *, email: str = "", password: str = PASSWORD, **facts: Any
) -> User:
    """Somebody who can sign in with PASSWORD; an e-mail that is known already gets one more membership."""
    email = (email or f"{role}{next(_numbers)}@{company.code.lower()}.example").lower()
    with system_scope("factory"):
        user = db.session.scalar(select(User).where(User.email == email))
        if user is not None:
            db.session.expunge(user)
    if user is None:
        name = email.partition("@")[0].replace(".", " ").title()
        values = {"name": name, "password_hash": password_hash(password) if password else ""}
        user = _stored(User(email=email, **(values | facts)))
    _stored(Membership(company_id=company.id, user_id=user.id, role=str(role)))
    return user


def cost_centre(company: Company, code: str = "", *, people: tuple[User, ...] = (), **facts: Any) -> CostCentre:
    """A cost centre for all, or for `people` alone."""
    values = {"code": code or f"CC-{next(_numbers)}", "name": "Dock", "is_for_all": not people}
    made: CostCentre = _stored(CostCentre(company_id=company.id, **(values | facts)))
    for one in people:
        _stored(CostCentrePerson(cost_centre_id=made.id, company_id=company.id, user_id=one.id))
    return made


def budget(centre: CostCentre, amount: str | int, **facts: Any) -> Budget:
    """A blocking budget in EUR for the calendar year 2026, unless told otherwise."""
    values = {
        "kind": "year", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "currency": "EUR", "rule": "block",
    }  # fmt: skip
    made: Budget = _stored(
        Budget(company_id=centre.company_id, cost_centre_id=centre.id, amount=Decimal(amount), **(values | facts))
    )
    return made


def credit(company: Company, limit: str | int | None, **facts: Any) -> CreditAccount:
    """A ledger with a limit, without an entry yet."""
    made: CreditAccount = _stored(
        CreditAccount(
            company_id=company.id, currency=company.currency,
            credit_limit=None if limit is None else Decimal(limit), **facts,
        )
    )  # fmt: skip
    return made


def actor_for(user: User, company: Company) -> Actor:
    """The person acting for the company, as after sign-in."""
    with system_scope("factory"):
        role = db.session.scalars(
            select(Membership.role).where(Membership.user_id == user.id, Membership.company_id == company.id)
        ).one()
    return Actor(
        user_id=user.id,
        company_id=company.id,
        scope=Scope.OPERATOR if company.kind == CompanyKind.OPERATOR else Scope.TENANT,
        permissions=of_role(role),
        locale=user.locale,
        time_zone=user.time_zone or company.time_zone,
        via=Via.WEB,
        name=user.name,
    )


def sign_in(client: Any, user: User, *, password: str = PASSWORD, company: Company | None = None) -> None:
    """Sign a test client in over HTTP; `company` chooses for whom the person acts."""
    answer = client.post("/sign-in", data={"email": user.email, "password": password})
    assert answer.status_code == 303, answer.text
    if company is not None:
        assert client.post(f"/companies/{company.id}/act-for").status_code == 303
