"""Orders of long ago as rows, segments, offers. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.accounts.domain.groups import SetFacts
from app.accounts.models.companies import Company, CompanySegment
from app.accounts.service.groups import upsert_group, upsert_segment
from app.catalog.models.articles import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import transaction
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.orders import Order, OrderLine

_numbers = count(1)


def bought(
    company: Company, article: Article, net: Any = "100.00", *, days_ago: int = 10, source: str = "portal",
    state: str = "closed", at: datetime | None = None,
) -> Order:  # fmt: skip
    """One order of one line, as a row."""
    number = next(_numbers)
    amount = Decimal(str(net))
    with system_scope("factory"), transaction() as session:
        order = Order(
            company_id=company.id, number=f"OLD-{number}", client_ref=f"old-{number}", source=source, state=state,
            placed_at=at or clock.now() - timedelta(days=days_ago), currency=company.currency, net_total=amount,
            gross_total=amount, line_count=1,
        )  # fmt: skip
        session.add(order)
        session.flush()
        session.add(
            OrderLine(
                company_id=company.id, order_id=order.id, position=1, article_id=article.id, sku=article.sku,
                name=article.name, quantity=Decimal(1), unit="H87", base_quantity=Decimal(1), unit_price=amount,
                price_unit="H87", net=amount,
            )
        )  # fmt: skip
        session.flush()
    return order


def segment(code: str = "", *members: Company) -> int:
    """A segment with these accounts put in by hand."""
    code = code or f"SEG-{next(_numbers)}"
    with acting_as(Actor.system()):
        made = upsert_segment(Actor.system(), SetFacts(code, f"Segment {code}"))
    with system_scope("factory"), transaction() as session:
        session.add_all([CompanySegment(company_id=one.id, segment_id=made) for one in members])
    return made


def group(code: str, *members: Company) -> int:
    with acting_as(Actor.system()):
        made = upsert_group(Actor.system(), SetFacts(code, f"Group {code}"))
    with system_scope("factory"), transaction() as session:
        for one in members:
            session.get_one(Company, one.id).group_id = made
    return made
