"""Filling a cart. A change prices the lines it touches: what it returns is what the buyer is shown of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.domain.company import demand_may_buy
from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.activity import note
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.agreed import agreed_problem
from app.ordering.domain.cart import (
    NOTHING_KEPT,
    CartEdit,
    CartRow,
    LineProblem,
    WantedLine,
    assortment_problem,
    quantity_problem,
    status_problem,
)
from app.ordering.domain.lifecycle import WORKED_KINDS, CartKind, CartState
from app.ordering.domain.sharing import Clash, Right
from app.ordering.models.carts import Cart, CartChange, CartLine
from app.ordering.queries.agreed import agreed_prices
from app.ordering.queries.cart import CartHead, cart_head, rows_of
from app.ordering.service.cart_lines import LineValues, insert_rows, put_lines, set_lines, write_note
from app.ordering.service.cart_state import (
    activate,
    active_id,
    demand_own_prices,
    head_of,
    insert_cart,
    locked,
    next_version,
    seen_now,
    shown,
    shown_rows,
    touch,
    who,
)

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
    page: CartEdit


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed (reversible by `restore(change_id)`), and the cart as it is now."""

    change_id: int
    count: int
    page: CartEdit


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
    if not head.is_open or head.kind not in WORKED_KINDS:
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
    buyer = buying_terms(actor)
    demand_may_buy(buyer, on_account=False)
    cart = locked(actor, cart_id if cart_id is not None else active_id(actor))
    known = _repeated(cart, client_ref, lines)
    if known is not None:
        return Added(known, 0, 0, seen_now(actor, cart, {line.article_id for line in lines}))
    demand_own_prices(cart)
    articles = articles_by_id(actor, {line.article_id for line in lines}, company_id=cart.company_id)
    there = _lines_of(cart, articles) if cart.line_count else {}
    wanted = _merged(lines, there)
    _demand_orderable(lines, wanted, articles)
    if cart.line_count + len(wanted.keys() - there.keys()) > MAX_LINES:
        raise Invalid("lines", N_("A cart holds at most {most} lines. Order what is in it first.", most=MAX_LINES))
    version = next_version(actor, cart)
    values = [
        LineValues(line.article_id, line.quantity, line.unit, _base(articles[line.article_id], line.quantity, line.unit),
                   line.note[:NOTE_LENGTH])
        for line in wanted.values()
    ]  # fmt: skip
    change_id = _log(cart, "added", version, who(actor), len(lines), client_ref=client_ref, request_hash=_hash(lines))
    note(actor, "cart_add", subject="cart", subject_id=cart.id, facts={"lines": len(lines), "page": page})
    grown = sum(1 for key in wanted if key in there)
    if there:
        touched = put_lines(actor, cart, values)
        now = shown(actor, cart, page, articles.keys(), touched, articles=articles)
    else:
        rows = _put_new(actor, cart, values, articles, clock.today(buyer.operator_zone))
        now = shown_rows(actor, cart, page, rows)
    return Added(change_id, len(wanted) - grown, grown, now)


def _put_new(
    actor: Actor, cart: Cart, values: Sequence[LineValues], articles: Mapping[int, Article], on: date
) -> list[CartRow]:  # fmt: skip
    """Lines of articles that the cart does not have: priced first, so that each is written once."""
    changed = (cart.version, cart.changed_at, cart.changed_by, cart.changed_by_id)
    lines = [
        (0, 0, one.article_id, one.quantity, one.unit, one.base, one.note, None, None, *changed, 0, *NOTHING_KEPT)
        for one in values
    ]
    rows = rows_of(actor, head_of(cart), on, lines, articles)
    insert_rows(actor, cart, rows)
    return rows


