"""A cart under lock, and what the buyer is shown of it after a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, text

from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden
from app.core.locks import lock_rows, note_lock
from app.core.texts import N_
from app.ordering.domain.cart import CartEdit, CartPage, CartRow
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import CartHead, active_cart, cart_head, price_day, rows_priced
from app.ordering.queries.cart_sums import kept_sums

# The row is the lock of "which cart is active": whoever comes second waits here and finds the cart of the first.
_HOLD_ACTIVE = text("""
INSERT INTO active_carts (company_id, user_id, staff_id) VALUES (:company, :user, :staff)
ON CONFLICT (company_id, user_id, staff_id) DO UPDATE SET cart_id = active_carts.cart_id""")
_SET_ACTIVE = text("""
INSERT INTO active_carts (company_id, user_id, staff_id, cart_id) VALUES (:company, :user, :staff, :cart)
ON CONFLICT (company_id, user_id, staff_id) DO UPDATE SET cart_id = excluded.cart_id""")


def demand_person(actor: Actor) -> int:
    """The id of the person; the program itself has no cart."""
    if actor.user_id is None:
        raise Forbidden(N_("Only a person has a cart."))
    return actor.user_id


def active_id(actor: Actor) -> int:
    """The buyer's active cart, made when there is none; two requests at once make one."""
    user_id = demand_person(actor)
    head = active_cart(actor)
    if head is None:
        note_lock("active_carts")
        db.session.execute(_HOLD_ACTIVE, {"company": actor.company_id, "user": user_id, "staff": actor.desk})
        head = active_cart(actor)
    if head is not None:
        return head.id
    cart_id = insert_cart(actor, "", CartKind.CART)
    activate(actor, cart_id)
    return cart_id


def insert_cart(actor: Actor, name: str, kind: CartKind) -> int:
    """A new, empty cart of the actor's own; one that somebody of the operator makes for a buyer is a prepared one."""
    user_id = demand_person(actor)
    if actor.staff_id is not None and kind is CartKind.CART:
        kind = CartKind.PREPARED
    return db.session.scalars(
        insert(Cart).returning(Cart.id),
        [{"company_id": actor.company_id, "user_id": user_id, "name": name, "kind": kind.value,
          "currency": buying_terms(actor).currency, "last_activity_at": clock.now(), "changed_at": clock.now(),
          "changed_by": who(actor), "changed_by_id": user_id, "staff_id": actor.staff_id,
          "staff_name": actor.staff_name}],
    ).one()  # fmt: skip


def activate(actor: Actor, cart_id: int) -> None:
    """From now on the actor's clicks go to this cart."""
    note_lock("active_carts")
    values = {
        "company": actor.company_id, "user": demand_person(actor), "staff": actor.desk, "cart": cart_id,
    }  # fmt: skip
    db.session.execute(_SET_ACTIVE, values)


def who(actor: Actor) -> str:
    """How colleagues are told who did something."""
    return f"{actor.staff_name} / {actor.name}" if actor.staff_id is not None else actor.name


def locked(actor: Actor, cart_id: int, right: Right = Right.EDIT) -> Cart:
    """The cart under lock, if the actor may change it now."""
    head = cart_head(actor, cart_id, right)
    (cart,) = lock_rows(Cart, [head.id])
    if cart.state == CartState.ORDERED:
        raise Conflict(N_("This cart was ordered already. What you add now goes into a new one."))
    if cart.state != CartState.OPEN:
        raise Conflict(N_("This cart cannot be changed now."))
    return cart


def demand_own_prices(cart: Cart) -> None:
    """Refuse to put lines or coupons into a cart of agreed prices, or to take them out."""
    if cart.kind == CartKind.QUOTE:
        raise Conflict(N_("This cart holds what was agreed in a quote: nothing can be added or left out."))


# Written only where the line is still as it was when it was priced. Values travel as text, which is fastest.
_KEEP = """
UPDATE cart_lines l SET net_seen = new.net, vat_category = new.category, vat_rate = new.rate, is_agreed = new.agreed,
    has_problem = new.wrong, has_moved = new.moved, version = coalesce(CAST(:now AS int), l.version){more}
FROM unnest(CAST(:id AS bigint[]), CAST(:version AS int[]), CAST(:net AS numeric[]), CAST(:category AS text[]),
    CAST(:rate AS numeric[]), CAST(:agreed AS boolean[]), CAST(:wrong AS boolean[]), CAST(:moved AS boolean[]){arrays})
    AS new (id, version, net, category, rate, agreed, wrong, moved{names})
WHERE l.id = new.id AND l.cart_id = :cart AND l.version = new.version"""
_KEEP_FACTS = text(_KEEP.format(more="", arrays="", names=""))
_KEEP_SHOWN = text(
    _KEEP.format(
        more=", checked_price = new.price, checked_base_quantity = new.base",
        arrays=", CAST(:price AS numeric[]), CAST(:base AS numeric[])",
        names=", price, base",
    )
)


def remember_prices(page: CartPage) -> None:
    """Keep the prices the buyer is shown now of all lines; they become what placing compares with."""
    keep_shown(page.cart_id, [row for row in page.rows if row.change is not None or row.facts != row.kept])


