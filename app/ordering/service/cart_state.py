"""A cart under lock, and what the buyer is shown of it after a change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, text

from app.accounts.queries.companies import buying_terms
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden
from app.core.locks import lock_rows, note_lock
from app.core.texts import N_
from app.ordering.domain.cart import CartPage
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import CartHead, active_cart, cart_head, price_day, price_rows


# The row is the lock of "which cart is active": whoever comes second waits here and finds the cart of the first.
_HOLD_ACTIVE = text("""
INSERT INTO active_carts (company_id, user_id) VALUES (:company, :user)
ON CONFLICT (company_id, user_id) DO UPDATE SET cart_id = active_carts.cart_id""")
_SET_ACTIVE = text("""
INSERT INTO active_carts (company_id, user_id, cart_id) VALUES (:company, :user, :cart)
ON CONFLICT (company_id, user_id) DO UPDATE SET cart_id = excluded.cart_id""")


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
        db.session.execute(_HOLD_ACTIVE, {"company": actor.company_id, "user": user_id})
        head = active_cart(actor)
    if head is not None:
        return head.id
    cart_id = insert_cart(actor, "", CartKind.CART)
    activate(actor, cart_id)
    return cart_id


def insert_cart(actor: Actor, name: str, kind: CartKind) -> int:
    """A new, empty cart of the actor's own."""
    user_id = demand_person(actor)
    return db.session.scalars(
        insert(Cart).returning(Cart.id),
        [{"company_id": actor.company_id, "user_id": user_id, "name": name, "kind": kind.value,
          "currency": buying_terms(actor).currency, "last_activity_at": clock.now(), "changed_at": clock.now(),
          "changed_by": who(actor), "changed_by_id": user_id}],
    ).one()  # fmt: skip


def activate(actor: Actor, cart_id: int) -> None:
    """From now on the actor's clicks go to this cart."""
    note_lock("active_carts")
    values = {"company": actor.company_id, "user": demand_person(actor), "cart": cart_id}
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


_SHOWN = text("""
UPDATE cart_lines SET checked_price = new.price, checked_base_quantity = new.base
FROM unnest(CAST(:id AS bigint[]), CAST(:price AS numeric[]), CAST(:base AS numeric[])) AS new (id, price, base)
WHERE cart_lines.id = new.id
    AND (checked_price, checked_base_quantity) IS DISTINCT FROM (new.price, new.base)""")


def remember_prices(page: CartPage, line_ids: Sequence[int] | None = None) -> None:
    """Keep the prices the buyer is shown now, of some lines or of all; they become what placing compares with."""
    wanted = None if line_ids is None else set(line_ids)
    rows = [row for row in page.rows if wanted is None or row.line_id in wanted]
    if not rows:
        return
    db.session.execute(
        _SHOWN,
        {
            "id": [row.line_id for row in rows],
            "price": [row.price.unit_price for row in rows],
            "base": [row.price.base_quantity for row in rows],
        },
    )
    for row in rows:
        row.checked_price, row.checked_base_quantity = row.price.unit_price, row.price.base_quantity


def priced(actor: Actor, cart: Cart) -> CartPage:
    head = CartHead(
        cart.id, cart.company_id, cart.user_id, cart.name, cart.state, cart.currency, cart.version, cart.line_count,
        cart.net_seen, cart.draft, cart.last_activity_at, cart.coupons, cart.allowances_seen, cart.kind,
    )  # fmt: skip
    return price_rows(actor, head, price_day(actor))


def shown(actor: Actor, cart: Cart, page: str, touched: Sequence[int]) -> CartPage:
    """Price the cart after a change and keep what the buyer is shown of it."""
    cart.version += 1
    now = priced(actor, cart)
    remember_prices(now, touched)
    cart.line_count, cart.net_seen = len(now.rows), now.totals.net_total
    cart.allowances_seen = now.effects.seen
    touch(cart, page)
    return now


def touch(cart: Cart, page: str) -> None:
    cart.last_activity_at = clock.now()
    if page:
        cart.last_page = page[:200]