@command
def set_quantities(
    actor: Actor,
    cart_id: int,
    quantities: Mapping[int, tuple[Decimal, str | None]],
    *,
    seen: Mapping[int, tuple[Decimal, str]] = MappingProxyType({}),
    page: str = "",
) -> CartEdit:
    """Set quantity (and unit, where one is given) of lines by id; nothing is changed unless all fit.

    `seen` is what the person had before him when he changed a line. Raises Conflict with `details` [Clash] when a
    colleague has changed or removed such a line meanwhile, Invalid("quantity") with `details` [(line id, LineProblem)],
    NotFound for a line that is gone.
    """
    cart = locked(actor, cart_id)
    held = {line.id: line for line in db.session.execute(
        select(CartLine.id, CartLine.article_id, CartLine.quantity, CartLine.unit, CartLine.changed_by,
               CartLine.changed_at, CartLine.slot)
        .where(CartLine.cart_id == cart.id, CartLine.id.in_(quantities))
    )}  # fmt: skip
    _demand_no_clash(cart, held, quantities, seen)
    articles = articles_by_id(actor, {line.article_id for line in held.values()}, company_id=cart.company_id)
    agreed = dict(zip(held, agreed_prices(cart.id, cart.company_id, [one.slot for one in held.values()]), strict=False))
    rows, problems = [], []
    for line in held.values():
        quantity, unit = quantities[line.id][0], quantities[line.id][1] or line.unit
        article = articles[line.article_id]
        problem = _unusable(quantity) or quantity_problem(article, quantity, unit)
        if problem is None and (fixed := agreed.get(line.id)) is not None:
            problem = agreed_problem(fixed, quantity, unit)
        if problem is not None:
            problems.append((line.id, problem))
            continue
        rows.append(LineValues(article.id, quantity, unit, _base(article, quantity, unit), line_id=line.id))
    if problems:
        raise Invalid("quantity", problems[0][1].message, details=problems)
    next_version(actor, cart)
    set_lines(actor, cart, rows, [row for row in rows if row.unit != held[row.line_id or 0].unit])
    return shown(actor, cart, page, articles.keys(), list(held), articles=articles)


def _demand_no_clash(
    cart: Cart,
    held: Mapping[int, Any],
    quantities: Mapping[int, tuple[Decimal, str | None]],
    seen: Mapping[int, tuple[Decimal, str]],
) -> None:
    """Nobody overwrites what a colleague has entered since he looked."""
    gone = quantities.keys() - held.keys()
    if gone - seen.keys():
        raise NotFound(N_("This line is no longer in the cart."))
    clashes = _removed_lines(cart, {line_id: quantities[line_id][0] for line_id in gone}) if gone else []
    for line in held.values():
        mine = quantities[line.id]
        if line.id in seen and (line.quantity, line.unit) not in (seen[line.id], (mine[0], mine[1] or line.unit)):
            clashes.append(Clash(line.id, mine[0], line.quantity, line.unit, line.changed_by, line.changed_at))
    if clashes:
        raise Conflict(
            N_("Lines that a colleague has changed meanwhile: {n}. Choose what holds.", n=len(clashes)), details=clashes
        )


_REMOVED = text("""
SELECT DISTINCT ON (1) CAST(line ->> 'id' AS bigint), line ->> 'unit', c.who, c.at, a.id, a.sku
FROM cart_changes c CROSS JOIN jsonb_array_elements(c.lines) line
JOIN articles a ON a.id = CAST(line ->> 'article_id' AS bigint)
WHERE c.cart_id = :cart AND c.kind = 'removed' AND CAST(line ->> 'id' AS bigint) = ANY(CAST(:ids AS bigint[]))
ORDER BY 1, c.id DESC""")


def _removed_lines(cart: Cart, mine: Mapping[int, Decimal]) -> list[Clash]:
    rows = db.session.execute(_REMOVED, {"cart": cart.id, "ids": list(mine)}).all()
    if len(rows) < len(mine):
        raise NotFound(N_("This line is no longer in the cart."))
    return [Clash(line_id, mine[line_id], None, *rest) for line_id, *rest in rows]


@command
def set_line(
    actor: Actor,
    cart_id: int,
    line_id: int,
    *,
    quantity: Decimal,
    unit: str,
    note: str,
    seen: tuple[Decimal, str] | None = None,
    page: str = "",
) -> CartEdit:
    """Quantity, unit and note of one line at once; `seen` as in `set_quantities`."""
    set_note(actor, cart_id, line_id, note)
    before = {line_id: seen} if seen is not None else {}
    return set_quantities(actor, cart_id, {line_id: (quantity, unit)}, seen=before, page=page)


