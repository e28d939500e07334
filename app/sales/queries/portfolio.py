"""The accounts of the sales desk as a list: turnover, trend, rhythm, what is open. One statement a page.

Turnover is net, of orders that stand, in the account's own currency; documents in another currency are not counted in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_

_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
EVERY = 100_000  # rows of a download

# Silent: no order for twice the usual rhythm and at least a fortnight, but bought within the last year.
_LISTED = """
WITH picked AS (
    SELECT c.id, c.code, c.name, c.country, c.currency, c.phone, c.email, c.locale, c.is_blocked, c.is_on_credit_hold,
        c.manager_id, c.group_id
    FROM companies c WHERE c.kind = 'customer' AND c.state = 'approved' {picked}
), sums AS (
    SELECT o.company_id,
        sum(o.net_total) FILTER (WHERE o.currency = p.currency AND o.placed_at >= :year) AS turnover,
        sum(o.net_total) FILTER (WHERE o.currency = p.currency AND o.placed_at < :year) AS before,
        max(o.placed_at) AS last_at, min(o.placed_at) AS first_at,
        count(DISTINCT CAST(timezone(:zone, o.placed_at) AS date)) AS days
    FROM picked p JOIN orders o ON o.company_id = p.id
    WHERE o.placed_at >= :two_years AND o.state <> 'cancelled' GROUP BY o.company_id
), filled AS (
    SELECT k.company_id, count(*) AS carts, sum(k.net_seen) FILTER (WHERE k.currency = p.currency) AS worth
    FROM picked p JOIN carts k ON k.company_id = p.id
    WHERE k.state = 'open' AND k.kind = 'cart' AND k.line_count > 0 GROUP BY k.company_id
), owed AS (
    SELECT i.company_id, sum(i.open_amount) AS overdue FROM picked p JOIN open_items i ON i.company_id = p.id
    WHERE i.open_amount > 0 AND i.due_on < :today AND i.currency = p.currency GROUP BY i.company_id
), todo AS (
    SELECT t.company_id, count(*) AS tasks, count(*) FILTER (WHERE t.due_on < :today) AS late
    FROM picked p JOIN sales_tasks t ON t.company_id = p.id WHERE t.state = 'open' GROUP BY t.company_id
), known AS (
    SELECT p.*, coalesce(s.turnover, 0) AS turnover, coalesce(s.before, 0) AS before,
        round((coalesce(s.turnover, 0) - s.before) * 100 / nullif(s.before, 0), 1) AS trend,
        CAST(timezone(:zone, coalesce(s.last_at, (SELECT max(x.placed_at) FROM orders x
            WHERE x.company_id = p.id AND x.state <> 'cancelled' AND x.placed_at < :two_years))) AS date) AS last_on,
        CASE WHEN s.days > 2 THEN round(extract(epoch FROM s.last_at - s.first_at) / 86400 / (s.days - 1)) END AS rhythm,
        coalesce(f.carts, 0) AS carts, coalesce(f.worth, 0) AS worth, coalesce(w.overdue, 0) AS overdue,
        coalesce(t.tasks, 0) AS tasks, coalesce(t.late, 0) AS late
    FROM picked p LEFT JOIN sums s ON s.company_id = p.id LEFT JOIN filled f ON f.company_id = p.id
        LEFT JOIN owed w ON w.company_id = p.id LEFT JOIN todo t ON t.company_id = p.id
), listed AS MATERIALIZED (
    SELECT k.*, CAST(:today AS date) - k.last_on AS silence,
        coalesce(CAST(:today AS date) - k.last_on BETWEEN greatest(2 * k.rhythm, 14) AND 365, false) AS is_silent
    FROM known k
), found AS (SELECT * FROM listed l WHERE true {found})
"""
_PAGE = """
, paged AS (SELECT f.*, {key} AS sort_key FROM found f)
SELECT q.id, q.code, q.name, q.country, q.currency, q.turnover, q.before, q.trend, q.last_on, q.silence, q.rhythm,
    q.is_silent, q.carts, q.worth, q.overdue, q.tasks, q.late, q.manager_id, coalesce(u.name, ''), coalesce(g.name, ''),
    coalesce((SELECT string_agg(e.name, ', ' ORDER BY e.position, e.name) FROM company_segments m
        JOIN segments e ON e.id = m.segment_id WHERE m.company_id = q.id), ''),
    coalesce((SELECT v.name FROM handover_accounts a JOIN handovers h ON h.id = a.handover_id
        JOIN users v ON v.id = h.from_id WHERE a.company_id = q.id AND a.is_moved AND NOT a.is_returned
        AND h.state = 'active' AND h.ends_on IS NOT NULL ORDER BY h.id LIMIT 1), ''),
    q.phone, q.email, q.locale, q.is_blocked, q.is_on_credit_hold, q.sort_key
