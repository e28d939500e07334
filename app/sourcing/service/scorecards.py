"""Scores of suppliers by month, from what the database knows of call-offs and opened bids; the criteria; a person's word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.sourcing.domain import scorecard as rules
from app.sourcing.domain.scorecard import MONTHS, Criterion
from app.sourcing.models.scorecards import Scorecard, SupplierDecision
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.suppliers import criteria_of, knows
from app.sourcing.service.tender_state import owns

# A line is due on the day the supplier confirmed last, else on the day it was wanted for.
_FACTS = text("""
WITH lines AS (
    SELECT c.supplier_id, l.id, l.quantity, l.cancelled, coalesce(
        (SELECT a.promised_on FROM call_off_answers a WHERE a.call_off_id = c.id AND a.answer = 'confirmed'
         ORDER BY a.id DESC LIMIT 1), c.wanted_on) AS due_on
    FROM call_offs c JOIN call_off_lines l ON l.call_off_id = c.id
    WHERE c.company_id = :company AND c.state <> 'cancelled' AND (CAST(:supplier AS bigint) IS NULL OR c.supplier_id = :supplier)
), due AS (
    SELECT supplier_id, date_trunc('month', due_on)::date AS month, count(*) AS due_lines,
           count(*) FILTER (WHERE r.in_time >= l.quantity - l.cancelled) AS on_time_lines,
           count(*) FILTER (WHERE r.whole >= l.quantity) AS complete_lines
    FROM lines l CROSS JOIN LATERAL (
        SELECT coalesce(sum(r.quantity), 0) AS whole,
               coalesce(sum(r.quantity) FILTER (WHERE r.received_on <= l.due_on), 0) AS in_time
        FROM call_off_receipts r WHERE r.line_id = l.id
    ) r
    WHERE due_on BETWEEN :since AND :today GROUP BY 1, 2
), came AS (
    SELECT l.supplier_id, date_trunc('month', r.received_on)::date AS month, count(*) AS receipts,
           sum((r.quantity - r.faulty) / r.quantity) AS good_share
    FROM lines l JOIN call_off_receipts r ON r.line_id = l.id
    WHERE r.received_on >= :since GROUP BY 1, 2
), offered AS (
    SELECT t.supplier_id, date_trunc('month', b.opened_at)::date AS month, t.landed_in_tender_currency AS own,
           min(t.landed_in_tender_currency) OVER (PARTITION BY t.lot_id) AS best
    FROM bid_totals t JOIN bids b ON b.id = t.bid_id
    WHERE t.company_id = :company AND t.is_complete AND b.opened_at >= :since
      AND NOT EXISTS (SELECT FROM bid_decisions d WHERE d.bid_id = t.bid_id AND d.lot_id = t.lot_id
                      AND d.decision = 'disqualified')
), bid AS (
    SELECT supplier_id, month, count(*) AS bids, sum(best / own) AS price_share FROM offered
    WHERE own > 0 AND (CAST(:supplier AS bigint) IS NULL OR supplier_id = :supplier) GROUP BY 1, 2
)
SELECT supplier_id, month, coalesce(due_lines, 0) AS due_lines, coalesce(on_time_lines, 0) AS on_time_lines,
       coalesce(complete_lines, 0) AS complete_lines, coalesce(receipts, 0) AS receipts,
       coalesce(good_share, 0) AS good_share, coalesce(bids, 0) AS bids, coalesce(price_share, 0) AS price_share
