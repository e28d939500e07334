"""Hold stock for order lines, and let it go again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden
from app.core.locks import note_lock
from app.core.texts import N_
from app.inventory.domain.promise import Part, Source, Want, allot
from app.inventory.queries.kits import broken_up, kits_among, with_parts
from app.inventory.queries.supply import array_text, supplies

_TABLES = {
    Source.WAREHOUSE: "stock",
    Source.INCOMING: "incoming_goods",
    Source.DROP_SHIP: "supplier_stock",
    Source.BACKORDER: "backorder_rules",
}


def _take(table: str) -> TextClause:
    touched = ", updated_at = now()" if table == "stock" else ""
    return text(f"""
UPDATE {table} s SET reserved = s.reserved + v.quantity{touched}
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS v (id, quantity)
WHERE s.id = v.id""")  # noqa: S608 -- a table of this file


_TAKE = {source: _take(table) for source, table in _TABLES.items()}
_HOLD = text("""
INSERT INTO reservations (company_id, order_line_id, article_id, warehouse_id, quantity)
SELECT :company, v.line, v.article, v.warehouse, v.quantity
FROM unnest(CAST(:lines AS bigint[]), CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]),
            CAST(:quantities AS numeric[])) AS v (line, article, warehouse, quantity)""")
_HOLD_LATE = text("""
INSERT INTO reservations (company_id, order_line_id, article_id, quantity, incoming_id, supplier_stock_id,
    backorder_rule_id, expected_on)
