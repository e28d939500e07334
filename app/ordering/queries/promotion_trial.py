"""What a promotion would have given on orders that were placed: for the price manager, before he switches it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.pricing.domain.promotion_amounts import evaluate
from app.pricing.domain.promotions import Goods
from app.pricing.queries.promotions import held_promotions

ORDERS = 100
SHOWN = 10
_LINES = text("""
WITH last AS (
    SELECT o.id, o.number, o.company_id, o.currency, c.code AS account FROM orders o
    JOIN companies c ON c.id = o.company_id JOIN promotions p ON p.id = :promotion
    WHERE o.state <> 'cancelled' AND (p.currency = '' OR p.currency = o.currency)
      AND (p.is_for_all OR EXISTS (
        SELECT FROM promotion_audience x WHERE x.promotion_id = p.id AND (
            x.company_id = c.id OR x.group_id = c.group_id OR x.segment_id IN (
                SELECT s.segment_id FROM company_segments s WHERE s.company_id = c.id))))
    ORDER BY o.placed_at DESC, o.id DESC LIMIT :limit
)
SELECT last.id, last.number, last.account, last.currency, last.company_id, l.article_id, l.base_quantity, a.base_unit,
    l.net, l.vat_category, l.vat_rate, EXISTS (
        SELECT FROM price_lists p WHERE p.code = l.price_list AND p.kind = 'contract')
FROM last JOIN order_lines l ON l.order_id = last.id JOIN articles a ON a.id = l.article_id
ORDER BY last.id DESC, l.position""")


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One order and what it would have got."""

    number: str
    account: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Trial:
    """How many orders were looked at, how many would have got something, what in all by currency, and the most."""

    orders: int
    touched: int
    given: tuple[tuple[str, Decimal], ...]
    most: tuple[TrialLine, ...]


def trial(actor: Actor, promotion_id: int) -> Trial:
    """Evaluate one promotion alone on the last orders of those it is for, whatever its dates, budget and coupon."""
    rows = db.session.execute(_LINES, {"promotion": promotion_id, "limit": ORDERS}).all()
    if not rows:
        return Trial(0, 0, (), ())
    held = held_promotions(actor, {row[5] for row in rows}, company_id=rows[0][4], only=promotion_id)
    (one,) = held.promotions
    one = replace(one, budget_left=None, uses_left=None, account_uses_left=None)
    lines: list[TrialLine] = []
    count = 0
    for (_id, number, account, currency), group in groupby(rows, key=lambda row: row[:4]):
        count += 1
        allowances, _lost = evaluate([one], [_goods(row) for row in group], currency)
        lines.extend(TrialLine(number, account, allowance.amount, currency) for allowance in allowances)
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    most = sorted(lines, key=lambda line: (-line.amount, line.number))[:SHOWN]
    return Trial(count, len(lines), tuple(sorted(sums.items())), tuple(most))


def _goods(row: Any) -> Goods:
    article_id, base_quantity, base_unit, net, category, rate, is_agreed = row[5:]
    return Goods(article_id, base_quantity, base_unit, net, category, rate, is_agreed)
