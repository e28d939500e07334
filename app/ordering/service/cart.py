"""Filling a cart. Every command prices the whole cart once: what it returns is what the buyer is shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.domain.company import demand_may_buy
from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import (
    CartPage,
    LineProblem,
    WantedLine,
    assortment_problem,
    quantity_problem,
    status_problem,
)
from app.ordering.domain.lifecycle import SHOWN_KINDS, CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart, CartChange, CartLine
from app.ordering.queries.cart import cart_head
from app.ordering.service.cart_state import activate, active_id, insert_cart, locked, priced, shown, touch

MAX_LINES = 10_000
MAX_QUANTITY = Decimal(10) ** 11  # numeric(18,6) holds twelve digits before the point
NOTE_LENGTH = 300
NAME_LENGTH = 80
_EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding: lines new in the cart, lines whose quantity grew, and the cart as it is now."""

    change_id: int
    new: int
    grown: int
    page: CartPage


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed (reversible by `restore(change_id)`), and the cart as it is now."""

    change_id: int
    count: int
    page: CartPage


@dataclass(frozen=True, slots=True)
class _Known:
    """A line the cart has already."""

    quantity: Decimal
    unit: str
    note: str


@command
def new_cart(actor: Actor, name: str, *, kind: str = "cart") -> int:
    """An empty cart of the actor's own; which one is active stays as it is."""
    cart_id = insert_cart(actor, fitting_name(name), CartKind(kind))
    audit.record(actor, "cart", cart_id, "made", {"name": name.strip(), "kind": kind})
    return cart_id


@command
def make_active(actor: Actor, cart_id: int) -> None:
    """Let the actor's clicks go to this cart from now on; he must be allowed to change it."""
    head = cart_head(actor, cart_id, Right.EDIT)
    if not head.is_open or head.kind not in SHOWN_KINDS:
        raise Conflict(N_("This cart cannot be changed now."))
    activate(actor, head.id)


def fitting_name(name: str) -> str:
    if len(name.strip()) > NAME_LENGTH:
        raise Invalid("name", N_("At most {most} characters.", most=NAME_LENGTH))
    return name.strip()


@command
def add_lines(
    actor: Actor, cart_id: int | None, lines: Sequence[WantedLine], *, client_ref: str, page: str = ""
) -> Added:
    """Put lines into a cart (None: the buyer's active one, made if there is none); a repeat adds nothing.

    Equal article and unit is added to the line that is there. Raises Invalid("quantity" or "lines") when a line cannot
    be ordered in this quantity, with `details` [(index, LineProblem)]; Conflict when the account is blocked.
    """
    demand_may_buy(buying_terms(actor), on_account=False)
    cart = locked(actor, cart_id if cart_id is not None else active_id(actor))
    known = _repeated(cart, client_ref, lines)
    if known is not None:
        return Added(known, 0, 0, priced(actor, cart))
    articles = articles_by_id(actor, {line.article_id for line in lines})
    there = _lines_of(cart)
    wanted = _merged(lines, there)
    _demand_orderable(lines, wanted, articles)
    if len(there.keys() | wanted.keys()) > MAX_LINES:
        raise Invalid("lines", N_("A cart holds at most {most} lines. Order what is in it first.", most=MAX_LINES))
    touched = _write_lines(cart, wanted, articles)
    change_id = db.session.scalars(
        insert(CartChange).returning(CartChange.id),
        [{"company_id": cart.company_id, "cart_id": cart.id, "kind": "added", "client_ref": client_ref,
          "request_hash": _hash(lines), "line_count": len(lines)}],
    ).one()  # fmt: skip
    grown = sum(1 for key in wanted if key in there)
    return Added(change_id, len(wanted) - grown, grown, shown(actor, cart, page, touched))


@command
def set_quantities(
    actor: Actor, cart_id: int, quantities: Mapping[int, tuple[Decimal, str | None]], *, page: str = ""
) -> CartPage:
    """Set quantity (and unit, where one is given) of lines by id; nothing is changed unless all fit.

    Raises Invalid("quantity") with `details` [(line id, LineProblem)], NotFound for a line that is gone.
    """
    cart = locked(actor, cart_id)
    held = db.session.execute(
        select(CartLine.id, CartLine.article_id, CartLine.unit).where(
            CartLine.cart_id == cart.id, CartLine.id.in_(quantities)
        )
    ).all()
    if len(held) != len(quantities):
        raise NotFound(N_("This line is no longer in the cart."))
    articles = articles_by_id(actor, {line.article_id for line in held})
    rows, problems = [], []
    for line in held:
        quantity, unit = quantities[line.id][0], quantities[line.id][1] or line.unit
        article = articles[line.article_id]
        problem = _unusable(quantity) or quantity_problem(article, quantity, unit)
        if problem is not None:
            problems.append((line.id, problem))
            continue
        rows.append({"id": line.id, "quantity": quantity, "unit": unit, "base": _base(article, quantity, unit)})
    if problems:
        raise Invalid("quantity", problems[0][1].message, details=problems)
    _demand_units_free(cart, rows)
    db.session.execute(_SET, _columns(rows, ("id", "quantity", "unit", "base")))
    return shown(actor, cart, page, [row["id"] for row in rows])


