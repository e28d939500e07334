"""The plain recount of orders that the maintained sums must equal; slow, for tests and `kontor reports verify`."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import STANDS, report_zone
from app.insights.queries.sales import Sums

_RECOUNT = text(f"""
SELECT o.currency, sum(l.lines), sum(l.net), count(*), sum(a.amount)
FROM orders o
CROSS JOIN LATERAL (SELECT count(*) AS lines, coalesce(sum(l.net), 0) AS net FROM order_lines l
    WHERE l.order_id = o.id AND {STANDS}) l
CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0) AS amount FROM order_allowances a WHERE a.order_id = o.id) a
WHERE o.state <> 'cancelled' AND CAST(o.placed_at AT TIME ZONE :zone AS date) >= :since
  AND CAST(o.placed_at AT TIME ZONE :zone AS date) < :until
GROUP BY 1 HAVING sum(l.lines) > 0 OR sum(l.net) <> 0""")  # noqa: S608 -- constants


def recount(actor: Actor, period: Period) -> dict[str, Sums]:
    """Totals by currency, counted line by line."""
    values = {"zone": report_zone(actor), "since": period.since, "until": period.until}
    return {
        currency: Sums(int(lines), net, orders, allowances)
        for currency, lines, net, orders, allowances in db.session.execute(_RECOUNT, values)
    }
