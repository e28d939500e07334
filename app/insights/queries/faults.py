"""Suspected faults of the catalogue, and how complete its articles are. Always made afresh: what is mended is gone.

One statement a kind; it gives the article, a key that tells faults of one kind apart, and what to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class FaultKind:
    """`sql` gives article id, key, and the values of `finding` as text; it reads only articles that are sold."""

    label: Message
    advice: Message
    finding: Message
    sql: str


# What SOLD and PRICES stand for in the statements below.
_SOLD = "a.status <> 'discontinued' AND NOT a.is_head"

# Base prices of the lists everybody reaches, for one base unit; the median of articles of the same category and unit.
_PRICES = """
SELECT a.id, a.category_id, a.base_unit, e.price / e.base_quantity AS price
FROM articles a
JOIN LATERAL (
    SELECT e.price, e.base_quantity FROM price_entries e JOIN price_lists l ON l.id = e.price_list_id
    WHERE e.article_id = a.id AND e.unit = a.base_unit AND e.price > 0 AND l.kind = 'list' AND l.state = 'approved'
      AND e.price_list_id IN (SELECT cl.price_list_id FROM chain_lists cl JOIN chains h ON h.id = cl.chain_id
                              WHERE h.is_default)
    ORDER BY e.min_quantity LIMIT 1
) e ON true
WHERE SOLD AND a.category_id IS NOT NULL"""

FAULTS: Mapping[str, FaultKind] = {
    "gtin_twice": FaultKind(
        N_("The same GTIN twice"),
        N_("Ask the maker which article the bar code belongs to, and take it off the other one."),
        N_("{gtin} is also on {others}"),
        """
        WITH codes AS (
            SELECT a.id, a.sku, a.gtin FROM articles a WHERE a.gtin <> '' AND SOLD
            UNION ALL
            SELECT a.id, a.sku || ' ' || u.unit, u.gtin FROM article_units u JOIN articles a ON a.id = u.article_id
            WHERE u.gtin <> '' AND SOLD
        ), doubled AS (SELECT gtin FROM codes GROUP BY gtin HAVING count(*) > 1)
        SELECT c.id, c.gtin, jsonb_build_object('gtin', c.gtin, 'others', coalesce((
                   SELECT string_agg(o.sku, ', ' ORDER BY o.sku) FROM codes o WHERE o.gtin = c.gtin AND o.sku <> c.sku), c.sku))
        FROM codes c JOIN doubled d USING (gtin)""",
    ),
    "mpn_twice": FaultKind(
        N_("The same maker's number twice"),
        N_("Two articles of one maker with one number are usually the same article entered twice."),
        N_("{brand} {mpn} is also {others}"),
        """
        SELECT a.id, a.mpn, jsonb_build_object('brand', a.brand, 'mpn', a.mpn, 'others', (
                   SELECT string_agg(o.sku, ', ' ORDER BY o.sku) FROM articles o
                   WHERE o.id = ANY(d.ids) AND o.id <> a.id))
        FROM (SELECT array_agg(a.id) AS ids FROM articles a WHERE a.mpn <> '' AND a.brand <> '' AND SOLD
              GROUP BY lower(a.brand), upper(regexp_replace(a.mpn, '[^0-9A-Za-z]', '', 'g')) HAVING count(*) > 1) d
        JOIN articles a ON a.id = ANY(d.ids)""",
    ),
    "name_twice": FaultKind(
        N_("The same name twice"),
        N_("Buyers cannot tell them apart. Put into the names what differs, or join the articles."),
        N_("Same name and brand as {others}"),
        """
        SELECT a.id, '', jsonb_build_object('others', (
                   SELECT string_agg(o.sku, ', ' ORDER BY o.sku) FROM articles o
                   WHERE o.id = ANY(d.ids) AND o.id <> a.id))
        FROM (SELECT array_agg(a.id) AS ids FROM articles a WHERE SOLD
              GROUP BY lower(a.name), lower(a.brand) HAVING count(*) > 1) d
        JOIN articles a ON a.id = ANY(d.ids)""",
    ),
    "price_outlier": FaultKind(
        N_("Price far from its like"),
        N_("Look for a slipped decimal sign, a price per 100 entered as a price per piece, or a wrong unit."),
        N_("{price} where articles of the category cost {median} in the middle"),
        """
        WITH prices AS (PRICES), logs AS (
            SELECT p.*, ln(p.price) AS log FROM prices p
        ), middle AS (
            SELECT category_id, base_unit, percentile_cont(0.5) WITHIN GROUP (ORDER BY log) AS log, count(*) AS articles
            FROM logs GROUP BY category_id, base_unit HAVING count(*) >= 8
        ), spread AS (
            SELECT l.category_id, l.base_unit, percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(l.log - m.log)) AS mad
            FROM logs l JOIN middle m USING (category_id, base_unit) GROUP BY l.category_id, l.base_unit
        )
        SELECT l.id, '', jsonb_build_object('price', trim_scale(round(l.price, 4))::text,
                                            'median', trim_scale(round(exp(m.log)::numeric, 4))::text)
        FROM logs l JOIN middle m USING (category_id, base_unit) JOIN spread s USING (category_id, base_unit)
        WHERE abs(l.log - m.log) > greatest(6 * s.mad, ln(8.0))""",
    ),
    "price_jump": FaultKind(
        N_("Price jumped"),
        N_("A price that trebled or fell to a third in one step within 90 days. Check the list's last import."),
        N_("From {before} to {after} in {list}"),
        """
        SELECT DISTINCT ON (a.id, c.price_list_id) a.id, l.code,
               jsonb_build_object('before', trim_scale(round(c.old_price / c.old_base_quantity, 4))::text,
                                  'after', trim_scale(round(c.new_price / c.new_base_quantity, 4))::text, 'list', l.code)
        FROM price_changes c JOIN articles a ON a.id = c.article_id JOIN price_lists l ON l.id = c.price_list_id
        WHERE c.changed_at > now() - interval '90 days' AND c.new_price > 0 AND c.old_price > 0 AND SOLD
          AND (c.new_price / c.new_base_quantity > 3 * c.old_price / c.old_base_quantity
               OR 3 * c.new_price / c.new_base_quantity < c.old_price / c.old_base_quantity)
        ORDER BY a.id, c.price_list_id, c.id DESC""",
    ),
    "price_unit": FaultKind(
        N_("Price in a unit that is not sold"),
        N_("The price never holds: give the article that pack, or change the unit of the price."),
        N_("{list} has a price for {unit}"),
        """
        SELECT DISTINCT a.id, l.code || ' ' || e.unit, jsonb_build_object('list', l.code, 'unit', e.unit)
        FROM price_entries e JOIN articles a ON a.id = e.article_id JOIN price_lists l ON l.id = e.price_list_id
        WHERE e.unit <> a.base_unit AND SOLD
          AND NOT EXISTS (SELECT FROM article_units u WHERE u.article_id = a.id AND u.unit = e.unit)""",
    ),
    "no_price": FaultKind(
        N_("No price in any general list"),
        N_("Accounts without a list of their own cannot buy it."),
        N_("No list that everybody reaches has it"),
        """
        SELECT a.id, '', '{}'::jsonb FROM articles a
        WHERE SOLD AND NOT EXISTS (
            SELECT FROM price_entries e WHERE e.article_id = a.id AND e.price_list_id IN (
                SELECT cl.price_list_id FROM chain_lists cl JOIN chains h ON h.id = cl.chain_id WHERE h.is_default))""",
    ),
    "no_stock_record": FaultKind(
        N_("No stock in any warehouse"),
        N_("Nobody has ever counted it. Count it, or let it be ordered on backorder."),
        N_("Sold from stock only, and no warehouse has it"),
        """
        SELECT a.id, '', '{}'::jsonb FROM articles a
        WHERE SOLD AND a.stock_policy = 'stock' AND NOT EXISTS (SELECT FROM stock s WHERE s.article_id = a.id)
          AND NOT EXISTS (SELECT FROM kit_parts k WHERE k.kit_id = a.id)""",
    ),
    "pack_odd": FaultKind(
        N_("Packs that do not fit into each other"),
        N_("A larger pack should hold whole smaller packs. Check the numbers of both."),
        N_("{larger} of {larger_size} does not hold whole {smaller} of {smaller_size}"),
        """
        SELECT a.id, big.unit || small.unit, jsonb_build_object('larger', big.unit, 'smaller', small.unit,
                   'larger_size', trim_scale(round(big.numerator::numeric / big.denominator, 3))::text,
                   'smaller_size', trim_scale(round(small.numerator::numeric / small.denominator, 3))::text)
        FROM article_units big JOIN article_units small ON small.article_id = big.article_id
        JOIN articles a ON a.id = big.article_id
        WHERE SOLD AND big.numerator * small.denominator > small.numerator * big.denominator
          AND (big.numerator * small.denominator) % (big.denominator * small.numerator) <> 0""",
    ),
    "pack_outlier": FaultKind(
        N_("Pack far from its like"),
        N_("A pack twenty times larger or smaller than the same pack of the category: often a typing error."),
        N_("{unit} of {size} where the category has {median} in the middle"),
        """
        WITH packs AS (
            SELECT a.id, a.category_id, u.unit, u.numerator::numeric / u.denominator AS size
            FROM article_units u JOIN articles a ON a.id = u.article_id WHERE SOLD AND a.category_id IS NOT NULL
        ), middle AS (
            SELECT category_id, unit, percentile_disc(0.5) WITHIN GROUP (ORDER BY size) AS size
            FROM packs GROUP BY category_id, unit HAVING count(*) >= 8
        )
        SELECT p.id, p.unit, jsonb_build_object('unit', p.unit, 'size', trim_scale(round(p.size, 3))::text,
                                                'median', trim_scale(round(m.size, 3))::text)
        FROM packs p JOIN middle m USING (category_id, unit)
        WHERE p.size > 20 * m.size OR 20 * p.size < m.size""",
    ),
    "successor_gone": FaultKind(
        N_("Successor no longer sold"),
        N_("Who asks for the old article is led to one that cannot be bought. Name the next one."),
        N_("Followed by {successor}, which is discontinued"),
        """
        SELECT a.id, s.sku, jsonb_build_object('successor', s.sku)
        FROM articles a JOIN articles s ON s.id = a.successor_id
        WHERE a.status = 'discontinued' AND s.status = 'discontinued' AND s.successor_id IS NULL""",
    ),
    "successor_missing": FaultKind(
        N_("Discontinued, still wanted, no successor"),
        N_("It was ordered in the last twelve months. Name the article that takes its place."),
        N_("Ordered {orders} times in the last twelve months"),
        """
        SELECT a.id, '', jsonb_build_object('orders', count(*)::text)
        FROM articles a JOIN order_lines l ON l.article_id = a.id JOIN orders o ON o.id = l.order_id
        WHERE a.status = 'discontinued' AND a.successor_id IS NULL AND o.placed_at > now() - interval '1 year'
        GROUP BY a.id""",
    ),
    "certificate_expired": FaultKind(
        N_("Certificate expired"),
        N_("Ask the maker for the new one and put it in its place."),
        N_("{title} held until {day}"),
        """
        SELECT a.id, t.id::text, jsonb_build_object('title', t.title, 'day', t.valid_to::text)
        FROM article_attachments t JOIN articles a ON a.id = t.article_id
        WHERE t.kind = 'certificate' AND t.valid_to < current_date AND SOLD
          AND NOT EXISTS (SELECT FROM article_attachments n WHERE n.article_id = a.id AND n.kind = 'certificate'
                          AND n.language = t.language AND (n.valid_to IS NULL OR n.valid_to >= current_date))""",
    ),
    "attribute_missing": FaultKind(
        N_("Required property missing"),
        N_("The template of its category asks for it; filters do not find the article without it."),
        N_("{attributes} missing"),
        """
        WITH RECURSIVE up AS (
            SELECT c.id AS category_id, c.id, c.parent_id FROM categories c
            UNION ALL SELECT u.category_id, p.id, p.parent_id FROM up u JOIN categories p ON p.id = u.parent_id
        ), wanted AS (
            SELECT DISTINCT u.category_id, t.code, t.name FROM up u JOIN category_attributes ca ON ca.category_id = u.id
            JOIN attributes t ON t.id = ca.attribute_id WHERE ca.is_required
        )
        SELECT a.id, '', jsonb_build_object('attributes', string_agg(w.name, ', ' ORDER BY w.name))
        FROM articles a JOIN wanted w ON w.category_id = a.category_id
        WHERE SOLD AND NOT a.attributes ? w.code GROUP BY a.id""",
    ),
}


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A suspected fault of one article."""

    article_id: int
    sku: str
    name: str
    brand: str
    key: str
    finding: Message


