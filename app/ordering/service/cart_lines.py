"""The statements that write lines of a cart; each for any number of lines, each noting who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.domain.cart import CartRow
from app.ordering.models.carts import Cart
from app.ordering.service.cart_state import agree, array_of, found_columns, who


@dataclass(frozen=True, slots=True)
class LineValues:
    """What a line shall hold. `line_id` None: the line of this article and unit, made if there is none."""

    article_id: int
    quantity: Decimal
    unit: str
    base: Decimal
    note: str = ""
    line_id: int | None = None


# Lines of articles that the cart does not have, with what pricing found of them. Notes are rare: without one of them
# there is no array, and the rows of unnest have NULL.
_INSERT = text("""
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note, version,
    first_version, changed_at, changed_by, changed_by_id, checked_price, checked_base_quantity, net_seen, vat_category,
    vat_rate, is_agreed, has_problem, has_moved)
SELECT :company_id, :cart_id,
    (SELECT coalesce(max(position), 0) FROM cart_lines WHERE cart_id = :cart_id) + new.place,
    new.article_id, new.quantity, new.unit, new.base_quantity, coalesce(new.note, ''), :version, :version, :now, :who,
    :user, new.price, new.base, new.net, new.category, new.rate, new.agreed, new.wrong, new.moved
FROM unnest(CAST(:article_id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]),
    CAST(:base_quantity AS numeric[]), CAST(:note AS text[]), CAST(:price AS numeric[]), CAST(:base AS numeric[]),
    CAST(:net AS numeric[]), CAST(:category AS text[]), CAST(:rate AS numeric[]), CAST(:agreed AS boolean[]),
    CAST(:wrong AS boolean[]), CAST(:moved AS boolean[])) WITH ORDINALITY
    AS new (article_id, quantity, unit, base_quantity, note, price, base, net, category, rate, agreed, wrong, moved, place)
RETURNING id, position""")

# What a line held before goes into its history in the same statement.
_PUT = text("""
WITH new AS (
    SELECT * FROM unnest(CAST(:article_id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]),
        CAST(:base AS numeric[]), CAST(:note AS text[]))
        WITH ORDINALITY AS n (article_id, quantity, unit, base, note, place)
), told AS (
    INSERT INTO cart_line_changes (company_id, cart_id, line_id, at, who, kind, before, after)
    SELECT l.company_id, l.cart_id, l.id, :now, :who, 'quantity', trim_scale(l.quantity) || ' ' || l.unit,
        trim_scale(new.quantity) || ' ' || new.unit
    FROM new JOIN cart_lines l ON l.cart_id = :cart_id AND l.article_id = new.article_id AND l.unit = new.unit
    WHERE l.quantity <> new.quantity
)
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note, version,
    first_version, changed_at, changed_by, changed_by_id)
SELECT :company_id, :cart_id,
    (SELECT coalesce(max(position), 0) FROM cart_lines WHERE cart_id = :cart_id) + new.place,
    new.article_id, new.quantity, new.unit, new.base, new.note, :version, :version, :now, :who, :user
FROM new
ON CONFLICT (cart_id, article_id, unit, slot) DO UPDATE SET
    quantity = excluded.quantity, base_quantity = excluded.base_quantity, note = excluded.note,
    version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
    changed_by_id = excluded.changed_by_id
RETURNING id""")

_SET = text("""
WITH new AS (
    SELECT * FROM unnest(CAST(:id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]),
        CAST(:base AS numeric[])) AS n (id, quantity, unit, base)
), told AS (
    INSERT INTO cart_line_changes (company_id, cart_id, line_id, at, who, kind, before, after)
    SELECT l.company_id, l.cart_id, l.id, :now, :who, 'quantity', trim_scale(l.quantity) || ' ' || l.unit,
        trim_scale(new.quantity) || ' ' || new.unit
    FROM new JOIN cart_lines l ON l.id = new.id WHERE (l.quantity, l.unit) <> (new.quantity, new.unit)
)
UPDATE cart_lines l SET quantity = new.quantity, unit = new.unit, base_quantity = new.base, version = :version,
    changed_at = :now, changed_by = :who, changed_by_id = :user
