"""Lines that were promised for a day, and when they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import STANDS, report_zone

_KEYS = {
    "month": ("date_trunc('month', l.promised_on)", "CAST(t.key AS date), '', NULL", ""),
    "account": ("l.company_id", "NULL, c.code, c.name", "JOIN companies c ON c.id = t.key"),
    "article": ("l.article_id", "NULL, a.sku, a.name", "JOIN articles a ON a.id = t.key"),
    "manager": ("c.manager_id", "NULL, '', u.name", "LEFT JOIN users u ON u.id = t.key"),
}


@dataclass(frozen=True, slots=True)
class Promised:
    """Lines by how they came: `overdue` is not complete though its day is over, `waiting` not yet due."""

    month: date | None
    code: str
    name: str | None
    lines: int
    on_time: int
    late: int
    overdue: int
    waiting: int
    days_late: Decimal | None


def promised_lines(actor: Actor, period: Period, by: str, account: str = "") -> list[Promised]:
    """By the day promised. A line came when its last part was confirmed as delivered, or else was sent."""
    key, shown, names = _KEYS[by]
    statement = text(f"""
        WITH due AS (
            SELECT l.id, l.company_id, l.article_id, l.promised_on, l.base_quantity
            FROM order_lines l JOIN orders o ON o.id = l.order_id
            WHERE l.promised_on >= :since AND l.promised_on < :until AND {STANDS} AND l.base_quantity > 0
              AND o.state <> 'cancelled' AND o.source <> 'history'
              AND (:account = '' OR l.company_id = (SELECT id FROM companies WHERE code = :account))
        ), came AS (
            SELECT d.id, max(CAST(coalesce(s.delivered_at, s.sent_at) AT TIME ZONE :zone AS date)) AS day
            FROM due d JOIN shipment_lines sl ON sl.order_line_id = d.id
            JOIN shipments s ON s.id = sl.shipment_id AND s.sent_at IS NOT NULL
            GROUP BY d.id, d.base_quantity HAVING sum(sl.base_quantity) >= d.base_quantity
        ), t AS (
            SELECT {key} AS key, count(*) AS lines, count(*) FILTER (WHERE a.day <= l.promised_on) AS on_time,
                count(*) FILTER (WHERE a.day > l.promised_on) AS late,
                count(*) FILTER (WHERE a.day IS NULL AND l.promised_on < :today) AS overdue,
                count(*) FILTER (WHERE a.day IS NULL AND l.promised_on >= :today) AS waiting,
                round(avg(a.day - l.promised_on) FILTER (WHERE a.day > l.promised_on), 1) AS days_late
            FROM due l LEFT JOIN came a ON a.id = l.id JOIN companies c ON c.id = l.company_id GROUP BY 1
        )
        SELECT {shown}, t.lines, t.on_time, t.late, t.overdue, t.waiting, t.days_late FROM t {names}
        ORDER BY {"t.key" if by == "month" else "t.late + t.overdue DESC, t.lines DESC, t.key"}""")  # noqa: S608 -- constants
    zone = report_zone(actor)
    values = {
        "since": period.since,
        "until": period.until,
        "zone": zone,
        "today": clock.today(zone),
        "account": account,
    }
    return [Promised(*row) for row in db.session.execute(statement, values)]
