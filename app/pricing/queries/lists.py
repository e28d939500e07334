"""The price manager's reads: lists, their entries, what changed, and the prices of one article in all lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class PriceListLine:
    """A price list as tables show it; `chains` are the codes of the chains it stands in."""

    id: int
    code: str
    name: str
    currency: str
    is_gross: bool
    is_active: bool
    valid_from: date | None
    valid_to: date | None
    entry_count: int
    updated_at: datetime
    digits: int
    may_invert: bool
    kind: str
    chains: tuple[str, ...]


_LISTS = """
SELECT p.id, p.code, p.name, p.currency, p.is_gross, p.is_active, p.valid_from, p.valid_to, p.entry_count, p.updated_at,
       p.digits, p.may_invert, p.kind,
       array(SELECT h.code FROM chain_lists cl JOIN chains h ON h.id = cl.chain_id WHERE cl.price_list_id = p.id
             ORDER BY h.code)
FROM price_lists p"""
_FOUND = text(f"""{_LISTS}
WHERE p.series_id IS NULL AND (:search = '' OR p.code ILIKE :pattern OR p.name ILIKE :pattern)
  AND (CAST(:after AS text) IS NULL OR p.code > :after) AND (CAST(:before AS text) IS NULL OR p.code < :before)
ORDER BY CASE WHEN CAST(:before AS text) IS NULL THEN p.code END, p.code DESC LIMIT :limit""")
_ONE = text(f"{_LISTS} WHERE p.code = :code")
_NAMES = text("SELECT code, name, currency FROM price_lists WHERE series_id IS NULL ORDER BY code")


def price_lists(
    actor: Actor,
    search: str = "",
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[PriceListLine]:
    """Lists by code, whose code or name has the text in it."""
    values = {
        "search": search, "pattern": f"%{_literal(search)}%", "after": after[0] if after else None,
        "before": before[0] if before and not after else None, "limit": limit,
    }  # fmt: skip
    rows = [_line(row) for row in db.session.execute(_FOUND, values)]
    return rows[::-1] if before and not after else rows


def price_list(actor: Actor, code: str) -> PriceListLine:
    row = db.session.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no price list {code}.", code=code))
    return _line(row)


def list_names(actor: Actor) -> list[tuple[str, str, str]]:
    """Code, name and currency of every list, for selects."""
    return [(code, name, currency) for code, name, currency in db.session.execute(_NAMES)]


def _line(row: Sequence[Any]) -> PriceListLine:
    values = (*row[:-1], tuple(row[-1]))
    return PriceListLine(*values)


def _literal(pattern: str) -> str:
    for sign in "\\%_":
        pattern = pattern.replace(sign, f"\\{sign}")
    return pattern


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A price in its list. `is_costlier`: each costs more than with a smaller quantity, as a rule a mistake."""

    id: int
    sku: str
    sku_key: str
    name: str
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    valid_from: date | None
    valid_to: date | None
    held_since: datetime
    is_costlier: bool


# A break is looked at beside the smaller ones of its article, unit and validity.
_ENTRIES = text("""
SELECT e.id, a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name), e.unit, e.min_quantity, e.price, e.base_quantity,
       e.valid_from, e.valid_to, e.held_since,
       EXISTS (SELECT FROM price_entries s
               WHERE s.price_list_id = e.price_list_id AND s.article_id = e.article_id AND s.unit = e.unit
                 AND s.min_quantity < e.min_quantity AND s.price * e.base_quantity < e.price * s.base_quantity
                 AND s.valid_from IS NOT DISTINCT FROM e.valid_from)
FROM price_entries e JOIN articles a ON a.id = e.article_id
WHERE e.price_list_id = :list AND (:start = '' OR a.sku_key LIKE :pattern)
  AND (CAST(:after AS text) IS NULL OR (a.sku_key, e.unit, e.min_quantity, e.id)
       > (:after, :after_unit, CAST(:after_quantity AS numeric), CAST(:after_id AS bigint)))
ORDER BY a.sku_key, e.unit, e.min_quantity, e.id LIMIT :limit""")
_ENTRIES_BACK = text(
    _ENTRIES.text.replace("> (:after", "< (:after").replace(
        "ORDER BY a.sku_key, e.unit, e.min_quantity, e.id",
        "ORDER BY a.sku_key DESC, e.unit DESC, e.min_quantity DESC, e.id DESC",
    )
)
_ENTRY = text(
    _ENTRIES.text.partition("WHERE e.price_list_id = :list AND (:start")[0]
    + "WHERE e.price_list_id = :list AND e.id = :id"
)


