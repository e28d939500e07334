"""Forecasting at night what will be ordered, of each article and by each account.

Read, worked out and written apart, and written in one transaction, as recommendations are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.insights.domain.forecast import Errors, Forecast, forecasts, plain
from app.insights.domain.forecast_accounts import AccountExpectation, Purchase, expectation
from app.insights.queries.forecasts import purchases
from app.insights.queries.night import is_due, until_today
from app.insights.service.night import note_run

CODE = "forecast"
WEEKS = 156  # of history
_ACTIVE_DAYS = 365
_BATCH = 5_000
_FINE = Decimal("0.001")
_SHARE = Decimal("0.0001")
_MOST = Decimal(99_999_999)

_ARTICLES = text("""
INSERT INTO article_forecasts (article_id, method, weekly, next_4, next_13, weeks, wape, mase, bias, on_day)
SELECT n.article_id, n.method, n.weekly, n.next_4, n.next_13, n.weeks, n.wape, n.mase, n.bias, :on_day
FROM unnest(CAST(:c0 AS bigint[]), CAST(:c1 AS text[]), CAST(:c2 AS numeric[]), CAST(:c3 AS numeric[]),
    CAST(:c4 AS numeric[]), CAST(:c5 AS int[]), CAST(:c6 AS numeric[]), CAST(:c7 AS numeric[]), CAST(:c8 AS numeric[]))
    AS n (article_id, method, weekly, next_4, next_13, weeks, wape, mase, bias)
WHERE EXISTS (SELECT FROM articles a WHERE a.id = n.article_id)""")
_ACCOUNTS = text("""
INSERT INTO account_forecasts
    (company_id, article_id, method, next_4, next_13, expected_on, purchases, wape, mase, bias, on_day)
SELECT n.company_id, n.article_id, n.method, n.next_4, n.next_13, n.expected_on, n.purchases, n.wape, n.mase, n.bias, :on_day
FROM unnest(CAST(:c0 AS bigint[]), CAST(:c1 AS bigint[]), CAST(:c2 AS text[]), CAST(:c3 AS numeric[]),
    CAST(:c4 AS numeric[]), CAST(:c5 AS date[]), CAST(:c6 AS int[]), CAST(:c7 AS numeric[]), CAST(:c8 AS numeric[]),
    CAST(:c9 AS numeric[]))
    AS n (company_id, article_id, method, next_4, next_13, expected_on, purchases, wape, mase, bias)
WHERE EXISTS (SELECT FROM articles a WHERE a.id = n.article_id)""")
_CLEAR = (text("DELETE FROM article_forecasts"), text("DELETE FROM account_forecasts"))


def forecast_if_due(actor: Actor) -> int:
    """Once in each night, from two o'clock on where the operator is. Returns how many forecasts were made."""
    return forecast(actor) if is_due(actor, CODE) else 0


def forecast(actor: Actor) -> int:
    """Forecast everything anew from the orders of all up to yesterday. Repeating it is harmless."""
    with transaction():
        zone, today, until = until_today(actor)
        rows = [
            (day.toordinal(), company, article, plain(quantity))
            for day, company, article, quantity in purchases(zone, until - timedelta(weeks=WEEKS), until)
        ]
    number = today.toordinal()
    weeks: dict[int, list[float]] = {}
    own: defaultdict[tuple[int, int], list[Purchase]] = defaultdict(list)
    length = (number - rows[0][0] + 6) // 7 if rows else 0
    first = number - length * 7
    for day, company, article, quantity in rows:
        weeks.setdefault(article, [plain(Decimal(0))] * length)[(day - first) // 7] += quantity
        own[company, article].append((day, quantity))
    found = forecasts(weeks)
    accounts = {
        key: (expected, len(bought))
        for key, bought in own.items()
        if bought[-1][0] >= number - _ACTIVE_DAYS and (expected := expectation(bought, number)) is not None
    }
    return _write(actor, today, length, found, accounts)


@command
def _write(
    actor: Actor,
    today: date,
    weeks: int,
    found: Mapping[int, Forecast],
    accounts: Mapping[tuple[int, int], tuple[AccountExpectation, int]],
) -> int:
    count = len(found) + len(accounts)
    note_run(actor, CODE, today, count)
    for statement in _CLEAR:
        db.session.execute(statement)
    rows: list[tuple[Any, ...]] = [
        (article, one.method, _exact(one.weekly), _exact(one.next_4), _exact(one.next_13), min(weeks, 32_000),
         *_shares(one.errors))
        for article, one in found.items()
    ]  # fmt: skip
    _insert(_ARTICLES, rows, today)
    _insert(_ACCOUNTS, [
        (company, article, one.method, _exact(one.next_4), _exact(one.next_13),
         date.fromordinal(one.next_day) if one.next_day else None, bought, *_shares(one.errors))
        for (company, article), (one, bought) in accounts.items()
    ], today)  # fmt: skip
    return count


def _insert(statement: Any, rows: Sequence[tuple[Any, ...]], today: date) -> None:
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        columns = {f"c{place}": list(column) for place, column in enumerate(zip(*batch, strict=True))}
        db.session.execute(statement, {"on_day": today, **columns})


def _exact(number: Any) -> Decimal:
    return min(Decimal(str(number)), _MOST * 1000).quantize(_FINE)


def _shares(errors: Errors) -> tuple[Decimal | None, ...]:
    return tuple(
        None if share is None else min(Decimal(str(share)), _MOST).quantize(_SHARE)
        for share in (errors.wape, errors.mase, errors.bias)
    )
