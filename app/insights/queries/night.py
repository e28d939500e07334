"""What the work of the night reads: baskets, articles to compare, accounts; and when it was last done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.accounts.queries.companies import operator_zone
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.substitutes import Kin, words_of

NIGHT = time(2)
_RUN = text("SELECT on_day, finished_at FROM night_runs WHERE code = :code")
_KIN = text("""
SELECT a.id, a.category_id, a.variant_of_id, a.successor_id, coalesce(a.names ->> 'en', a.name) AS name, a.brand, a.facets,
    a.status <> 'discontinued' AND NOT a.is_head AS is_sold
FROM articles a ORDER BY a.id""")
_ACCOUNTS = text("""
SELECT c.id, c.group_id, coalesce(array_agg(s.segment_id) FILTER (WHERE s.segment_id IS NOT NULL), '{}') AS segments
FROM companies c LEFT JOIN company_segments s ON s.company_id = c.id
WHERE c.kind = 'customer' AND c.state = 'approved' GROUP BY c.id ORDER BY c.id""")
_SEEN = text(f"""
SELECT a.id FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[])) AND {visible_sql("a", few=True)}""")  # noqa: S608 -- constants of this file


@dataclass(frozen=True, slots=True)
class AccountKin:
    """An account and where it belongs: its segments and its group, as labels."""

    id: int
    labels: tuple[str, ...]


def is_due(actor: Actor, code: str) -> bool:
    """Whether work of the night is still to be done: from two o'clock on where the operator is, once a day."""
    now = clock.now().astimezone(ZoneInfo(operator_zone(actor)))
    known = db.session.execute(_RUN, {"code": code}).one_or_none()
    return now.time() >= NIGHT and (known is None or known.on_day < now.date())


def last_run(actor: Actor, code: str) -> datetime | None:
    """When work of the night was last done."""
    known: Any = db.session.execute(_RUN, {"code": code}).one_or_none()
    return known.finished_at if known else None


def until_today(actor: Actor) -> tuple[str, date, datetime]:
    """The operator's time zone, his day, and the moment it began."""
    zone = operator_zone(actor)
    today = clock.today(zone)
    return zone, today, datetime.combine(today, time(), ZoneInfo(zone))


def kin(actor: Actor) -> tuple[list[Kin], set[int]]:
    """All articles as they are compared, and the ids of those that are sold."""
    found, sold = [], set()
    for row in db.session.execute(_KIN):
        if row.is_sold:
            sold.add(row.id)
        words = words_of(row.name, row.brand, row.facets)
        found.append(Kin(row.id, row.category_id, row.variant_of_id, row.successor_id, words))
    return found, sold


def account_kin(actor: Actor) -> Iterator[AccountKin]:
    """Customer accounts with segments and group."""
    for row in db.session.execute(_ACCOUNTS):
        labels = [f"s{one}" for one in row.segments] + ([f"g{row.group_id}"] if row.group_id else [])
        yield AccountKin(row.id, tuple(labels))


def seen_by(actor: Actor, company_id: int, ids: list[int]) -> set[int]:
    """Which of these articles an account may see."""
    values = visible_values(actor, company_id)
    if values["as_free"]:
        return set(ids)
    return set(db.session.scalars(_SEEN, {"ids": ids, **values}))
