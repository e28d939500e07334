"""Price lists and their entries, one by one and in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select, text, update

from app.catalog.domain.article import key_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import UnitPrice
from app.core.texts import N_, Message
from app.pricing.models.lists import PriceList
from app.pricing.policy import Permission
from app.pricing.queries.floors import AskedPrice, has_floors, undercut

Outcome = Literal["created", "changed", "same", "refused"]
_LARGEST = Decimal(10) ** 12  # what numeric(18, 6) holds
_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PriceListRow:
    """A price list; None leaves a fact as it is. Validity: from inclusive, to exclusive.

    `digits` after the point have computed prices (discounts, gross to net, other currencies); with `may_invert` more of
    an article may cost less in total.
    """

    code: str
    name: str | None = None
    currency: str | None = None
    is_gross: bool | None = None
    is_active: bool | None = None
    validity: tuple[date | None, date | None] | None = None
    digits: int | None = None
    may_invert: bool | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """From so many units on, `price` for `base_quantity` of them; without a unit: the article's base unit.

    `agreed_quantity` is what a contract's account may draw at this price; None leaves what is agreed.
    """

    sku: str
    price: Decimal
    min_quantity: Decimal = Decimal(0)
    unit: str = ""
    base_quantity: Decimal = Decimal(1)
    valid_from: date | None = None
    valid_to: date | None = None
    agreed_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EntryResult:
    """What became of a row, in the order of the rows; `field` and `problem` where it was refused."""

    outcome: Outcome
    field: str = ""
    problem: Message | None = None


@command
def upsert_price_list(actor: Actor, row: PriceListRow) -> tuple[int, Outcome]:
    """Create a price list or change the facts given, by code; returns its id and what happened."""
    values = _list_values(row)
    known = db.session.scalar(select(PriceList).where(PriceList.code == row.code))
    if known is None:
        if "currency" not in values:
            raise Invalid("currency", N_("A new price list needs a currency."))
        made = PriceList(code=row.code.strip(), **({"name": row.code} | values))
        db.session.add(made)
        db.session.flush()  # its id is the answer
        audit.record(actor, "price_list", made.id, "create", values)
        return made.id, "created"
    changes = {name: [getattr(known, name), value] for name, value in values.items() if getattr(known, name) != value}
    if not changes:
        return known.id, "same"
    if known.series_id is not None and changes.keys() - {"name"}:
        raise Conflict(N_("{code} is a version: its days are planned on its own page.", code=known.code))
    if known.entry_count and ("currency" in changes or "is_gross" in changes):
        raise Conflict(N_("A list with prices keeps its currency, and stays net or gross."))
    db.session.execute(update(PriceList).where(PriceList.id == known.id).values(**values))
    audit.record(actor, "price_list", known.id, "change", changes)
    return known.id, "changed"


def _list_values(row: PriceListRow) -> dict[str, Any]:
    if not 0 < len(row.code.strip()) <= 40:
        raise Invalid("code", N_("A code has 1 to {length} characters.", length=40))
    if row.name is not None and not 0 < len(row.name.strip()) <= 200:
        raise Invalid("name", N_("A name has 1 to {length} characters.", length=200))
    if row.currency is not None and not (len(row.currency) == 3 and row.currency.isalpha() and row.currency.isupper()):
        raise Invalid("currency", N_("A currency is a code of three letters, such as EUR."))
    if row.digits is not None and not 0 <= row.digits <= 6:
        raise Invalid("digits", N_("Prices have at most six digits after the decimal sign."))
    values = {
        name: getattr(row, name) for name in ("name", "currency", "is_gross", "is_active", "digits", "may_invert")
    }
    known = {name: value for name, value in values.items() if value is not None}
    if row.validity is not None:
        valid_from, valid_to = row.validity
        if valid_from and valid_to and valid_from >= valid_to:
            raise Invalid("valid_to", N_("The last day comes before the first."))
        known |= {"valid_from": valid_from, "valid_to": valid_to}
    return known


_ARTICLES = text("""
SELECT a.sku_key, a.id, a.base_unit, array(SELECT u.unit FROM article_units u WHERE u.article_id = a.id)
FROM articles a WHERE a.sku_key = ANY(CAST(:keys AS text[]))""")

_WRITE = text("""
WITH input AS (
    SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:units AS varchar[]), CAST(:minima AS numeric[]),
        CAST(:prices AS numeric[]), CAST(:bases AS numeric[]), CAST(:starts AS date[]), CAST(:ends AS date[]),
        CAST(:agreed AS numeric[])) WITH ORDINALITY
        AS i (article_id, unit, min_quantity, price, base_quantity, valid_from, valid_to, agreed_quantity, row)
), old AS (
    SELECT e.* FROM price_entries e JOIN input i
      ON e.price_list_id = :list AND e.article_id = i.article_id AND e.unit = i.unit
     AND e.min_quantity = i.min_quantity AND e.valid_from IS NOT DISTINCT FROM i.valid_from
), written AS (
    INSERT INTO price_entries AS e
        (price_list_id, article_id, unit, min_quantity, price, base_quantity, valid_from, valid_to, agreed_quantity)
    SELECT :list, article_id, unit, min_quantity, price, base_quantity, valid_from, valid_to, agreed_quantity
    FROM input ORDER BY article_id, unit, min_quantity
    ON CONFLICT (price_list_id, article_id, unit, min_quantity, valid_from) DO UPDATE
        SET price = excluded.price, base_quantity = excluded.base_quantity, valid_to = excluded.valid_to,
            agreed_quantity = coalesce(excluded.agreed_quantity, e.agreed_quantity), held_since = now()
        WHERE (e.price, e.base_quantity, e.valid_to, e.agreed_quantity) IS DISTINCT FROM (excluded.price,
            excluded.base_quantity, excluded.valid_to, coalesce(excluded.agreed_quantity, e.agreed_quantity))
    RETURNING e.id, e.article_id, e.unit, e.min_quantity, e.valid_from, e.price, e.base_quantity, xmax = 0 AS is_new
), logged AS (
    INSERT INTO price_changes (price_list_id, article_id, unit, min_quantity, valid_from, valid_to, old_price,
        old_base_quantity, held_since, new_price, new_base_quantity, user_id)
    SELECT :list, o.article_id, o.unit, o.min_quantity, o.valid_from, o.valid_to, o.price, o.base_quantity,
           o.held_since, w.price, w.base_quantity, :user
    FROM old o JOIN written w ON w.id = o.id
), counted AS (
    UPDATE price_lists SET entry_count = entry_count + (SELECT count(*) FROM written WHERE is_new), updated_at = now()
    WHERE id = :list AND EXISTS (SELECT FROM written)
)
SELECT i.row, w.is_new
FROM written w JOIN input i ON w.article_id = i.article_id AND w.unit = i.unit AND w.min_quantity = i.min_quantity
    AND w.valid_from IS NOT DISTINCT FROM i.valid_from""")

_REMOVE = text("""
WITH gone AS (
    DELETE FROM price_entries WHERE price_list_id = :list AND id = ANY(CAST(:ids AS bigint[])) RETURNING *
), logged AS (
    INSERT INTO price_changes (price_list_id, article_id, unit, min_quantity, valid_from, valid_to, old_price,
        old_base_quantity, held_since, user_id)
    SELECT price_list_id, article_id, unit, min_quantity, valid_from, valid_to, price, base_quantity, held_since, :user
    FROM gone
), counted AS (
    UPDATE price_lists SET entry_count = entry_count - (SELECT count(*) FROM gone), updated_at = now()
    WHERE id = :list AND EXISTS (SELECT FROM gone)
)
SELECT count(*) FROM gone""")


@command
def upsert_entries(actor: Actor, list_id: int, rows: Sequence[EntryRow]) -> list[EntryResult]:
    """Write prices into a list; three statements for any number of rows, what was before is kept as history.

    An article unknown, a unit it is not sold in, a price below zero or a slot that stands twice is refused. Two
    imports into one list follow each other.
    """
    held = _lock_list(list_id)
    if held.kind == "formula":
        raise Conflict(N_("{code} is worked out by a formula and has no prices of its own.", code=held.code))
    if held.kind != "contract" and any(row.agreed_quantity is not None for row in rows):
        raise Invalid("agreed_quantity", N_("Only contracts have quantities to draw down."))
    keys = {key_of(row.sku) for row in rows}
    articles = {key: rest for key, *rest in db.session.execute(_ARTICLES, {"keys": list(keys)})}
    results: list[EntryResult] = []
    good: dict[tuple[Any, ...], int] = {}
    for index, row in enumerate(rows):
        article = articles.get(key_of(row.sku))
        slot = _slot(row, article) if article else ()
        found = _problem(row, article, is_twice=slot in good)
        results.append(EntryResult("refused", *found) if found else EntryResult("same"))
        if found is None:
            good[slot] = index
    _refuse_below_floor(actor, held, rows, good, results)
    for index, is_new in _write(actor, list_id, rows, good):
        results[index] = EntryResult("created" if is_new else "changed")
    return results


@command
def remove_entries(actor: Actor, list_id: int, entry_ids: Sequence[int]) -> int:
    """Take prices out of a list; returns how many were there."""
    _lock_list(list_id)
    values = {"list": list_id, "ids": list(entry_ids), "user": actor.user_id}
    count: int = db.session.execute(_REMOVE, values).scalar_one()
    return count


@command
def add_entry(actor: Actor, list_id: int, row: EntryRow) -> None:
    """One new price by hand. Raises Invalid, or Conflict where the slot has a price."""
    result = upsert_entries(actor, list_id, [row])[0]
    if result.problem is not None:
        raise Invalid(result.field, result.problem)
    if result.outcome != "created":
        raise Conflict(N_("{sku} has a price from this quantity on. Change that one.", sku=row.sku))


_HELD = text("""
SELECT a.sku_key, e.unit, e.min_quantity, e.valid_from, a.base_unit
FROM price_entries e JOIN articles a ON a.id = e.article_id WHERE e.price_list_id = :list AND e.id = :id""")


@command
def change_entry(actor: Actor, list_id: int, entry_id: int, row: EntryRow) -> None:
    """Change a price by hand; a change of quantity, unit or first day moves it. Raises Invalid or Conflict."""
    _lock_list(list_id)
    held = db.session.execute(_HELD, {"list": list_id, "id": entry_id}).one_or_none()
    if held is None:
        raise Conflict(N_("Somebody has removed this price meanwhile."))
    moves = tuple(held[:4]) != (key_of(row.sku), row.unit or held.base_unit, row.min_quantity, row.valid_from)
    if moves:
        remove_entries(actor, list_id, [entry_id])
    result = upsert_entries(actor, list_id, [row])[0]
    if result.problem is not None:
        raise Invalid(result.field, result.problem)
    if moves and result.outcome != "created":
        raise Conflict(N_("{sku} has a price from this quantity on. Change that one.", sku=row.sku))


def _lock_list(list_id: int) -> PriceList:
    for held in lock_rows(PriceList, [list_id]):
        if held.state == "withdrawn" or (held.valid_to is not None and held.valid_to < clock.now().date()):
            raise Conflict(N_("The prices of {code} are over and stay as they were.", code=held.code))
        if held.state == "draft" and held.submitted_at is not None:
            raise Conflict(N_("{code} waits for approval. Take it back to change its prices.", code=held.code))
        return held
    raise NotFound(N_("There is no such price list."))


def _refuse_below_floor(
    actor: Actor,
    held: PriceList,
    rows: Sequence[EntryRow],
    good: dict[tuple[Any, ...], int],
    results: list[EntryResult],
) -> None:
    """Take out of the good rows what lies below a floor, unless the actor may let it in. Gross lists have no floor."""
    if actor.can(Permission.APPROVE_FLOOR) or held.is_gross or not good or not has_floors(actor):
        return
    slots = list(good)
    asked = [AskedPrice(slot[0], slot[1], rows[good[slot]].price, rows[good[slot]].base_quantity) for slot in slots]
    head = held.series_id or held.id
    for slot, floor in zip(
        slots, undercut(actor, asked, currency=held.currency, on=clock.today(), list_id=head), strict=True
    ):
        if floor is not None:
            text = N_("Below the floor of {floor}. Ask for approval.", floor=UnitPrice(floor, held.currency))
            results[good.pop(slot)] = EntryResult("refused", "price", text)


def _slot(row: EntryRow, article: Sequence[Any]) -> tuple[Any, ...]:
    return (article[0], row.unit or article[1], row.min_quantity, row.valid_from)


def _problem(row: EntryRow, article: Sequence[Any] | None, *, is_twice: bool) -> tuple[str, Message] | None:
    if article is None:
        return "sku", N_("There is no article {sku}.", sku=row.sku)
    if row.unit and row.unit != article[1] and row.unit not in article[2]:
        return "unit", N_("{sku} is not sold in the unit {unit}.", sku=row.sku, unit=row.unit)
    if not 0 <= row.price < _LARGEST or row.price != row.price.quantize(_SIX):
        return "price", N_("A price is zero or more, with at most six digits after the decimal sign.")
    if not 0 <= row.min_quantity < _LARGEST:
        return "min_quantity", N_("A quantity is zero or more.")
    if row.agreed_quantity is not None and not 0 < row.agreed_quantity < _LARGEST:
        return "agreed_quantity", N_("An agreed quantity is more than zero.")
    if not 0 < row.base_quantity < _LARGEST:
        return "base_quantity", N_("A price holds for more than nothing.")
    if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
        return "valid_to", N_("The last day comes before the first.")
    if is_twice:
        return "sku", N_("{sku} from {quantity} on stands there twice.", sku=row.sku, quantity=row.min_quantity)
    return None


def _write(
    actor: Actor, list_id: int, rows: Sequence[EntryRow], good: Mapping[tuple[Any, ...], int]
) -> list[tuple[int, bool]]:
    if not good:
        return []
    places = list(good.values())
    written = db.session.execute(_WRITE, {
        "list": list_id, "user": actor.user_id,
        "articles": [slot[0] for slot in good], "units": [slot[1] for slot in good],
        "minima": [slot[2] for slot in good], "starts": [slot[3] for slot in good],
        "prices": [rows[index].price for index in places],
        "bases": [rows[index].base_quantity for index in places],
        "ends": [rows[index].valid_to for index in places],
        "agreed": [rows[index].agreed_quantity for index in places],
    })  # fmt: skip
    return [(places[row - 1], is_new) for row, is_new in written]
