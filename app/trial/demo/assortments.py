"""Groups and segments of the invented accounts, what they may not see, and how they see stock."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.accounts.domain.groups import SetFacts, SetKind
from app.accounts.models.companies import Company
from app.accounts.service.companies import Terms, edit_terms
from app.accounts.service.groups import add_members, upsert_group, upsert_segment
from app.catalog.domain.assortment import Effect
from app.catalog.service.assortment_reach import ReachKind, assign
from app.catalog.service.assortments import AssortmentFacts, add_rules, upsert_assortment
from app.core.actor import Actor
from app.core.db import db
from app.trial.demo.families import range_of_articles
from app.trial.demo.people import ACCOUNTS

_GROUPS = (
    (SetFacts("SHIPYARDS", "Shipyards", "Yards and their suppliers on the coast."), ("10001", "10002")),
    (SetFacts("TRADES", "Building trades", "Electricians, plumbers, builders."),
     ("10003", "10004", "10005", "10006", "10007")),
)  # fmt: skip
_SEGMENTS = (
    (SetFacts("KEY", "Key accounts", "Looked after by the head of sales.", 10), ("10001", "10002")),
    (SetFacts("EXPORT", "Outside the EU", "Goods leave with customs papers.", 20), ("10004", "10005")),
)
_STOCK_SEEN = {"10003": "band", "10005": "light"}


def add_groups(actor: Actor) -> None:
    """Two groups, two segments; two accounts see bands or lights instead of stock."""
    for kind, upsert, entries in (
        (SetKind.GROUP, upsert_group, _GROUPS), (SetKind.SEGMENT, upsert_segment, _SEGMENTS),
    ):  # fmt: skip
        for facts, codes in entries:
            add_members(actor, kind, upsert(actor, facts), codes)
    terms: dict[str, Terms] = {account.facts.code: account.terms for account in ACCOUNTS}
    for code, shown in _STOCK_SEEN.items():
        company_id, manager_id = db.session.execute(
            select(Company.id, Company.manager_id).where(Company.code == code)
        ).one()
        edit_terms(actor, company_id, replace(terms[code], manager_id=manager_id, stock_display=shown))


def add_assortments(actor: Actor) -> None:
    """Packaging stays in the EU; articles of stainless A4 are for shipyards only."""
    inland = upsert_assortment(
        actor, AssortmentFacts("INLAND", "Not for export", "Packaging whose makers forbid it to leave the EU.")
    )
    add_rules(actor, inland, Effect.DENY, categories=["PA"])
    assign(actor, inland, ReachKind.SEGMENT, "EXPORT")
    exclusive = upsert_assortment(
        actor, AssortmentFacts("A4", "Shipyard range", "Stainless A4 is kept for shipyards: denied to all others.")
    )
    skus = [item.sku for item in range_of_articles() if item.names["en"].endswith(" A4")]
    add_rules(actor, exclusive, Effect.DENY, skus=skus)
    assign(actor, exclusive, ReachKind.GROUP, "TRADES")
