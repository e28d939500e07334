"""Scores of suppliers as the scorecards have them, month by month. Of the actor's own company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period

_SCORES = text("""
SELECT s.month, coalesce(c.name, ''), s.score, s.parts
FROM supplier_scores s JOIN companies c ON c.id = s.supplier_id
WHERE s.company_id = :company AND s.month >= date_trunc('month', CAST(:since AS timestamp)) AND s.month < :until
ORDER BY s.month DESC, s.score DESC, 2""")


@dataclass(frozen=True, slots=True)
class SupplierMonth:
    """A supplier's score of a month, 0 to 100, and the parts it is made of by criterion."""

    month: date
    supplier: str
    score: Decimal
    parts: dict[str, object]


def supplier_months(actor: Actor, period: Period) -> list[SupplierMonth]:
    """The latest month first, the best supplier first."""
    values = {"company": actor.company_id, "since": period.since, "until": period.until}
    return [SupplierMonth(*row) for row in db.session.execute(_SCORES, values)]