@dataclass(frozen=True, slots=True)
class FaultTotal:
    """How many faults of a kind there were when last counted."""

    kind: str
    label: Message
    count: int
    counted_at: datetime | None


def _live(sql: str) -> str:
    """The faults a statement finds, without those a person has accepted."""
    return f"""
FROM ({sql.replace("PRICES", _PRICES).replace("SOLD", _SOLD)}) f (article_id, key, facts)
WHERE NOT EXISTS (SELECT FROM accepted_faults x WHERE x.kind = :kind AND x.article_id = f.article_id AND x.key = f.key)"""


def fault_kind(kind: str) -> FaultKind:
    """Raises NotFound for a kind there is not."""
    if kind not in FAULTS:
        raise NotFound
    return FAULTS[kind]


def faults(
    actor: Actor, kind: str, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[FaultLine]:
    """Suspected faults of one kind by article number, as they are now; one statement."""
    found = fault_kind(kind)
    is_backwards = before is not None and not after
    sku_key, key = (before if is_backwards else after) or (None, None)
    order, sign = ("DESC", "<") if is_backwards else ("ASC", ">")
    rows = db.session.execute(
        text(f"""
WITH live AS (SELECT f.article_id, f.key, f.facts {_live(found.sql)})
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name), a.brand, l.key, l.facts
FROM live l JOIN articles a ON a.id = l.article_id
WHERE CAST(:sku AS text) IS NULL OR (a.sku_key, l.key) {sign} (:sku, :key)
ORDER BY a.sku_key {order}, l.key {order} LIMIT :limit"""),  # noqa: S608 -- constants of this file
        {"kind": kind, "locale": actor.locale, "sku": sku_key, "key": key, "limit": limit},
    )
    lines = [
        FaultLine(article_id, sku, name, brand, key, Message(found.finding.text, facts))
        for article_id, sku, name, brand, key, facts in rows
    ]
    return lines[::-1] if is_backwards else lines


def count_faults(actor: Actor, kind: str) -> int:
    """How many there are now."""
    sql = f"SELECT count(*) {_live(fault_kind(kind).sql)}"
    return int(db.session.execute(text(sql), {"kind": kind}).scalar_one())


_TOTALS = text("SELECT kind, count, counted_at FROM fault_counts")


def fault_totals(actor: Actor) -> list[FaultTotal]:
    """All kinds as last counted, the most frequent first; the lists themselves are always made afresh."""
    known = {kind: (count, at) for kind, count, at in db.session.execute(_TOTALS)}
    totals = [FaultTotal(kind, found.label, *known.get(kind, (0, None))) for kind, found in FAULTS.items()]
    return sorted(totals, key=lambda total: -total.count)
