"""What tenders have saved: the estimate and the bids of a lot against what was awarded. Of the actor's own company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period

# An award counts at the rate its bid was frozen at; bids of a lot count once they are opened.
_LOTS = text("""
SELECT t.number, t.title, CAST(l.number AS text) || ' ' || l.title, t.currency,
    CAST(w.decided_at AT TIME ZONE :zone AS date), l.value, b.bids, b.mean, b.lowest, w.total
FROM tenders t
JOIN tender_lots l ON l.tender_id = t.id AND l.company_id = t.company_id
JOIN LATERAL (
    SELECT min(a.approved_at) AS decided_at, sum(round(a.total * CASE WHEN a.currency = t.currency THEN 1
        ELSE coalesce(bt.rate, 1) END, 2)) AS total
    FROM awards a LEFT JOIN bid_totals bt ON bt.bid_id = a.bid_id AND bt.lot_id = a.lot_id
    WHERE a.lot_id = l.id AND a.company_id = t.company_id AND a.state = 'active'
) w ON w.total IS NOT NULL
CROSS JOIN LATERAL (
    SELECT CAST(count(*) AS int) AS bids, round(avg(bt.net_in_tender_currency), 2) AS mean,
        min(bt.net_in_tender_currency) AS lowest
    FROM bid_totals bt WHERE bt.lot_id = l.id AND bt.company_id = t.company_id
) b
WHERE t.company_id = :company AND w.decided_at >= CAST(:since AS timestamp) AT TIME ZONE :zone
    AND w.decided_at < CAST(:until AS timestamp) AT TIME ZONE :zone
ORDER BY t.currency, w.decided_at DESC, t.number, l.number""")


@dataclass(frozen=True, slots=True)
class LotSaving:
    """A lot that was awarded; amounts in the tender's currency, net or gross as the tender is."""

    number: str
    title: str
    lot: str
    currency: str
    decided_on: date
    estimate: Decimal | None
    bids: int
    mean: Decimal | None
    lowest: Decimal | None
    awarded: Decimal


def lot_savings(actor: Actor, period: Period, zone: str) -> list[LotSaving]:
    """Lots whose award was released in the period, the latest first."""
    values = {"company": actor.company_id, "zone": zone, "since": period.since, "until": period.until}
    return [LotSaving(*row) for row in db.session.execute(_LOTS, values)]
