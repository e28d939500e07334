"""A shop with its people, and two customers with theirs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.accounts.domain.roles import Role
from app.accounts.models import Company, User
from app.core.actor import Actor
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import shop


@dataclass(frozen=True, slots=True)
class Cast:
    """The operator's people by role, and a customer and a stranger with one person in each role."""

    house: Company
    customer: Company
    stranger: Company
    people: dict[str, User]

    def who(self, name: str) -> tuple[User, Company]:
        """`accountant`, or `customer.bookkeeper`, `stranger.buyer`."""
        company = {"customer": self.customer, "stranger": self.stranger}.get(name.partition(".")[0], self.house)
        return self.people[name], company

    def actor(self, name: str) -> Actor:
        return actor_for(*self.who(name))


@pytest.fixture
def cast(isolated, world):
    with world():
        shop()
        house = operator()
        people = {str(role): person(house, role) for role in (
            Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.SALES, Role.PRICING, Role.WAREHOUSE,
        )}  # fmt: skip
        sides = {"customer": customer(name="Möller"), "stranger": customer(name="Stranger")}
        for side, company in sides.items():
            for role in (Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER):
                people[f"{side}.{role}"] = person(company, role)
    return Cast(house, sides["customer"], sides["stranger"], people)