FROM new WHERE l.id = new.id AND l.cart_id = :cart_id""")

_NOTE = text("""
WITH held AS (SELECT id, note FROM cart_lines WHERE id = :id AND cart_id = :cart_id AND note <> :note), told AS (
    INSERT INTO cart_line_changes (company_id, cart_id, line_id, at, who, kind, before, after)
    SELECT :company_id, :cart_id, held.id, :now, :who, 'note', held.note, :note FROM held
)
UPDATE cart_lines l SET note = :note, version = :version, changed_at = :now, changed_by = :who, changed_by_id = :user
FROM held WHERE l.id = held.id""")

# A line cannot move to a unit in which the same article is in the cart already.
_CLASHING_UNITS = text("""
SELECT count(*) FROM cart_lines mine JOIN cart_lines other
    ON other.cart_id = mine.cart_id AND other.article_id = mine.article_id AND other.id <> mine.id
JOIN unnest(CAST(:id AS bigint[]), CAST(:unit AS text[])) AS new (id, unit) ON new.id = mine.id AND new.unit = other.unit
WHERE mine.cart_id = :cart_id""")


def put_lines(actor: Actor, cart: Cart, lines: Sequence[LineValues]) -> list[int]:
    """Add lines or overwrite those of the same article and unit; returns their ids."""
    columns = {
        "article_id": array_of(line.article_id for line in lines),
        **_quantities(lines),
        "note": [line.note for line in lines],
    }
    return list(db.session.scalars(_PUT, {**_signed(actor, cart), "company_id": cart.company_id, **columns}).all())


def insert_rows(actor: Actor, cart: Cart, rows: Sequence[CartRow]) -> None:
    """Write lines of articles that the cart does not have, at the prices shown; the rows get their ids and places."""
    columns = {
        "article_id": array_of(row.article.id for row in rows),
        "quantity": array_of(row.quantity for row in rows),
        "unit": [row.unit for row in rows],
        "base_quantity": array_of(row.base_quantity for row in rows),
        "note": [row.note for row in rows] if any(row.note for row in rows) else None,
        **agree(rows),
        **found_columns(rows),
    }
    written = db.session.execute(_INSERT, {**_signed(actor, cart), "company_id": cart.company_id, **columns}).all()
    for row, (line_id, position) in zip(rows, sorted(written, key=itemgetter(1)), strict=True):
        row.line_id, row.position, row.kept = line_id, position, row.facts


def set_lines(actor: Actor, cart: Cart, lines: Sequence[LineValues], moved: Sequence[LineValues]) -> None:
    """Change lines by their ids; `moved` are those in a new unit.

    Raises Invalid("unit") where the cart has the article in the new unit already.
    """
    ids = [line.line_id for line in lines]
    columns = _quantities(lines)
    asked = {"cart_id": cart.id, "id": [line.line_id for line in moved], "unit": [line.unit for line in moved]}
    if moved and db.session.scalar(_CLASHING_UNITS, asked):
        raise Invalid("unit", N_("The article is in the cart in this unit already. Change that line."))
    db.session.execute(_SET, {**_signed(actor, cart), "id": ids, **columns})


def write_note(actor: Actor, cart: Cart, line_id: int, note: str) -> None:
    values = {"id": line_id, "note": note, "company_id": cart.company_id}
    db.session.execute(_NOTE, {**_signed(actor, cart), **values})


def _quantities(lines: Sequence[LineValues]) -> dict[str, Any]:
    return {
        "quantity": array_of(line.quantity for line in lines),
        "unit": [line.unit for line in lines],
        "base": array_of(line.base for line in lines),
    }


def _signed(actor: Actor, cart: Cart) -> Mapping[str, Any]:
    """Which cart, at which version, when and by whom."""
    return {
        "cart_id": cart.id, "version": cart.version, "now": cart.changed_at, "who": who(actor), "user": actor.user_id,
    }  # fmt: skip
