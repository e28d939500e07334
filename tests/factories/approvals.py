"""Rules, requests and the people around them. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.approval import Approver, RuleStep
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.wishes import Wishes
from app.ordering.service.approval_rules import RuleEntry, Times, save_rule, set_times
from app.ordering.service.checkout import Submitted, check_prices, submit
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, ref, ship_to


@dataclass
class Crew:
    """A company whose buyer Ann must ask when an order is above 100 EUR; Ben and Cleo approve, Dan is administrator."""

    company: Company
    ann: Actor
    ben: Actor
    cleo: Actor
    dan: Actor
    nut: Article
    rule_id: int


def rule(admin: Actor, name: str = "Over 100", value: Any = 100, *, approvers: Iterable[str] = ("role:approver",),
         need: int = 1, kind: Kind = Kind.TOTAL, **facts: Any) -> int:  # fmt: skip
    """A rule of the administrator's company."""
    steps = facts.pop("steps", (RuleStep(tuple(Approver.parse(one) for one in approvers), need),))
    amount = None if value is None else Decimal(str(value))
    with acting_as(admin):
        return save_rule(admin, RuleEntry(name, kind, steps, value=amount, **facts))


def times(admin: Actor, **values: Any) -> None:
    with acting_as(admin):
        set_times(admin, Times(**values))


def crew(value: Any = 100, *, stock: Any = 1000, **facts: Any) -> Crew:
    company = customer()
    nut = article("NUT", "10", stock=stock)
    people = [
        buyer(company, role, name=name)
        for name, role in (
            ("Ann", Role.BUYER), ("Ben", Role.APPROVER), ("Cleo", Role.APPROVER), ("Dan", Role.COMPANY_ADMIN),
        )
    ]  # fmt: skip
    return Crew(company, *people, nut, rule(people[3], value=value, **facts))


def submitted(actor: Actor, lines: Iterable[tuple[Article, Any]], *, client_ref: str = "", **wishes: Any) -> Submitted:
    """A cart of these lines, submitted."""
    cart_id = fill_cart(actor, lines)
    address_id = ship_to(actor)
    with acting_as(actor):
        check_prices(actor, cart_id)
        return submit(actor, cart_id, Wishes(address_id, **wishes), client_ref=client_ref or ref())


def request(made: Crew, quantity: Any = 20, **wishes: Any) -> int:
    """A request of Ann's that waits."""
    found = submitted(made.ann, [(made.nut, quantity)], **wishes)
    assert found.order is None
    assert found.approval_id is not None
    return found.approval_id
