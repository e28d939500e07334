"""Arranging the start pages of accounts, and finding the segment a new account looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_
from app.sales.domain.start_blocks import ALIKE, AUDIENCES, LEAST_MEMBERS, LEAST_POINTS, checked_blocks
from app.sales.models.start_pages import StartBlock
from app.sales.queries.start_pages import blocks_of

_COLUMNS: dict[str, tuple[str, Any]] = {
    "account": ("company_id", Company), "group": ("group_id", AccountGroup), "segment": ("segment_id", Segment),
}  # fmt: skip

# One layout an account: its own, else of its first segment, of the one it looks like, of its group, of everybody.
_REFRESH = text("""
WITH layouts AS (SELECT DISTINCT company_id, group_id, segment_id FROM start_blocks),
candidates AS (
    SELECT l.company_id, 1 AS rank, 0 AS position, l.company_id AS own, NULL::bigint AS grouped, NULL::bigint AS segment
    FROM layouts l WHERE l.company_id IS NOT NULL
    UNION ALL SELECT m.company_id, 2, s.position, NULL, NULL, s.id
    FROM layouts l JOIN segments s ON s.id = l.segment_id JOIN company_segments m ON m.segment_id = s.id
    UNION ALL SELECT r.company_id, 3, 0, NULL, NULL, r.segment_id
    FROM layouts l JOIN resemblances r ON r.segment_id = l.segment_id
    UNION ALL SELECT c.id, 4, 0, NULL, c.group_id, NULL FROM layouts l JOIN companies c ON c.group_id = l.group_id
    UNION ALL SELECT c.id, 5, 0, NULL, NULL, NULL FROM layouts l JOIN companies c ON c.kind = 'customer'
    WHERE l.company_id IS NULL AND l.group_id IS NULL AND l.segment_id IS NULL
), chosen AS (
    SELECT DISTINCT ON (company_id) * FROM candidates ORDER BY company_id, rank, position, segment
), pages AS (
    SELECT c.company_id, coalesce(jsonb_agg(b.code ORDER BY b.position) FILTER (WHERE b.is_on), '[]') AS blocks
    FROM chosen c JOIN start_blocks b ON b.company_id IS NOT DISTINCT FROM c.own
        AND b.group_id IS NOT DISTINCT FROM c.grouped AND b.segment_id IS NOT DISTINCT FROM c.segment
    GROUP BY c.company_id
), gone AS (
    DELETE FROM start_pages WHERE company_id NOT IN (SELECT company_id FROM pages)
)
INSERT INTO start_pages AS p (company_id, blocks) SELECT company_id, blocks FROM pages
ON CONFLICT (company_id) DO UPDATE SET blocks = excluded.blocks, made_at = now() WHERE p.blocks <> excluded.blocks""")

_FIND = text("""
WITH facts AS MATERIALIZED (
    SELECT id AS company_id, 'country' AS fact, country AS value FROM companies WHERE kind = 'customer'
    UNION ALL SELECT c.id, 'group', g.code FROM companies c JOIN account_groups g ON g.id = c.group_id
    UNION ALL SELECT id, 'trade', registration ->> 'trade' FROM companies
        WHERE kind = 'customer' AND registration ->> 'trade' <> ''
    UNION ALL SELECT id, 'volume', registration ->> 'volume' FROM companies
        WHERE kind = 'customer' AND registration ->> 'volume' <> ''
    UNION SELECT d.company_id, 'area', d.country || ' ' || left(d.postcode, 2) FROM addresses d
        WHERE d.is_active AND d.is_default_bill_to AND d.postcode <> ''
), weights AS (
    SELECT * FROM unnest(CAST(:facts AS text[]), CAST(:weights AS int[])) AS w (fact, weight)
), members AS (
    SELECT segment_id, count(*) AS n FROM company_segments GROUP BY segment_id HAVING count(*) >= :least_members
), shares AS (
    SELECT m.segment_id, f.fact, f.value, 100 * count(*) / s.n AS share
    FROM company_segments m JOIN members s ON s.segment_id = m.segment_id JOIN facts f ON f.company_id = m.company_id
    GROUP BY m.segment_id, f.fact, f.value, s.n
), fresh AS (
    SELECT c.id FROM companies c WHERE c.kind = 'customer' AND c.state = 'approved'
      AND NOT EXISTS (SELECT FROM company_segments m WHERE m.company_id = c.id)
      AND NOT EXISTS (SELECT FROM orders o WHERE o.company_id = c.id AND o.state <> 'cancelled')
), known AS (
    SELECT f.company_id, sum(w.weight) AS weight FROM facts f JOIN fresh n ON n.id = f.company_id
    JOIN weights w ON w.fact = f.fact GROUP BY f.company_id
), points AS (
    SELECT f.company_id, s.segment_id, sum(w.weight * s.share) / k.weight AS points,
           jsonb_agg(jsonb_build_array(f.fact, f.value, s.share) ORDER BY w.weight * s.share DESC, f.fact) AS reasons
    FROM facts f JOIN known k ON k.company_id = f.company_id JOIN weights w ON w.fact = f.fact
    JOIN shares s ON s.fact = f.fact AND s.value = f.value GROUP BY f.company_id, s.segment_id, k.weight
), best AS (
    SELECT DISTINCT ON (p.company_id) p.* FROM points p JOIN segments s ON s.id = p.segment_id
    WHERE p.points >= :least ORDER BY p.company_id, p.points DESC, s.position, s.id
), gone AS (
    DELETE FROM resemblances WHERE company_id NOT IN (SELECT company_id FROM best)
)
INSERT INTO resemblances AS r (company_id, segment_id, points, reasons)
SELECT company_id, segment_id, points, reasons FROM best
ON CONFLICT (company_id) DO UPDATE
SET segment_id = excluded.segment_id, points = excluded.points, reasons = excluded.reasons, found_at = now()
WHERE (r.segment_id, r.points, r.reasons) IS DISTINCT FROM (excluded.segment_id, excluded.points, excluded.reasons)""")


@command
def set_blocks(actor: Actor, audience: str, code: str, blocks: Sequence[tuple[str, bool]]) -> None:
    """Arrange the start page of everybody, a group, a segment or an account; it holds from the next request on.

    No blocks at all take the arrangement away. Raises Invalid.
    """
    who = _who(audience, code)
    before = [[one, is_on] for one, is_on in blocks_of(actor, audience, code) or ()]
    db.session.execute(delete(StartBlock).filter_by(**who))
    rows = checked_blocks(blocks) if blocks else ()
    if rows:
        db.session.execute(
            insert(StartBlock),
            [{**who, "code": one, "is_on": is_on, "position": place} for place, (one, is_on) in enumerate(rows, 1)],
        )
    db.session.execute(_REFRESH)
    changes = {"audience": f"{audience} {code}".strip(), "blocks": [before, [list(row) for row in rows]]}
    audit.record(actor, "start_page", 0, "arranged", changes)


@command
def refresh_pages(actor: Actor) -> None:
    """Find the segment each new account looks like, and give all accounts their start page. Safe to repeat."""
    values = {
        "facts": list(ALIKE), "weights": list(ALIKE.values()), "least": LEAST_POINTS, "least_members": LEAST_MEMBERS,
    }  # fmt: skip
    db.session.execute(_FIND, values)
    db.session.execute(_REFRESH)


def _who(audience: str, code: str) -> dict[str, int | None]:
    if audience not in AUDIENCES:
        raise Invalid("audience", N_("Name accounts, groups or segments."))
    who: dict[str, int | None] = {"company_id": None, "group_id": None, "segment_id": None}
    if audience in _COLUMNS:
        column, model = _COLUMNS[audience]
        who[column] = db.session.scalar(select(model.id).where(model.code == code))
        if who[column] is None:
            raise Invalid("audience", N_("There is no account, group or segment {code}.", code=code))
    return who
