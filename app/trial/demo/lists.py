"""Lists of the first account: the workshop's, shared and approved, and one that waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.people import people, person_actor
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor, Via
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.requisition_list import Access
from app.ordering.queries.requisition_lists import list_head
from app.ordering.service.requisition_lines import put_lines
from app.ordering.service.requisition_lists import (
    approve_list,
    create_list,
    propose_list,
    set_list_approval,
    share_list,
)
from app.trial.demo.families import DemoArticle

_WEEKLY = 14
_SPRING = 6


def add_lists(house: Actor, company_id: int, items: Sequence[DemoArticle]) -> None:
    """The administrator of the account releases what a buyer proposes."""
    with acting_as(house):
        chief, buyer = (person_actor(company_id, user_id, via=Via.WEB) for user_id in _first_two(house, company_id))
    lines = _lines(buyer, items)
    with acting_as(buyer):
        weekly = create_list(
            buyer, "Weekly workshop", note="What the workshop uses up every week", client_ref="demo-weekly"
        )
        put_lines(buyer, weekly, lines[:_WEEKLY], client_ref="demo-weekly")
        share_list(buyer, weekly, None, Access.EDIT)
        spring = create_list(buyer, "Spring overhaul, dock 3", client_ref="demo-spring")
        put_lines(buyer, spring, lines[_WEEKLY : _WEEKLY + _SPRING], client_ref="demo-spring")
    with acting_as(chief):
        set_list_approval(chief, is_needed=True)
        approve_list(chief, weekly, version=list_head(chief, weekly).version)
    with acting_as(buyer):
        propose_list(buyer, spring)


def _first_two(house: Actor, company_id: int) -> tuple[int, int]:
    """User ids of the account's administrator and of a buyer."""
    by_role = {member.role: member.user_id for member in people(house, company_id)}
    return by_role[Role.COMPANY_ADMIN], by_role[Role.BUYER]


def _lines(buyer: Actor, items: Sequence[DemoArticle]) -> list[WantedLine]:
    """Every so many articles of the range that the account may see, in quantities that fit their packs."""
    chosen = items[5 :: max(len(items) // 40, 1)]
    with acting_as(buyer):
        found = articles_by_code(buyer, [item.sku for item in chosen])
    return [
        WantedLine(article.id, Decimal(item.step * 10), article.base_unit, "hall 3" if place % 5 == 0 else "")
        for place, item in enumerate(chosen)
        for article in found.get(item.sku.upper(), ())[:1]
        if article.is_visible and article.is_active and not article.is_head
    ]
