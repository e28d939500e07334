"""What a company has ordered, for its own people: by month, commodity group, code, cost centre, person or article.

Read from its orders as they stand: cancelled ones and lines are out. Amounts are net of the goods, each in its currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period

# The part of a line counts for its cost centre; every line has parts but those of the system before.
_SHARES = """
    SELECT o.id, o.currency, o.placed_at, coalesce(o.buyer ->> 'person', '') AS person, l.article_id, l.sku, l.name,
        p.cost_centre_id, coalesce(p.net, l.net) AS net, coalesce(p.base_quantity, l.base_quantity) AS quantity
    FROM orders o
    JOIN order_lines l ON l.order_id = o.id AND l.state NOT IN ('cancelled', 'rejected')
    LEFT JOIN order_line_parts p ON p.order_line_id = l.id
    WHERE o.company_id = :company AND l.company_id = :company AND o.state <> 'cancelled'
        AND o.placed_at >= CAST(:since AS timestamp) AT TIME ZONE :zone
        AND o.placed_at < CAST(:until AS timestamp) AT TIME ZONE :zone"""
_TREE = """tree AS (
    WITH RECURSIVE below AS (
        SELECT id, id AS root, parent_id FROM categories WHERE parent_id IS NULL
        UNION ALL SELECT c.id, b.root, c.parent_id FROM categories c JOIN below b ON c.parent_id = b.id
    ) SELECT b.id, coalesce(r.names ->> :locale, r.name) AS name FROM below b JOIN categories r ON r.id = b.root), """
_MONTH = "CAST(date_trunc('month', s.placed_at AT TIME ZONE :zone) AS date)"
# By what: tables before, the key (a month or words), joins.
_WAYS: dict[str, tuple[str, str, str, str]] = {
    "month": ("", _MONTH, "''", ""),
    "group": (_TREE, "CAST(NULL AS date)", "coalesce(t.name, '')",
              "JOIN articles a ON a.id = s.article_id LEFT JOIN tree t ON t.id = a.category_id"),
    "code": ("", "CAST(NULL AS date)", "a.customs_code", "JOIN articles a ON a.id = s.article_id"),
    "centre": ("", "CAST(NULL AS date)", "coalesce(c.code || ' ' || c.name, '')",
               "LEFT JOIN cost_centres c ON c.id = s.cost_centre_id"),
    "person": ("", "CAST(NULL AS date)", "s.person", ""),
    "article": ("", "CAST(NULL AS date)", "s.sku || ' ' || s.name", ""),
}  # fmt: skip
WAYS = tuple(_WAYS)
_BUDGETS = text("""
SELECT c.code || ' ' || c.name, b.starts_on, b.ends_on, b.currency, b.amount + b.carried, b.taken
FROM budgets b JOIN cost_centres c ON c.id = b.cost_centre_id
WHERE b.company_id = :company AND b.is_active AND b.starts_on < :until AND b.ends_on >= :since
ORDER BY b.currency, c.code, b.starts_on""")


@dataclass(frozen=True, slots=True)
class Spend:
    """What went into one part; `month` where it is grouped by month, else `label` ("": none)."""

    month: date | None
    label: str
    currency: str
    orders: int
    lines: int
    net: Decimal


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A budget with what is taken of it."""

    centre: str
    starts_on: date
    ends_on: date
    currency: str
    amount: Decimal
    taken: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.taken


def spend(actor: Actor, period: Period, zone: str, *, by: str) -> list[Spend]:
    """The actor's own company, the most first; months in their order."""
    before, month, label, joined = _WAYS[by]
    order = "1, 3" if by == "month" else "3, 6 DESC, 2"
    statement = text(f"""WITH {before}shares AS ({_SHARES})
        SELECT {month}, {label}, s.currency, count(DISTINCT s.id), count(*), sum(s.net)
        FROM shares s {joined} GROUP BY 1, 2, 3 ORDER BY {order}""")  # noqa: S608 -- constants
    values = {"company": actor.company_id, "zone": zone, "since": period.since, "until": period.until}
    if by == "group":
        values["locale"] = actor.locale
    return [Spend(*row) for row in db.session.execute(statement, values)]


def budget_use(actor: Actor, period: Period) -> list[BudgetUse]:
    """The budgets of the actor's own company that touch the period."""
    values = {"company": actor.company_id, "since": period.since, "until": period.until}
    return [BudgetUse(*row) for row in db.session.execute(_BUDGETS, values)]
