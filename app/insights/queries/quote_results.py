"""What became of quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import report_zone

_KEYS = {
    "month": ("CAST(date_trunc('month', q.submitted_at AT TIME ZONE :zone) AS date), '', NULL"),
    "manager": "CAST(NULL AS date), '', q.owner_name",
    "account": "CAST(NULL AS date), c.code, c.name",
    "reason": "CAST(NULL AS date), q.state, q.reason_code",
}


@dataclass(frozen=True, slots=True)
class QuoteSums:
    """Quotes submitted in the period. `lost`: an offer was declined, withdrawn or ran out; amounts net in `currency`.

    `hours` is the mean from the request to the offer.
    """

    month: date | None
    code: str
    name: str | None
    currency: str
    quotes: int
    offered: int
    won: int
    lost: int
    refused: int
    pending: int
    won_net: Decimal
    lost_net: Decimal
    hours: Decimal | None


def quote_sums(actor: Actor, period: Period, by: str) -> list[QuoteSums]:
    """Those that were replaced by a later one are left out; drafts, too."""
    only_ended = (
        "AND q.state IN ('declined_by_buyer', 'declined_by_seller', 'withdrawn', 'expired')" if by == "reason" else ""
    )
    statement = text(f"""
        WITH q AS (
            SELECT q.*, q.state IN ('accepted', 'ordered') AS is_won,
                q.offered_at IS NOT NULL AND q.state IN ('declined_by_buyer', 'withdrawn', 'expired') AS is_lost,
                q.state = 'declined_by_seller' OR (q.offered_at IS NULL AND q.state IN ('withdrawn', 'expired')) AS is_refused
            FROM quotes q
            WHERE q.submitted_at >= CAST(:since AS timestamp) AT TIME ZONE :zone
              AND q.submitted_at < CAST(:until AS timestamp) AT TIME ZONE :zone
              AND q.state NOT IN ('draft', 'superseded') {only_ended}
        )
        SELECT {_KEYS[by]}, q.currency, count(*), count(q.offered_at), count(*) FILTER (WHERE q.is_won),
            count(*) FILTER (WHERE q.is_lost), count(*) FILTER (WHERE q.is_refused),
            count(*) FILTER (WHERE NOT (q.is_won OR q.is_lost OR q.is_refused)),
            coalesce(sum(coalesce(q.accepted_net, q.net_total)) FILTER (WHERE q.is_won), 0),
            coalesce(sum(q.net_total) FILTER (WHERE q.is_lost), 0),
            round(avg(CAST(extract(epoch FROM q.offered_at - q.submitted_at) AS numeric)) / 3600, 1)
        FROM q JOIN companies c ON c.id = q.company_id
        GROUP BY 1, 2, 3, 4 ORDER BY 4, 1, 5 DESC, 2, 3""")  # noqa: S608 -- constants
    values = {"since": period.since, "until": period.until, "zone": report_zone(actor)}
    return [QuoteSums(*row) for row in db.session.execute(statement, values)]