def entries(
    actor: Actor, list_id: int, sku_start: str = "", *, after: Sequence[str] | None = None,
    before: Sequence[str] | None = None, limit: int = 51,
) -> list[EntryLine]:  # fmt: skip
    """Prices of a list by article number, unit and quantity; of articles whose key begins so."""
    key = after or before
    is_backwards = before is not None and not after
    sku_key, unit, quantity, entry_id = key or (None, None, None, None)
    rows = db.session.execute(_ENTRIES_BACK if is_backwards else _ENTRIES, {
        "list": list_id, "locale": actor.locale, "start": sku_start, "pattern": f"{_literal(sku_start)}%",
        "after": sku_key, "after_unit": unit, "after_quantity": quantity, "after_id": entry_id, "limit": limit,
    })  # fmt: skip
    found = [EntryLine(*row) for row in rows]
    return found[::-1] if is_backwards else found


def entry_key(line: EntryLine) -> tuple[str, str, Decimal, int]:
    """Where the table goes on after this price."""
    return line.sku_key, line.unit, line.min_quantity, line.id


def entry(actor: Actor, list_id: int, entry_id: int) -> EntryLine:
    row = db.session.execute(_ENTRY, {"list": list_id, "id": entry_id, "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound(N_("Somebody has removed this price meanwhile."))
    return EntryLine(*row)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A price that was changed or removed (no new price), by whom and when."""

    id: int
    changed_at: datetime
    sku: str
    name: str
    unit: str
    min_quantity: Decimal
    old_price: Decimal
    new_price: Decimal | None
    user_name: str


_CHANGES = text("""
SELECT c.id, c.changed_at, a.sku, coalesce(a.names ->> :locale, a.name), c.unit, c.min_quantity, c.old_price, c.new_price,
       coalesce(u.name, '')
FROM price_changes c JOIN articles a ON a.id = c.article_id LEFT JOIN users u ON u.id = c.user_id
WHERE c.price_list_id = :list AND (CAST(:key AS bigint) IS NULL OR CASE WHEN :backwards THEN c.id > :key ELSE c.id < :key END)
ORDER BY CASE WHEN :backwards THEN c.id END, c.id DESC LIMIT :limit""")


def changes(
    actor: Actor,
    list_id: int,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[ChangeLine]:
    """What changed in a list, the latest first."""
    key, is_backwards = after or before, before is not None and not after
    rows = db.session.execute(_CHANGES, {
        "list": list_id, "locale": actor.locale, "key": int(key[0]) if key else None, "backwards": is_backwards,
        "limit": limit,
    })  # fmt: skip
    found = [ChangeLine(*row) for row in rows]
    return found[::-1] if is_backwards else found


@dataclass(frozen=True, slots=True)
class ArticlePrice:
    """One price of an article, with the list it stands in."""

    list_code: str
    list_name: str
    currency: str
    is_gross: bool
    is_active: bool
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    valid_from: date | None
    valid_to: date | None


_OF_ARTICLE = text("""
SELECT p.code, p.name, p.currency, p.is_gross, p.is_active, e.unit, e.min_quantity, e.price, e.base_quantity, e.valid_from,
       e.valid_to
FROM price_lists p
CROSS JOIN LATERAL (
    SELECT * FROM price_entries WHERE price_list_id = p.id AND article_id = :article OFFSET 0
) e
WHERE p.state = 'approved'
  AND (p.valid_from > :on OR p.id = coalesce(version_of(coalesce(p.series_id, p.id), :on), p.series_id, p.id))
ORDER BY p.code, e.unit, e.min_quantity, e.valid_from NULLS FIRST LIMIT :limit""")


def prices_of_article(actor: Actor, article_id: int, *, limit: int = 200) -> list[ArticlePrice]:
    """An article's prices in the versions of all lists that hold today or are planned, by list and quantity."""
    values = {"article": article_id, "limit": limit, "on": clock.today(actor.time_zone)}
    return [ArticlePrice(*row) for row in db.session.execute(_OF_ARTICLE, values)]