SELECT :company, v.line, v.article, v.quantity, v.incoming, v.supplier, v.rule, v.day
FROM unnest(CAST(:lines AS bigint[]), CAST(:articles AS bigint[]), CAST(:quantities AS numeric[]),
            CAST(:incoming AS bigint[]), CAST(:suppliers AS bigint[]), CAST(:rules AS bigint[]),
            CAST(:days AS date[])) AS v (line, article, quantity, incoming, supplier, rule, day)""")

_HELD = """r.order_line_id = ANY(CAST(:lines AS bigint[])) AND r.released_at IS NULL
      AND (CAST(:company AS bigint) IS NULL OR r.company_id = :company)"""
# What is held later may move to a shelf while this waits for its source, so the shelves of its article come first.
_LOCK_HELD = text(f"""
WITH held AS (
    SELECT r.article_id, r.warehouse_id, r.incoming_id, r.supplier_stock_id, r.backorder_rule_id
    FROM reservations r WHERE {_HELD}
), shelves AS (
    SELECT s.id FROM stock s WHERE s.id IN (
        SELECT k.id FROM stock k JOIN held h ON k.article_id = h.article_id
        WHERE h.warehouse_id IS NULL OR k.warehouse_id = h.warehouse_id)
    ORDER BY s.id FOR UPDATE
), coming AS (
    SELECT id FROM incoming_goods WHERE id IN (SELECT incoming_id FROM held) ORDER BY id FOR UPDATE
), suppliers AS (
    SELECT id FROM supplier_stock WHERE id IN (SELECT supplier_stock_id FROM held) ORDER BY id FOR UPDATE
), rules AS (
    SELECT id FROM backorder_rules WHERE id IN (SELECT backorder_rule_id FROM held) ORDER BY id FOR UPDATE
)
SELECT id FROM shelves UNION ALL SELECT id FROM coming UNION ALL SELECT id FROM suppliers
UNION ALL SELECT id FROM rules""")  # noqa: S608
_RELEASE = text(f"""
WITH gone AS (
    UPDATE reservations r SET released_at = now() WHERE {_HELD}
    RETURNING r.article_id, r.warehouse_id, r.incoming_id, r.supplier_stock_id, r.backorder_rule_id, r.quantity
), given AS (
    SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM gone
    WHERE warehouse_id IS NOT NULL GROUP BY article_id, warehouse_id
), back AS (
    UPDATE stock s SET reserved = s.reserved - given.quantity, updated_at = now()
    FROM given WHERE s.article_id = given.article_id AND s.warehouse_id = given.warehouse_id
), coming AS (
    UPDATE incoming_goods i SET reserved = i.reserved - g.quantity
    FROM (SELECT incoming_id, sum(quantity) AS quantity FROM gone GROUP BY incoming_id) g WHERE i.id = g.incoming_id
), suppliers AS (
    UPDATE supplier_stock x SET reserved = x.reserved - g.quantity
    FROM (SELECT supplier_stock_id, sum(quantity) AS quantity FROM gone GROUP BY supplier_stock_id) g
    WHERE x.id = g.supplier_stock_id
), rules AS (
    UPDATE backorder_rules b SET reserved = b.reserved - g.quantity
    FROM (SELECT backorder_rule_id, sum(quantity) AS quantity FROM gone GROUP BY backorder_rule_id) g
    WHERE b.id = g.backorder_rule_id
)
SELECT coalesce(sum(quantity), 0) FROM gone""")  # noqa: S608


@command
def reserve(actor: Actor, company_id: int, wants: Sequence[Want], *, on: date | None = None) -> list[Part]:
    """Hold stock for the lines of one account's order, in the order in which `promises` names the sources.

    Three statements for any number of lines, two more where something comes later. `on` is today where the operator is.
    Raises Conflict(details=[Shortage, ...]), one for each article that is short, and then nothing is held.
    """
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))
    if not wants:
        return []
    note_lock("stock")
    kits = kits_among(actor, wants)
    wanted = with_parts((want.article_id for want in wants), kits)
    found, terms = supplies(company_id, wanted, on=on or clock.today(), locks=True)
    parts, shortages = allot(list(broken_up(wants, kits, found)) if kits else wants, found, terms)
    if shortages:
        raise Conflict(N_("There is not enough stock for everything you want."), details=shortages)
    _take_from_sources(parts)
    there = [part for part in parts if part.source is Source.WAREHOUSE]
    if there:
        db.session.execute(_HOLD, {
            **_lines(company_id, there), "warehouses": array_text(part.warehouse_id for part in there),
        })  # fmt: skip
    late = [part for part in parts if part.source is not Source.WAREHOUSE]
    if late:
        db.session.execute(_HOLD_LATE, {
            **_lines(company_id, late),
            "incoming": _rows_of(late, Source.INCOMING),
            "suppliers": _rows_of(late, Source.DROP_SHIP),
            "rules": _rows_of(late, Source.BACKORDER),
            "days": [part.day for part in late],
        })  # fmt: skip
    return parts


def _take_from_sources(parts: Iterable[Part]) -> None:
    """Note on each source what is taken from it; one statement a kind of source."""
    taken: dict[Source, dict[int, Decimal]] = {}
    for part in parts:
        if part.row_id is not None:
            rows = taken.setdefault(part.source, {})
            held = rows.get(part.row_id)
            rows[part.row_id] = part.quantity if held is None else held + part.quantity
    for source, rows in taken.items():
        db.session.execute(_TAKE[source], {"ids": array_text(rows), "quantities": array_text(rows.values())})


def _lines(company_id: int, parts: Sequence[Part]) -> dict[str, Any]:
    return {
        "company": company_id,
        "lines": array_text(part.order_line_id for part in parts),
        "articles": array_text(part.article_id for part in parts),
        "quantities": array_text(part.quantity for part in parts),
    }


def _rows_of(parts: Iterable[Part], source: Source) -> str:
    return array_text(part.row_id if part.source is source else None for part in parts)


def lock_held(actor: Actor, order_line_ids: Collection[int]) -> dict[str, Any]:
    """Lock what order lines hold: the shelves, then what comes, suppliers' stock, rules. Returns lines and company."""
    values = {"lines": list(order_line_ids), "company": None if actor.is_operator else actor.company_id}
    note_lock("stock")
    db.session.execute(_LOCK_HELD, values)
    return values


@command
def release(actor: Actor, order_line_ids: Collection[int]) -> Decimal:
    """Let go what is held for order lines; returns how much in base units. Releasing again changes nothing."""
    values = lock_held(actor, order_line_ids)
    released: Decimal = db.session.execute(_RELEASE, values).scalar_one()
    return released