FROM paged q LEFT JOIN users u ON u.id = q.manager_id LEFT JOIN account_groups g ON g.id = q.group_id
WHERE true {bound} ORDER BY q.sort_key {direction}, q.id {direction} LIMIT :limit"""
_SUMS = """
SELECT currency, count(*), sum(turnover), sum(before), sum(worth), sum(overdue) FROM found
GROUP BY currency ORDER BY currency"""
_STAND_IN = """EXISTS (SELECT FROM handover_accounts a JOIN handovers h ON h.id = a.handover_id
    WHERE a.company_id = c.id AND a.is_moved AND NOT a.is_returned AND h.state = 'active' AND h.ends_on IS NOT NULL)"""


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """An account. Amounts in `currency`: turnover of 12 months and of the 12 before, net of what open carts showed last,
    what is overdue (gross). `trend` in percent, None without a year before. `rhythm`: usual days between orders.

    `stands_in_for`: the manager whose absence put the account into these hands.
    """

    id: int
    code: str
    name: str
    country: str
    currency: str
    turnover: Decimal
    before: Decimal
    trend: Decimal | None
    last_on: date | None
    silence: int | None
    rhythm: Decimal | None
    is_silent: bool
    carts: int
    worth: Decimal
    overdue: Decimal
    tasks: int
    late: int
    manager_id: int | None
    manager: str
    group: str
    segments: str
    stands_in_for: str
    phone: str
    email: str
    locale: str
    is_blocked: bool
    is_on_credit_hold: bool
    key: str | Decimal | int | date


@dataclass(frozen=True, slots=True)
class PortfolioSums:
    """The whole list in one currency."""

    currency: str
    accounts: int
    turnover: Decimal
    before: Decimal
    worth: Decimal
    overdue: Decimal


@dataclass(frozen=True, slots=True)
class PortfolioFilters:
    """What the list is narrowed to. `silent_days`: no order for so many days; 0: no matter."""

    text: str = ""
    manager_id: int | None = None
    is_unmanaged: bool = False
    has_stand_in: bool = False
    group_id: int | None = None
    segment_id: int | None = None
    country: str = ""
    is_falling: bool = False
    is_overdue: bool = False
    has_fallen_silent: bool = False
    silent_days: int = 0
    company_id: int | None = None


@dataclass(slots=True)
class _Terms:
    """Conditions on the accounts, conditions on what is known of them, and the values of both."""

    picked: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


# What the list can be sorted by, and how a key that travelled in an address becomes a value again.
_SORTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "name": ("f.name", str),
    "turnover": ("f.turnover", Decimal),
    "trend": ("coalesce(f.trend, -100000)", Decimal),
    "last": ("coalesce(f.last_on, DATE '0001-01-01')", date.fromisoformat),
    "carts": ("f.worth", Decimal),
    "overdue": ("f.overdue", Decimal),
    "tasks": ("f.tasks", int),
}
SORTS = tuple(_SORTS)


def portfolio(
    actor: Actor,
    filters: PortfolioFilters,
    *,
    sort: str = "turnover",
    is_descending: bool = True,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[PortfolioRow]:
    """Accounts that buy, sorted; keys are (sort key, id). One statement."""
    key, read = _SORTS[sort]
    terms = _terms(filters)
    is_upwards = (before is None) is not is_descending
    bound = ""
    if keyed := after or before:
        try:
            terms.values |= {"key": read(keyed[0]), "key_id": int(keyed[1])}
        except (ValueError, ArithmeticError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
        bound = f"AND (q.sort_key, q.id) {'>' if is_upwards else '<'} (:key, :key_id)"
    statement = _statement(terms) + _PAGE.format(key=key, bound=bound, direction="ASC" if is_upwards else "DESC")
    values = _moments(actor) | terms.values | {"limit": limit}
    rows = [PortfolioRow(*row) for row in db.session.execute(text(statement), values)]
    return rows[::-1] if before else rows


def portfolio_sums(actor: Actor, filters: PortfolioFilters) -> list[PortfolioSums]:
    """The sums of all that the filters let through, by currency. One statement."""
    terms = _terms(filters)
    rows = db.session.execute(text(_statement(terms) + _SUMS), _moments(actor) | terms.values)
    return [PortfolioSums(*row) for row in rows]


def portfolio_row(actor: Actor, company_id: int) -> PortfolioRow:
    """The same of one account; NotFound when it does not buy (any more)."""
    rows = portfolio(actor, PortfolioFilters(company_id=company_id), limit=1)
    if not rows:
        raise NotFound
    return rows[0]


def _moments(actor: Actor) -> dict[str, Any]:
    now = clock.now()
    return {
        "zone": actor.time_zone, "today": clock.today(actor.time_zone), "year": now - timedelta(days=365),
        "two_years": now - timedelta(days=730),
    }  # fmt: skip


def _statement(terms: _Terms) -> str:
    return _LISTED.format(
        picked="".join(f" AND {term}" for term in terms.picked), found="".join(f" AND {term}" for term in terms.found)
    )


def _terms(filters: PortfolioFilters) -> _Terms:
    terms = _Terms()
    for column, value in (
        ("id", filters.company_id), ("manager_id", filters.manager_id), ("group_id", filters.group_id),
        ("country", filters.country or None),
    ):  # fmt: skip
        if value is not None:
            terms.picked.append(f"c.{column} = :{column}")
            terms.values[column] = value
    if filters.segment_id is not None:
        terms.picked.append(
            "EXISTS (SELECT FROM company_segments m WHERE m.company_id = c.id AND m.segment_id = :segment)"
        )
        terms.values["segment"] = filters.segment_id
    if filters.text:
        terms.picked.append("(c.name ILIKE :like OR c.code ILIKE :starts)")
        plain = filters.text.translate(_LIKE)
        terms.values |= {"like": f"%{plain}%", "starts": f"{plain}%"}
    if filters.is_unmanaged:
        terms.picked.append("c.manager_id IS NULL")
    if filters.has_stand_in:
        terms.picked.append(_STAND_IN)
    if filters.is_falling:
        terms.found.append("l.turnover < l.before")
    if filters.is_overdue:
        terms.found.append("l.overdue > 0")
    if filters.has_fallen_silent:
        terms.found.append("l.is_silent")
    if filters.silent_days > 0:
        terms.found.append("(l.last_on IS NULL OR l.silence >= :silent_days)")
        terms.values["silent_days"] = filters.silent_days
    return terms