FROM due FULL JOIN came USING (supplier_id, month) FULL JOIN bid USING (supplier_id, month)
ORDER BY supplier_id, month""")
_FORGET = text("""
DELETE FROM supplier_scores WHERE company_id = :company AND (CAST(:supplier AS bigint) IS NULL OR supplier_id = :supplier)""")
_KEEP = text("""
INSERT INTO supplier_scores (company_id, supplier_id, month, score, parts, facts)
SELECT :company, supplier_id, month, score, parts, facts
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (supplier_id bigint, month date, score numeric, parts jsonb, facts jsonb)
ORDER BY supplier_id, month""")


@command
def refresh_scores(actor: Actor, company_id: int, supplier_id: int | None = None) -> int:
    """Count a buyer's last twelve months anew, for one supplier or all; returns how many months have a score."""
    if not owns(actor, company_id):
        raise NotFound
    today = database_now().date()
    values: dict[str, Any] = {
        "company": company_id, "supplier": supplier_id, "today": today, "since": _months_back(today, MONTHS - 1)
    }  # fmt: skip
    criteria, _weight = criteria_of(company_id)
    rows = []
    for row in db.session.execute(_FACTS, values).mappings():
        facts = {name: Decimal(row[name]) for name in rules.FACTS}
        found = rules.period_score(criteria, facts)
        if found is not None:
            rows.append({
                "supplier_id": row["supplier_id"], "month": row["month"].isoformat(), "score": _text(found.score),
                "parts": {code: None if part is None else _text(part) for code, part in found.parts.items()},
                "facts": {name: str(value) for name, value in facts.items()},
            })  # fmt: skip
    db.session.execute(_FORGET, values)
    if rows:
        db.session.execute(_KEEP, {"company": company_id, "rows": json.dumps(rows)})
    return len(rows)


def _months_back(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def _text(value: Fraction) -> str:
    return str((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001")))


@command
def refresh_all(actor: Actor) -> int:
    """Every night: all buyers that have called something off or opened bids; returns how many."""
    companies = db.session.scalars(
        text("SELECT company_id FROM call_offs UNION SELECT company_id FROM bid_totals ORDER BY company_id")
    ).all()
    for company_id in companies:
        refresh_scores(actor, company_id)
    return len(companies)


@command
def set_criteria(
    actor: Actor, criteria: Sequence[Criterion], period_weight: str = rules.DEFAULT_PERIOD_WEIGHT
) -> None:  # fmt: skip
    """How the actor's company scores its suppliers; all months are counted anew. Raises Invalid."""
    actor.demand(Permission.SUPPLIERS)
    rules.check(criteria, period_weight)
    stored = [
        {"code": one.code, "name": one.name, "formula": one.formula, "weight": str(one.weight),
         "maximum": str(one.maximum)}
        for one in criteria
    ]  # fmt: skip
    values = {"criteria": stored, "period_weight": period_weight, "user_id": actor.user_id}
    db.session.execute(
        insert(Scorecard)
        .values(company_id=actor.company_id, **values)
        .on_conflict_do_update(index_elements=["company_id"], set_=values | {"changed_at": database_now()})
    )
    audit.record(actor, "scorecard", actor.company_id, "set", {"criteria": stored, "weight": period_weight})
    refresh_scores(actor, actor.company_id)


@command
def decide_supplier(actor: Actor, supplier_id: int, decision: str, *, reason: str) -> None:
    """Block a supplier from invitations, clear it whatever its score, or ("") let the score decide again."""
    actor.demand(Permission.SUPPLIERS)
    if decision not in ("", "blocked", "cleared"):
        raise Invalid("decision", N_("{given} is not one of {allowed}.", given=decision, allowed="blocked, cleared"))
    if decision and not reason.strip():
        raise Invalid("reason", N_("Say why."))
    if not knows(actor, supplier_id):
        raise NotFound
    key = (SupplierDecision.company_id == actor.company_id, SupplierDecision.supplier_id == supplier_id)
    before = db.session.scalar(select(SupplierDecision.decision).where(*key)) or ""
    db.session.execute(delete(SupplierDecision).where(*key))
    if decision:
        db.session.add(
            SupplierDecision(company_id=actor.company_id, supplier_id=supplier_id, decision=decision,
                             reason=reason.strip(), user_id=actor.user_id)
        )  # fmt: skip
        db.session.flush()
    audit.record(actor, "supplier", supplier_id, "decide", {"decision": [before, decision], "reason": reason.strip()})