@command
def set_note(actor: Actor, cart_id: int, line_id: int, note: str) -> None:
    """A note to one line; it goes onto the order."""
    cart = locked(actor, cart_id)
    if len(note) > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    changed = db.session.scalars(
        update(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id == cart.id)
        .values(note=note.strip())
        .returning(CartLine.id)
    ).all()
    if not changed:
        raise NotFound(N_("This line is no longer in the cart."))
    touch(cart, "")


@command
def remove_lines(actor: Actor, cart_id: int, line_ids: Sequence[int] | None, *, page: str = "") -> Removed:
    """Take lines out (None: all of them); what was taken out is kept for `restore`."""
    cart = locked(actor, cart_id)
    statement = delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.company_id == cart.company_id)
    if line_ids is not None:
        statement = statement.where(CartLine.id.in_(line_ids))
    gone = db.session.execute(
        statement.returning(
            CartLine.article_id, CartLine.quantity, CartLine.unit, CartLine.base_quantity, CartLine.note,
            CartLine.position, CartLine.checked_price, CartLine.checked_base_quantity,
        )
    ).all()  # fmt: skip
    if not gone:
        raise NotFound(N_("This line is no longer in the cart."))
    kept = [{name: _plain(value) for name, value in line._mapping.items()} for line in gone]  # noqa: SLF001
    change_id = db.session.scalars(
        insert(CartChange).returning(CartChange.id),
        [{"company_id": cart.company_id, "cart_id": cart.id, "kind": "removed", "line_count": len(kept),
          "lines": kept}],
    ).one()  # fmt: skip
    return Removed(change_id, len(kept), shown(actor, cart, page, []))


@command
def restore(actor: Actor, cart_id: int, change_id: int, *, page: str = "") -> CartPage:
    """Put removed lines back at their old places; lines that were added again meanwhile stay as they are."""
    cart = locked(actor, cart_id)
    change = db.session.scalars(
        update(CartChange)
        .where(
            CartChange.id == change_id,
            CartChange.cart_id == cart.id,
            CartChange.kind == "removed",
            CartChange.undone_at.is_(None),
        )
        .values(undone_at=clock.now())
        .returning(CartChange)
    ).one_or_none()
    if change is None:
        raise Conflict(N_("These lines are back already."))
    rows = [{**line, "company_id": cart.company_id, "cart_id": cart.id} for line in change.lines]
    db.session.execute(upsert(CartLine).on_conflict_do_nothing(), rows)
    return shown(actor, cart, page, [])


@command
def visit_cart(actor: Actor, cart_id: int, page: str, net: Decimal | None = None) -> None:
    """Note where the buyer is with his cart, and the sum he sees, without a lock: the last one wins."""
    head = cart_head(actor, cart_id)
    values: dict[str, Any] = {"last_page": page, "last_activity_at": clock.now()}
    if net is not None:
        values["net_seen"] = net
    db.session.execute(update(Cart).where(Cart.id == head.id, Cart.state == CartState.OPEN).values(**values))


