"""The people of a play: the operator's staff by role, and two customers with one person in each role."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core.actor import Actor
from tests.factories.accounts import actor_for, customer, operator, person

STAFF = (Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.SALES, Role.PRICING, Role.WAREHOUSE)
PEOPLE = (Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER)


@dataclass(frozen=True, slots=True)
class Cast:
    """`people` are the staff by role, and `customer.buyer`, `stranger.bookkeeper`, ..."""

    house: Company
    customer: Company
    stranger: Company
    people: dict[str, User]

    def company_of(self, name: str) -> Company:
        return {"customer": self.customer, "stranger": self.stranger}.get(name.partition(".")[0], self.house)

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name], self.company_of(name))


def make_cast() -> Cast:
    """Call inside `world()`."""
    house = operator()
    people = {str(role): person(house, role) for role in STAFF}
    sides = {"customer": customer(name="Möller"), "stranger": customer(name="Stranger")}
    for side, company in sides.items():
        people |= {f"{side}.{role}": person(company, role) for role in PEOPLE}
    return Cast(house, sides["customer"], sides["stranger"], people)