# Of a line that keeps a share, what is surest is kept: the shelf before what comes, the earlier row before the later.
_CUT = text("""
WITH asked AS (
    SELECT * FROM unnest(CAST(:lines AS bigint[]), CAST(:kept AS numeric[]), CAST(:wholes AS numeric[]))
        AS a (line, kept, whole)
), held AS (
    SELECT r.id, r.article_id, r.warehouse_id, r.incoming_id, r.supplier_stock_id, r.backorder_rule_id, r.quantity,
        sum(r.quantity) OVER (PARTITION BY r.order_line_id, r.article_id) * a.kept / a.whole AS share,
        sum(r.quantity) OVER (
            PARTITION BY r.order_line_id, r.article_id
            ORDER BY r.warehouse_id IS NULL, r.backorder_rule_id IS NOT NULL, r.id) - r.quantity AS before
    FROM reservations r JOIN asked a ON a.line = r.order_line_id
    WHERE r.released_at IS NULL AND (CAST(:company AS bigint) IS NULL OR r.company_id = :company)
), cut AS (
    SELECT held.*, quantity - round(greatest(least(quantity, share - before), 0), 6) AS gone FROM held
), rows AS (
    UPDATE reservations r SET
        quantity = CASE WHEN cut.gone = cut.quantity THEN r.quantity ELSE r.quantity - cut.gone END,
        released_at = CASE WHEN cut.gone = cut.quantity THEN now() END
    FROM cut WHERE r.id = cut.id AND cut.gone > 0
), back AS (
    UPDATE stock s SET reserved = s.reserved - g.gone, updated_at = now()
    FROM (SELECT article_id, warehouse_id, sum(gone) AS gone FROM cut WHERE warehouse_id IS NOT NULL GROUP BY 1, 2) g
    WHERE s.article_id = g.article_id AND s.warehouse_id = g.warehouse_id AND g.gone > 0
), coming AS (
    UPDATE incoming_goods i SET reserved = i.reserved - g.gone
    FROM (SELECT incoming_id, sum(gone) AS gone FROM cut GROUP BY 1) g WHERE i.id = g.incoming_id AND g.gone > 0
), suppliers AS (
    UPDATE supplier_stock x SET reserved = x.reserved - g.gone
    FROM (SELECT supplier_stock_id, sum(gone) AS gone FROM cut GROUP BY 1) g
    WHERE x.id = g.supplier_stock_id AND g.gone > 0
), rules AS (
    UPDATE backorder_rules b SET reserved = b.reserved - g.gone
    FROM (SELECT backorder_rule_id, sum(gone) AS gone FROM cut GROUP BY 1) g
    WHERE b.id = g.backorder_rule_id AND g.gone > 0
)
SELECT coalesce(sum(gone), 0) FROM cut""")
_HAND_OVER = text("""
UPDATE reservations r SET order_line_id = v.new
FROM unnest(CAST(:old AS bigint[]), CAST(:new AS bigint[])) AS v (old, new)
WHERE r.order_line_id = v.old AND r.released_at IS NULL
  AND (CAST(:company AS bigint) IS NULL OR r.company_id = :company)""")


@command
def keep_part(actor: Actor, kept: Mapping[int, tuple[Decimal, Decimal]]) -> Decimal:
    """Let go of what order lines hold beyond a share: line id -> (quantity kept, quantity until now), in one unit.

    The parts of a kit shrink with it. Returns how much was let go, in base units.
    """
    if not kept:
        return Decimal(0)
    company = lock_held(actor, kept)["company"]
    gone: Decimal = db.session.execute(_CUT, {
        "company": company, "lines": array_text(kept), "kept": array_text(part for part, _ in kept.values()),
        "wholes": array_text(whole for _, whole in kept.values()),
    }).scalar_one()  # fmt: skip
    return gone


@command
def hand_over(actor: Actor, lines: Mapping[int, int]) -> None:
    """What order lines hold belongs to other lines now: old line id -> new line id. Nothing of it is free in between."""
    if lines:
        company = None if actor.is_operator else actor.company_id
        note_lock("stock")
        db.session.execute(
            _HAND_OVER, {"company": company, "old": array_text(lines), "new": array_text(lines.values())}
        )
