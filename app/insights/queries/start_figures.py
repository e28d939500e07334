"""Figures of the dashboards: all that a person's start page shows, counted in one statement.

Sums are by currency: {currency: net or gross as said}. Of a customer only what is his.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period, shifted
from app.insights.queries.aggregates import Selection, day_facts

_OWN = "AND i.company_id = :company"
_OPEN_SUMS = """(SELECT jsonb_object_agg(s.currency, CAST(s.open AS text)) FROM (
    SELECT i.currency, sum(i.open_amount) AS open FROM open_items i WHERE i.open_amount <> 0 {more} GROUP BY 1) s)"""
# Figure -> SQL of the operator, of a customer ("": not his).
_FIGURES: dict[str, tuple[str, str]] = {
    "open": (_OPEN_SUMS.format(more=""), _OPEN_SUMS.format(more=_OWN)),
    "overdue": (
        _OPEN_SUMS.format(more="AND i.open_amount > 0 AND i.due_on < :today"),
        _OPEN_SUMS.format(more=f"AND i.open_amount > 0 AND i.due_on < :today {_OWN}"),
    ),
    "late": (
        """(SELECT count(DISTINCT l.order_id) FROM orders o JOIN order_lines l ON l.order_id = o.id
            WHERE o.state IN ('placed', 'confirmed', 'in_delivery') AND o.source <> 'history'
              AND o.placed_at > now() - interval '180 days' AND l.promised_on < :today
              AND l.shipped_quantity < l.quantity AND l.state NOT IN ('cancelled', 'rejected'))""",
        "",
    ),
    "incoming": (
        "(SELECT count(*) FROM incoming_goods g WHERE g.state = 'open' AND g.expected_on = :today)", "",
    ),
    "incoming_late": (
        "(SELECT count(*) FROM incoming_goods g WHERE g.state = 'open' AND g.expected_on < :today)", "",
    ),
    "sold_out": (
        """(SELECT count(*) FROM stock_standings n WHERE n.abc = 'A' AND coalesce((
            SELECT sum(s.on_hand) FROM stock s WHERE s.article_id = n.article_id), 0) <= 0)""", "",
    ),
    "my_carts": (
        """(SELECT jsonb_object_agg(s.currency, CAST(s.value AS text)) FROM (
            SELECT a.currency, sum(a.value) AS value FROM abandoned_carts a JOIN companies c ON c.id = a.company_id
            WHERE a.state IN ('open', 'reminded') AND NOT a.is_held_out AND c.manager_id = :user GROUP BY 1) s)""", "",
    ),
    "deliveries": (
        "", "(SELECT count(*) FROM shipments h WHERE h.company_id = :company AND h.state = 'sent')",
    ),
    "budget": (
        "",
        """(SELECT jsonb_object_agg(s.currency, CAST(s.least AS text)) FROM (
            SELECT b.currency, min(b.amount + b.carried - b.taken) AS least FROM budgets b
            WHERE b.company_id = :company AND b.is_active AND b.starts_on <= :today AND b.ends_on >= :today
            GROUP BY 1) s)""",
    ),
    "reorder": (
        "",
        """(SELECT count(*) FROM reorder_suggestions r WHERE r.company_id = :company AND NOT EXISTS (
            SELECT FROM reorder_dismissals x WHERE x.company_id = :company AND x.article_id = r.article_id))""",
    ),
}  # fmt: skip


def figures(actor: Actor, wanted: Iterable[str], today: date) -> Mapping[str, Any]:
    """Each figure that was asked for and is the actor's to see: a number, or {currency: Decimal}. One statement."""
    parts = {name: _FIGURES[name][0 if actor.is_operator else 1] for name in wanted if name in _FIGURES}
    parts = {name: sql for name, sql in parts.items() if sql}
    if not parts:
        return {}
    columns = ", ".join(f"{sql} AS {name}" for name, sql in parts.items())
    known = {"company": actor.company_id, "user": actor.user_id, "today": today}
    values = {name: value for name, value in known.items() if f":{name}" in columns}
    row = db.session.execute(text(f"SELECT {columns}"), values).one()._mapping  # noqa: SLF001 -- constants
    return {name: _exact(row[name], is_sum="jsonb_object_agg" in sql) for name, sql in parts.items()}


def _exact(value: Any, *, is_sum: bool) -> Any:
    return {currency: Decimal(amount) for currency, amount in sorted((value or {}).items())} if is_sum else value


@dataclass(frozen=True, slots=True)
class Trend:
    """What was ordered in one currency, net: each of the last 12 months, and this month so far against a year ago."""

    currency: str
    months: tuple[tuple[date, Decimal], ...]
    so_far: Decimal
    year_ago: Decimal

    @property
    def is_empty(self) -> bool:
        return not any(net for _month, net in self.months)


def trend(actor: Actor, currency: str, today: date, zone: str) -> Trend:
    """From the maintained sums; a customer's are his own. `zone` is that of the reports."""
    month = today.replace(day=1)
    first, last_year = shifted(month, -11), shifted(month, -12)
    whole = Period("custom", last_year, shifted(month, 1))
    facts = day_facts(actor, whole, Selection(currency=currency), zone)
    statement = text(f"""WITH {facts.sql}
        SELECT CAST(date_trunc('month', f.day) AS date), sum(f.net),
            sum(f.net) FILTER (WHERE extract(day FROM f.day) <= :day_of_month)
        FROM facts f {facts.where} GROUP BY 1""")  # noqa: S608 -- constants
    found = {
        row[0]: (row[1], row[2]) for row in db.session.execute(statement, {**facts.values, "day_of_month": today.day})
    }
    nothing = (Decimal(0), Decimal(0))
    months = tuple((day, found.get(day, nothing)[0]) for day in (shifted(first, later) for later in range(12)))
    so_far, year_ago = found.get(month, nothing)[1], found.get(last_year, nothing)[1]
    return Trend(currency, months, so_far or Decimal(0), year_ago or Decimal(0))
