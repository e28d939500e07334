"""Rules of stock as the operator edits them: defaults, warehouse lists, backorders, holidays, what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.inventory.models.places import Holiday, StockSettings


@dataclass(frozen=True, slots=True)
class DefaultLine:
    """Figures of a level; `code` and `name` are those of the warehouse or category."""

    level: str
    code: str
    name: str
    threshold: Decimal | None
    low_mark: Decimal | None


@dataclass(frozen=True, slots=True)
class ListLine:
    """Whom warehouses serve, and which in what order."""

    level: str
    code: str
    name: str
    warehouses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackorderLine:
    """A rule about an article, an account, or both; `waiting` is what is on backorder under it."""

    sku: str
    name: str
    account: str
    account_name: str
    mode: str
    quantity_limit: Decimal | None
    waiting: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """Where bands begin, and how many days a supplier's figure is believed."""

    bands: str = "10,100"
    supplier_days: int = 7


_DEFAULTS = text("""
SELECT d.level, coalesce(w.code, c.code, ''), coalesce(w.name, c.names ->> :locale, c.name, ''), d.threshold, d.low_mark
FROM stock_defaults d LEFT JOIN warehouses w ON w.id = d.warehouse_id LEFT JOIN categories c ON c.id = d.category_id
ORDER BY d.level = 'everything' DESC, d.level, 2""")
_LISTS = text("""
SELECT l.level, coalesce(c.code, g.code, ''), coalesce(c.name, g.name, ''),
    ARRAY(SELECT w.code FROM warehouse_list_places p JOIN warehouses w ON w.id = p.warehouse_id
          WHERE p.list_id = l.id ORDER BY p.position)
FROM warehouse_lists l LEFT JOIN companies c ON c.id = l.account_id LEFT JOIN account_groups g ON g.id = l.group_id
ORDER BY l.level = 'everybody' DESC, l.level DESC, 2 LIMIT :limit""")
_BACKORDERS = text("""
SELECT coalesce(a.sku, ''), coalesce(a.names ->> :locale, a.name, ''), coalesce(c.code, ''), coalesce(c.name, ''), b.mode,
    b.quantity_limit, b.reserved
FROM backorder_rules b LEFT JOIN articles a ON a.id = b.article_id LEFT JOIN companies c ON c.id = b.account_id
ORDER BY a.sku_key NULLS FIRST, c.code NULLS FIRST LIMIT :limit""")


def defaults(actor: Actor) -> list[DefaultLine]:
    """Everything first, then categories and warehouses."""
    return [DefaultLine(*row) for row in db.session.execute(_DEFAULTS, {"locale": actor.locale})]


def warehouse_lists(actor: Actor, limit: int = 500) -> list[ListLine]:
    """Everybody first, then groups and accounts."""
    rows = db.session.execute(_LISTS, {"limit": limit})
    return [ListLine(level, code, name, tuple(places)) for level, code, name, places in rows]


def backorder_rules(actor: Actor, limit: int = 500) -> list[BackorderLine]:
    """Rules of whole accounts first, then by article."""
    rows = db.session.execute(_BACKORDERS, {"locale": actor.locale, "limit": limit})
    return [BackorderLine(*row) for row in rows]


def holidays(actor: Actor, since: date) -> list[tuple[date, str]]:
    """Days nobody works from a day on."""
    rows = db.session.execute(select(Holiday.day, Holiday.name).where(Holiday.day >= since).order_by(Holiday.day))
    return [(row.day, row.name) for row in rows]


def shown(actor: Actor) -> Shown:
    row = db.session.execute(select(StockSettings.bands, StockSettings.supplier_days)).one_or_none()
    return Shown(*row) if row else Shown()