@command
def set_note(actor: Actor, cart_id: int, line_id: int, note: str) -> None:
    """A note to one line; it goes onto the order."""
    cart = locked(actor, cart_id)
    if len(note) > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    known = select(CartLine.note).where(CartLine.id == line_id, CartLine.cart_id == cart.id)
    before = db.session.scalars(known).one_or_none()
    if before is None:
        raise NotFound(N_("This line is no longer in the cart."))
    if before != note.strip():
        next_version(actor, cart)
        write_note(actor, cart, line_id, note.strip())
    touch(cart, "")


@command
def remove_lines(actor: Actor, cart_id: int, line_ids: Sequence[int] | None, *, page: str = "") -> Removed:
    """Take lines out (None: all of them); what was taken out is kept for `restore`."""
    cart = locked(actor, cart_id)
    gone = take_out(cart, line_ids)
    version = next_version(actor, cart)
    kept = [{name: _plain(value) for name, value in line._mapping.items()} for line in gone]  # noqa: SLF001
    change_id = _log(cart, "removed", version, who(actor), len(kept), lines=kept)
    return Removed(change_id, len(kept), shown(actor, cart, page, {line.article_id for line in gone}))


def take_out(cart: Cart, line_ids: Sequence[int] | None) -> Sequence[Any]:
    """Delete lines of a locked cart (None: all) and return what they held."""
    demand_own_prices(cart)
    statement = delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.company_id == cart.company_id)
    if line_ids is not None:
        statement = statement.where(CartLine.id.in_(line_ids))
    gone = db.session.execute(
        statement.returning(
            CartLine.id, CartLine.article_id, CartLine.quantity, CartLine.unit, CartLine.base_quantity, CartLine.note,
            CartLine.position, CartLine.checked_price, CartLine.checked_base_quantity, CartLine.slot,
        )
    ).all()  # fmt: skip
    if not gone:
        raise NotFound(N_("This line is no longer in the cart."))
    return gone


def _log(cart: Cart, kind: str, version: int, by: str, count: int, **facts: Any) -> int:
    """Note that lines came or left; returns the id of the change."""
    return db.session.scalars(
        insert(CartChange).returning(CartChange.id),
        [{"company_id": cart.company_id, "cart_id": cart.id, "kind": kind, "version": version, "who": by,
          "line_count": count, **facts}],
    ).one()  # fmt: skip


@command
def restore(actor: Actor, cart_id: int, change_id: int, *, page: str = "") -> CartEdit:
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
    version = next_version(actor, cart)
    facts = {
        "company_id": cart.company_id, "cart_id": cart.id, "version": version, "first_version": version,
        "changed_at": cart.changed_at, "changed_by": cart.changed_by, "changed_by_id": cart.changed_by_id,
    }  # fmt: skip
    db.session.execute(upsert(CartLine).on_conflict_do_nothing(), [{**line, **facts} for line in change.lines])
    return shown(actor, cart, page, {int(line["article_id"]) for line in change.lines})


@command
def visit_cart(actor: Actor, cart: int | CartHead, page: str, net: Decimal | None = None) -> None:
    """Note where the buyer is with his cart, and the sum he sees, without a lock: the last one wins."""
    head = cart if isinstance(cart, CartHead) else cart_head(actor, cart)
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


def _lines_of(cart: Cart, article_ids: Collection[int]) -> dict[tuple[int, str], _Known]:
    """Lines of these articles that the cart has already, by article and unit."""
    rows = db.session.execute(
        select(CartLine.article_id, CartLine.unit, CartLine.quantity, CartLine.note).where(
            CartLine.cart_id == cart.id,
            CartLine.slot == 0,
            CartLine.article_id == any_(bindparam("ids", list(article_ids), ARRAY(BigInteger))),
        )
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


def _hash(lines: Sequence[WantedLine]) -> str:
    content = [[line.article_id, str(line.quantity.normalize()), line.unit, line.note] for line in lines]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
