"""Whether the maintained sums say what the orders say: everything counted twice and compared, group by group."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.queries.aggregates import CHANNEL, STANDS, report_zone

_PLAIN = f"""
plain AS (
    SELECT o.company_id, CAST(date_trunc('month', o.placed_at AT TIME ZONE :zone) AS date) AS month, l.article_id,
        {CHANNEL} AS channel, o.currency, count(*) AS lines, sum(l.base_quantity) AS quantity, sum(l.net) AS net
    FROM orders o JOIN order_lines l ON l.order_id = o.id AND {STANDS} WHERE o.state <> 'cancelled'
    GROUP BY 1, 2, 3, 4, 5
)"""  # noqa: S608 -- constants
_MARKED = """marked AS (SELECT DISTINCT company_id, CAST(date_trunc('month', at AT TIME ZONE :zone) AS date) AS month
    FROM sales_marks)"""
# Cells with a mark are read from the orders anyway; only the others must agree.
_ACCOUNTS = text(f"""
WITH {_MARKED}, {_PLAIN}
SELECT count(*) FILTER (WHERE m.company_id IS NULL
    AND (s.lines, s.quantity, s.net) IS DISTINCT FROM (p.lines, p.quantity, p.net)), count(*), sum(p.lines)
FROM plain p FULL JOIN sales_account_articles s USING (company_id, month, article_id, channel, currency)
LEFT JOIN marked m USING (company_id, month)""")  # noqa: S608 -- constants
_ARTICLES = text("""
SELECT count(*) FILTER (WHERE (a.lines, a.quantity, a.net) IS DISTINCT FROM (s.lines, s.quantity, s.net)), count(*)
FROM (SELECT month, article_id, channel, currency, sum(lines) AS lines, sum(quantity) AS quantity, sum(net) AS net
      FROM sales_account_articles GROUP BY 1, 2, 3, 4) s
FULL JOIN sales_articles a USING (month, article_id, channel, currency)""")
_ALL_CHANNELS = text("""
SELECT count(*) FILTER (WHERE (a.lines, a.quantity, a.net) IS DISTINCT FROM (s.lines, s.quantity, s.net)), count(*)
FROM (SELECT month, article_id, currency, sum(lines) AS lines, sum(quantity) AS quantity, sum(net) AS net
      FROM sales_account_articles GROUP BY 1, 2, 3) s
FULL JOIN sales_article_months a USING (month, article_id, currency)""")
_DAYS = text(f"""
WITH {_MARKED}, plain AS (
    SELECT o.company_id, CAST(o.placed_at AT TIME ZONE :zone AS date) AS day, {CHANNEL} AS channel, o.currency,
        count(*) AS orders, sum(l.lines) AS lines, sum(l.net) AS net, sum(a.amount) AS allowances
    FROM orders o
    LEFT JOIN (SELECT order_id, count(*) AS lines, sum(net) AS net FROM order_lines l WHERE {STANDS} GROUP BY 1) l
        ON l.order_id = o.id
    LEFT JOIN (SELECT order_id, sum(amount) AS amount FROM order_allowances GROUP BY 1) a ON a.order_id = o.id
    WHERE o.state <> 'cancelled' GROUP BY 1, 2, 3, 4
)
SELECT count(*) FILTER (WHERE m.company_id IS NULL AND (s.orders, s.lines, s.net, s.allowances)
        IS DISTINCT FROM (p.orders, coalesce(p.lines, 0), coalesce(p.net, 0), coalesce(p.allowances, 0))), count(*)
FROM plain p FULL JOIN sales_days s USING (company_id, day, channel, currency)
LEFT JOIN marked m ON m.company_id = coalesce(p.company_id, s.company_id)
    AND m.month = CAST(date_trunc('month', coalesce(p.day, s.day)) AS date)""")  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class Check:
    """`different` groups of each table, articles by channel and of all together; `marked` cells wait and are read from the orders."""

    lines: int
    days: int
    days_different: int
    account_articles: int
    account_articles_different: int
    articles: int
    articles_different: int
    marked: int

    @property
    def is_right(self) -> bool:
        return not (self.days_different or self.account_articles_different or self.articles_different)

    def as_json(self) -> dict[str, Any]:
        return {"is_right": self.is_right, **asdict(self)}


def check(actor: Actor) -> Check:
    """Counts every order line; minutes for millions of them."""
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    values = {"zone": report_zone(actor)}
    different, groups, lines = db.session.execute(_ACCOUNTS, values).one()
    days_different, days = db.session.execute(_DAYS, values).one()
    articles_different, articles = db.session.execute(_ARTICLES).one()
    months_different, months = db.session.execute(_ALL_CHANNELS).one()
    marked = db.session.scalar(text("SELECT count(*) FROM sales_marks")) or 0
    return Check(
        int(lines or 0),
        days,
        days_different,
        groups,
        different,
        articles + months,
        articles_different + months_different,
        marked,
    )