def keep_shown(cart_id: int, rows: Sequence[CartRow]) -> None:
    """The same for some lines of a cart."""
    if rows:
        prices = agree(rows)
        db.session.execute(_KEEP_SHOWN, {**_facts(cart_id, rows), **prices})


def keep_facts(cart_id: int, rows: Sequence[CartRow], version: int | None = None) -> None:
    """Keep what pricing found of lines, so that sums can be made of it; the price the buyer agreed to stays.

    `version`, where a change of the cart brought it about: who has the page open is told.
    """
    if rows:
        db.session.execute(_KEEP_FACTS, _facts(cart_id, rows, version))


def _facts(cart_id: int, rows: Sequence[CartRow], version: int | None = None) -> dict[str, Any]:
    return {
        "cart": cart_id,
        "now": version,
        "id": array_of(row.line_id for row in rows),
        "version": array_of(row.version for row in rows),
        **found_columns(rows),
    }


def agree(rows: Sequence[CartRow]) -> dict[str, str]:
    """The prices of these lines become those the buyer has seen; their columns."""
    for row in rows:
        row.checked_price, row.checked_base_quantity = row.price.unit_price, row.price.base_quantity
    return {
        "price": array_of(row.price.unit_price for row in rows),
        "base": array_of(row.price.base_quantity for row in rows),
    }


def found_columns(rows: Sequence[CartRow]) -> dict[str, str]:
    """What pricing found of lines, column by column."""
    facts = [row.facts for row in rows]
    return {
        "net": array_of(fact.net for fact in facts),
        "category": array_of(fact.vat_category for fact in facts),
        "rate": array_of(fact.vat_rate for fact in facts),
        "agreed": array_of(fact.is_agreed for fact in facts),
        "wrong": array_of(fact.has_problem for fact in facts),
        "moved": array_of(fact.has_moved for fact in facts),
    }


def array_of(values: Iterable[Any]) -> str:
    """Numbers, codes and flags as an array the way PostgreSQL writes it."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


@command
def keep_opened(actor: Actor, page: CartPage) -> None:
    """Keep what opening a cart found of lines whose price or stock has moved; nothing is done while somebody changes it."""
    stale = [row for row in page.rows if row.facts != row.kept]
    if not stale:
        return
    is_free = select(Cart.id).where(Cart.id == page.cart_id).with_for_update(skip_locked=True)
    if db.session.scalars(is_free).one_or_none() is not None:
        keep_facts(page.cart_id, stale)


def head_of(cart: Cart) -> CartHead:
    """The locked cart as queries want it."""
    return CartHead(
        cart.id, cart.company_id, cart.user_id, cart.name, cart.state, cart.currency, cart.version, cart.line_count,
        cart.net_seen, cart.draft, cart.last_activity_at, cart.coupons, cart.allowances_seen, cart.kind,
    )  # fmt: skip


def next_version(actor: Actor, cart: Cart) -> int:
    """Count a change of the lines, and say whose."""
    cart.version += 1
    cart.changed_at, cart.changed_by, cart.changed_by_id = clock.now(), who(actor), actor.user_id
    return cart.version


def shown(
    actor: Actor,
    cart: Cart,
    page: str,
    article_ids: Collection[int],
    touched: Collection[int] = (),
    *,
    articles: Mapping[int, Article] = MappingProxyType({}),
) -> CartEdit:
    """After a change: price the lines of these articles, keep what the buyer is shown, sum up the whole cart.

    The prices of `touched` lines are those he agrees to; the others of the same articles only take part. `articles` spare
    reading them once more. Nothing of it grows with the number of the other lines but one sum inside the database.
    """
    db.session.flush()
    now = seen_now(actor, cart, article_ids, touched, articles)
    return _noted(cart, page, now)


def shown_rows(actor: Actor, cart: Cart, page: str, rows: list[CartRow]) -> CartEdit:
    """The same where the touched lines were priced before they were written, and kept with it."""
    return _noted(cart, page, _summed(actor, cart, rows))


def _noted(cart: Cart, page: str, now: CartEdit) -> CartEdit:
    cart.line_count, cart.net_seen, cart.allowances_seen = now.counts.lines, now.totals.net_total, now.effects.seen
    touch(cart, page)
    return now


def seen_now(
    actor: Actor,
    cart: Cart,
    article_ids: Collection[int],
    touched: Collection[int] = (),
    articles: Mapping[int, Article] = MappingProxyType({}),
) -> CartEdit:
    """The lines of some articles at today's prices, and the sums of the cart."""
    rows = rows_priced(actor, head_of(cart), price_day(actor), article_ids, articles) if article_ids else []
    mine = set(touched)
    keep_shown(cart.id, [row for row in rows if row.line_id in mine])
    others = [row for row in rows if row.line_id not in mine and row.facts != row.kept]
    keep_facts(cart.id, others, cart.version)
    return _summed(actor, cart, rows)


def _summed(actor: Actor, cart: Cart, rows: list[CartRow]) -> CartEdit:
    totals, effects, counts = kept_sums(actor, head_of(cart), rows)
    return CartEdit(
        cart.id, cart.company_id, cart.name, cart.version, cart.currency, rows, totals, counts, effects,
        is_fixed=cart.kind == CartKind.QUOTE,
    )  # fmt: skip


def touch(cart: Cart, page: str) -> None:
    cart.last_activity_at = clock.now()
    if page:
        cart.last_page = page[:200]
