"""Re-pricing the history: what the portal's pricing call says today for lines that were invoiced long ago."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.quantity import Factor
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import price_lines

_ACCOUNTS = text("""
SELECT DISTINCT company_id FROM orders
WHERE source = 'history' AND placed_at >= :start AND placed_at < :stop ORDER BY company_id""")
_LINES = text("""
SELECT l.article_id, l.quantity, l.unit, l.net, a.vat_category, a.vat_class
FROM orders o
JOIN order_lines l ON l.order_id = o.id
JOIN articles a ON a.id = l.article_id
WHERE o.company_id = :company AND o.source = 'history' AND o.placed_at >= :start AND o.placed_at < :stop
ORDER BY o.id, l.position""")
_ONE = Factor(1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many lines of the history cost today what they cost then, to the penny of the line's net."""

    lines: int
    agree: int

    @property
    def share(self) -> Decimal:
        """Percent with two digits."""
        return (Decimal(100 * self.agree) / self.lines if self.lines else Decimal(0)).quantize(Decimal("0.01"))


def reprice_year(actor: Actor, year: int, time_zone: str) -> Iterator[tuple[int, int, Agreement]]:
    """Price the lines of a year again, account by account; yields accounts done, accounts in all, and the sum so far.

    Two statements an account: its lines, and the one pricing call at the lists that are valid today.
    """
    zone = ZoneInfo(time_zone)
    period = {"start": datetime(year, 1, 1, tzinfo=zone), "stop": datetime(year + 1, 1, 1, tzinfo=zone)}
    companies = list(db.session.scalars(_ACCOUNTS, period))
    today = clock.today(time_zone)
    lines = agree = 0
    for done, company_id in enumerate(companies, start=1):
        rows = db.session.execute(_LINES, {"company": company_id, **period}).all()
        priced = price_lines(actor, [_item(row) for row in rows], company_id=company_id, on=today)
        lines += len(rows)
        agree += sum(line.net == row.net for line, row in zip(priced, rows, strict=True))
        yield done, len(companies), Agreement(lines, agree)


def _item(row: Any) -> PriceItem:
    return PriceItem(row.article_id, row.quantity, row.unit, row.unit, _ONE, row.vat_category, row.vat_class)
