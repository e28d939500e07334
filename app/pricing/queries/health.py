"""Whether prices are in order: lists that end, versions that wait, articles without a price, lists that shut others out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.operator_settings import setting_value
from app.pricing.domain.settings import NOTICE_DAYS
from app.pricing.queries.versions import today

_ENDING = """
FROM price_lists v JOIN price_lists h ON h.id = coalesce(v.series_id, v.id)
WHERE h.is_active AND v.state = 'approved' AND v.valid_to > :on AND v.valid_to <= :soon
  AND version_of(h.id, v.valid_to) IS NULL AND version_of(h.id, v.valid_to - 1) = v.id"""
_ENDING_ROWS = text(f"SELECT h.code, h.name, v.version, v.valid_to {_ENDING} ORDER BY v.valid_to, h.code LIMIT 100")
_WAITING = "FROM price_lists v WHERE v.state = 'draft' AND v.submitted_at IS NOT NULL"
_WAITING_ROWS = text(f"""
SELECT v.code, v.name, v.version, v.label, v.valid_from, coalesce(u.name, ''), v.submitted_at
FROM ({"SELECT v.* " + _WAITING}) v LEFT JOIN users u ON u.id = v.submitted_by
ORDER BY v.submitted_at LIMIT 100""")  # noqa: S608 -- our own parts
# What the lists of a chain have prices for today: entries of the versions that hold, of a formula those of its source.
_HELD = """
CROSS JOIN LATERAL (
    SELECT array_agg(version_of(coalesce(p.source_id, p.id), :on)) AS ids,
           bool_or(p.kind = 'formula' AND p.source_id IS NULL) AS by_cost
    FROM chain_lists cl JOIN price_lists p ON p.id = cl.price_list_id AND p.is_active WHERE cl.chain_id = h.id
) l"""
_WITHOUT = """
SELECT count(*) FROM articles a
WHERE a.status <> 'discontinued' AND NOT a.is_head
  AND a.id NOT IN (SELECT e.article_id FROM price_entries e WHERE e.price_list_id = ANY(l.ids)
                   AND (e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to))
  AND (l.by_cost IS NOT TRUE OR a.id NOT IN (SELECT c.article_id FROM article_costs c))"""
_COUNTS = text(f"""
SELECT (SELECT count(*) {_ENDING}), (SELECT count(*) {_WAITING}),
       (SELECT ({_WITHOUT}) FROM chains h {_HELD} WHERE h.is_default)""")  # noqa: S608 -- our own parts
# A list that may not merge shuts an article for lists behind it, also where its currency is none of the account's.
_CHAINS = text(f"""
SELECT h.code, h.name, h.is_default, ({_WITHOUT}),
       array(SELECT p.code FROM chain_lists cl JOIN price_lists p ON p.id = cl.price_list_id
             WHERE h.strategy = 'merge' AND cl.chain_id = h.id AND NOT cl.may_merge AND p.is_active
               AND EXISTS (SELECT FROM chain_lists o JOIN price_lists q ON q.id = o.price_list_id
                           WHERE o.chain_id = h.id AND o.position > cl.position AND q.currency <> p.currency)
             ORDER BY cl.position)
FROM chains h {_HELD}
WHERE (CAST(:after AS text) IS NULL OR h.code > :after) AND (CAST(:before AS text) IS NULL OR h.code < :before)
ORDER BY CASE WHEN CAST(:before AS text) IS NULL THEN h.code END, h.code DESC LIMIT :limit""")  # noqa: S608
_MISSING = text(f"""
SELECT x.sku, x.name FROM chains h {_HELD}
CROSS JOIN LATERAL (
    {_WITHOUT.replace("count(*)", "a.sku, coalesce(a.names ->> :locale, a.name) AS name, a.sku_key")}
    AND a.sku_key > :start ORDER BY a.sku_key LIMIT :limit
) x
WHERE h.code = :chain ORDER BY x.sku_key""")  # noqa: S608 -- our own parts


@dataclass(frozen=True, slots=True)
class PriceCounts:
    """Lists that end soon with nothing behind them, versions that wait, articles without a price in the default chain."""

    ending: int
    waiting: int
    without_price: int | None


@dataclass(frozen=True, slots=True)
class EndingList:
    code: str
    name: str
    version: int
    valid_to: date


@dataclass(frozen=True, slots=True)
class WaitingVersion:
    code: str
    name: str
    version: int
    label: str
    valid_from: date | None
    submitter: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ChainHealth:
    """`shutting` are lists that hide articles of lists behind them which are in another currency."""

    code: str
    name: str
    is_default: bool
    without_price: int
    shutting: tuple[str, ...]


def price_counts(actor: Actor) -> PriceCounts:
    """What the overview shows; one statement."""
    return PriceCounts(*db.session.execute(_COUNTS, _days(actor)).one())


def ending_lists(actor: Actor) -> list[EndingList]:
    return [EndingList(*row) for row in db.session.execute(_ENDING_ROWS, _days(actor))]


def waiting_versions(actor: Actor) -> list[WaitingVersion]:
    return [WaitingVersion(*row) for row in db.session.execute(_WAITING_ROWS)]


def chain_health(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 21
) -> list[ChainHealth]:
    """Chains by code with what they have no price for."""
    is_backwards = before is not None and not after
    rows = db.session.execute(_CHAINS, _days(actor) | {
        "after": after[0] if after else None, "before": before[0] if before and is_backwards else None, "limit": limit,
    })  # fmt: skip
    found = [ChainHealth(row[0], row[1], row[2], row[3], tuple(row[4])) for row in rows]
    return found[::-1] if is_backwards else found


def articles_without_price(actor: Actor, chain: str, *, start: str = "", limit: int = 100) -> list[tuple[str, str]]:
    """Number and name of articles that no list of a chain has a price for, from behind a key on."""
    values = _days(actor) | {"chain": chain, "locale": actor.locale, "start": start, "limit": limit}
    return [(sku, name) for sku, name in db.session.execute(_MISSING, values)]


def _days(actor: Actor) -> dict[str, object]:
    day = today(actor)
    return {"on": day, "soon": day + timedelta(days=setting_value(NOTICE_DAYS))}