def _repeated(cart: Cart, client_ref: str, lines: Sequence[WantedLine]) -> int | None:
    """The change the same request has made before; other content under the same reference is a Conflict."""
    row = db.session.execute(
        select(CartChange.id, CartChange.request_hash).where(
            CartChange.company_id == cart.company_id, CartChange.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != _hash(lines):
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def _lines_of(cart: Cart) -> dict[tuple[int, str], _Known]:
    rows = db.session.execute(
        select(CartLine.article_id, CartLine.unit, CartLine.quantity, CartLine.note).where(CartLine.cart_id == cart.id)
    )
    return {(row.article_id, row.unit): _Known(row.quantity, row.unit, row.note) for row in rows}


def _merged(lines: Sequence[WantedLine], there: Mapping[tuple[int, str], _Known]) -> dict[tuple[int, str], WantedLine]:
    """What the touched lines hold afterwards, by article and unit."""
    wanted: dict[tuple[int, str], WantedLine] = {}
    for line in lines:
        key = (line.article_id, line.unit)
        held: WantedLine | _Known | None = wanted.get(key) or there.get(key)
        if held is None:
            wanted[key] = line
        else:
            total = line.quantity + held.quantity
            wanted[key] = WantedLine(line.article_id, total, line.unit, line.note or held.note)
    return wanted


def _demand_orderable(
    lines: Sequence[WantedLine], wanted: Mapping[tuple[int, str], WantedLine], articles: Mapping[int, Article]
) -> None:
    """Each line must fit the article's rule by itself or together with what is in the cart; all problems at once."""
    problems: list[tuple[int, LineProblem]] = []
    for index, line in enumerate(lines):
        article = articles.get(line.article_id)
        if article is None:
            problems.append((index, LineProblem("unknown", N_("There is no such article."))))
            continue
        together = wanted[line.article_id, line.unit].quantity
        problem = (
            _unusable(together) or _unusable(line.quantity) or assortment_problem(article) or status_problem(article)
        )
        if problem is None and quantity_problem(article, together, line.unit) is not None:
            problem = quantity_problem(article, line.quantity, line.unit)
        if problem is not None:
            problems.append((index, problem))
    if not lines:
        raise Invalid("lines", N_("There is nothing to add."))
    if problems and len(lines) == 1:
        raise Invalid("quantity", problems[0][1].message, details=problems)
    if problems:
        raise Invalid("lines", N_("Lines that cannot be added: {n}.", n=len(problems)), details=problems)


def _unusable(quantity: Decimal) -> LineProblem | None:
    """Quantities no article can have."""
    if quantity <= 0:
        return LineProblem("not_positive", N_("The quantity must be more than zero."))
    if quantity >= MAX_QUANTITY:
        return LineProblem("too_large", N_("The quantity is too large."))
    if quantity != quantity.quantize(_EXACT):
        return LineProblem("too_fine", N_("At most six digits after the decimal sign."))
    return None


def _base(article: Article, quantity: Decimal, unit: str) -> Decimal:
    factor = article.factor(unit)
    if factor is None:
        raise Invalid("unit", N_("{sku} is not sold in the unit {unit}.", sku=article.sku, unit=unit))
    return factor.to_base(quantity)


_PUT = text("""
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note)
SELECT :company_id, :cart_id,
    (SELECT coalesce(max(position), 0) FROM cart_lines WHERE cart_id = :cart_id) + new.place,
    new.article_id, new.quantity, new.unit, new.base, new.note
FROM unnest(CAST(:article_id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]),
    CAST(:base AS numeric[]), CAST(:note AS text[])) WITH ORDINALITY AS new (article_id, quantity, unit, base, note, place)
ON CONFLICT (cart_id, article_id, unit) DO UPDATE SET
    quantity = excluded.quantity, base_quantity = excluded.base_quantity, note = excluded.note
RETURNING id""")

_SET = text("""
UPDATE cart_lines SET quantity = new.quantity, unit = new.unit, base_quantity = new.base
FROM unnest(CAST(:id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]), CAST(:base AS numeric[]))
    AS new (id, quantity, unit, base)
WHERE cart_lines.id = new.id""")


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _write_lines(
    cart: Cart, wanted: Mapping[tuple[int, str], WantedLine], articles: Mapping[int, Article]
) -> list[int]:
    """One statement for all lines; returns their ids."""
    rows = [
        {
            "article_id": line.article_id,
            "quantity": line.quantity,
            "unit": line.unit,
            "base": _base(articles[line.article_id], line.quantity, line.unit),
            "note": line.note[:NOTE_LENGTH],
        }
        for line in wanted.values()
    ]
    columns = _columns(rows, ("article_id", "quantity", "unit", "base", "note"))
    return list(db.session.scalars(_PUT, {"company_id": cart.company_id, "cart_id": cart.id, **columns}))


def _demand_units_free(cart: Cart, rows: Sequence[Mapping[str, Any]]) -> None:
    """A line cannot move to a unit in which the same article is in the cart already."""
    clash = db.session.scalar(
        text("""
            SELECT count(*) FROM cart_lines mine JOIN cart_lines other
                ON other.cart_id = mine.cart_id AND other.article_id = mine.article_id AND other.id <> mine.id
            JOIN unnest(CAST(:id AS bigint[]), CAST(:unit AS text[])) AS new (id, unit)
                ON new.id = mine.id AND new.unit = other.unit
            WHERE mine.cart_id = :cart_id"""),
        {"cart_id": cart.id, **_columns(rows, ("id", "unit"))},
    )
    if clash:
        raise Invalid("unit", N_("The article is in the cart in this unit already. Change that line."))


def _hash(lines: Sequence[WantedLine]) -> str:
    content = [[line.article_id, str(line.quantity.normalize()), line.unit, line.note] for line in lines]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
