"""What articles cost, and the margins that shall not be undercut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.catalog.domain.article import key_of
from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_, Message
from app.pricing.models.costs import PriceFloor
from app.pricing.models.lists import PriceList

FLOOR_TARGETS = ("all", "category", "brand", "list")
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class CostRow:
    """Cost of one base unit of an article from a day on (None: always)."""

    sku: str
    cost: Decimal
    currency: str
    valid_from: date | None = None


_WRITE = text("""
WITH input AS (
    SELECT a.id, i.* FROM unnest(CAST(:keys AS text[]), CAST(:costs AS numeric[]), CAST(:currencies AS varchar[]),
        CAST(:starts AS date[])) WITH ORDINALITY AS i (key, cost, currency, valid_from, row)
    JOIN articles a ON a.sku_key = i.key
), written AS (
    INSERT INTO article_costs AS c (article_id, cost, currency, valid_from)
    SELECT id, cost, currency, valid_from FROM input ORDER BY id
    ON CONFLICT (article_id, valid_from) DO UPDATE SET cost = excluded.cost, currency = excluded.currency
        WHERE (c.cost, c.currency) IS DISTINCT FROM (excluded.cost, excluded.currency)
    RETURNING c.id, c.article_id, c.valid_from, xmax = 0 AS is_new
)
SELECT i.row, w.id, w.is_new FROM input i
LEFT JOIN written w ON w.article_id = i.id AND w.valid_from IS NOT DISTINCT FROM i.valid_from""")


@command
def set_costs(actor: Actor, rows: Sequence[CostRow]) -> list[tuple[str, Message | None]]:
    """Set costs; what became of each row (created, changed, same, refused) and why it was refused. One statement."""
    found: list[tuple[str, Message | None]] = []
    seen: dict[tuple[str, date | None], int] = {}
    for index, row in enumerate(rows):
        problem = _cost_problem(row)
        slot = (key_of(row.sku), row.valid_from)
        if problem is None and slot in seen:
            problem = N_("{sku} stands there twice.", sku=row.sku)
        found.append(("refused", problem or N_("There is no article {sku}.", sku=row.sku)))
        if problem is None:
            seen[slot] = index
    places = list(seen.values())
    written = db.session.execute(_WRITE, {
        "keys": [key for key, _day in seen], "starts": [day for _key, day in seen],
        "costs": [rows[index].cost for index in places], "currencies": [rows[index].currency for index in places],
    }).all()  # fmt: skip
    entries = []
    for row_number, cost_id, is_new in written:
        index = places[row_number - 1]
        found[index] = ("same" if cost_id is None else "created" if is_new else "changed", None)
        if cost_id is not None:
            row = rows[index]
            facts = {"sku": row.sku, "cost": row.cost, "currency": row.currency, "valid_from": row.valid_from}
            entries.append((cost_id, "set", actor.company_id, facts))
    audit.record_many(actor, "article_cost", entries)
    return found


def _cost_problem(row: CostRow) -> Message | None:
    if not 0 <= row.cost < _LARGEST:
        return N_("A cost is zero or more.")
    if not (len(row.currency) == 3 and row.currency.isalpha() and row.currency.isupper()):
        return N_("A currency is a code of three letters, such as EUR.")
    return None


@command
def set_floor(actor: Actor, target: str, key: str, margin: Decimal) -> int:
    """Demand a margin in percent of the price of a list or category (code), a brand, or everything."""
    if target not in FLOOR_TARGETS:
        raise Invalid("target", N_("{given} is not one of {allowed}.", given=target, allowed=", ".join(FLOOR_TARGETS)))
    if not 0 <= margin < 100:
        raise Invalid("margin", N_("A margin is from 0 to less than 100 percent."))
    values: dict[str, Any] = {
        "target": target,
        "price_list_id": None,
        "category_id": None,
        "brand": "",
        "margin": margin,
    }
    if target == "brand":
        values["brand"] = key
    elif target in ("list", "category"):
        model, column = (PriceList, "price_list_id") if target == "list" else (Category, "category_id")
        values[column] = db.session.scalar(select(model.id).where(model.code == key))
        if values[column] is None:
            raise Invalid("key", N_("There is no price list {code}.", code=key) if target == "list"
                          else N_("There is no category {code}.", code=key))  # fmt: skip
    if target == "brand" and not key:
        raise Invalid("key", N_("Name the brand."))
    statement = upsert(PriceFloor).values(values)
    floor_id: int = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["target", "price_list_id", "category_id", "brand"], set_={"margin": margin}
        ).returning(PriceFloor.id)
    ).scalar_one()
    audit.record(actor, "price_floor", floor_id, "set", {"target": target, "key": key, "margin": margin})
    return floor_id


@command
def remove_floor(actor: Actor, floor_id: int) -> None:
    """Demand this margin no longer."""
    gone = db.session.execute(
        delete(PriceFloor).where(PriceFloor.id == floor_id).returning(PriceFloor.target, PriceFloor.margin)
    ).one_or_none()
    if gone is None:
        raise NotFound
    audit.record(actor, "price_floor", floor_id, "remove", gone._asdict())
