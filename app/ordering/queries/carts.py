"""A person's carts and those shared with him: the list, with whom, who is in one now, what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, or_, select, text

from app.accounts.models.people import Membership, User
from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db
from app.core.permissions import of_role
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.ordering.domain.lifecycle import SHOWN_KINDS, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.shared_carts import ActiveCart, CartLineChange, CartMember
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head, right_of


@dataclass(frozen=True, slots=True)
class CartRowOfList:
    """A cart in the list; `net_seen` as it was worked out last, `right` what the person who asks may do."""

    id: int
    name: str
    kind: str
    owner_id: int
    owner: str
    line_count: int
    net_seen: Decimal | None
    currency: str
    changed_at: datetime
    changed_by: str
    is_active: bool
    is_shared: bool
    right: Right


@dataclass(frozen=True, slots=True)
class CartGuest:
    """With whom a cart is shared; `user_id` None: with the whole company."""

    user_id: int | None
    name: str
    right: Right


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line as the order pad reads and writes it."""

    sku: str
    quantity: Decimal
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """One change of one line, in words."""

    at: datetime
    who: str
    words: Message


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to a cart since a version: lines changed, come in and gone, and who did it last."""

    touched: tuple[int, ...]
    added: tuple[int, ...]
    gone: tuple[int, ...]


def carts(
    actor: Actor, *, after: tuple[str, ...] | None = None, before: tuple[str, ...] | None = None, limit: int = 51
) -> list[CartRowOfList]:
    """Open carts the actor may see, the latest changed first; keys are (changed_at, id). One statement."""
    is_shared = exists().where(CartMember.cart_id == Cart.id)
    is_active = exists().where(
        ActiveCart.cart_id == Cart.id,
        ActiveCart.user_id == actor.user_id,
        ActiveCart.staff_id == actor.desk,
        ActiveCart.company_id == actor.company_id,
    )
    columns: tuple[Any, ...] = (
        Cart.id, Cart.name, Cart.kind, Cart.user_id, User.name, Cart.line_count, Cart.net_seen, Cart.currency,
        Cart.changed_at, Cart.changed_by, is_active, is_shared, right_of(actor),
    )  # fmt: skip
    theirs = exists().where(
        CartMember.cart_id == Cart.id, or_(CartMember.user_id == actor.user_id, CartMember.user_id.is_(None))
    )
    statement = (
        visible(actor, select(*columns), Cart)
        .join(User, User.id == Cart.user_id)
        .where(
            Cart.company_id == actor.company_id,
            Cart.state == CartState.OPEN,
            Cart.kind.in_(SHOWN_KINDS),
            or_(Cart.user_id == actor.user_id, theirs),
        )
    )
    bound = before or after
    if bound is not None:
        key = and_(Cart.changed_at == datetime.fromisoformat(bound[0]), Cart.id < int(bound[1]))
        later = and_(Cart.changed_at == datetime.fromisoformat(bound[0]), Cart.id > int(bound[1]))
        statement = statement.where(
            or_(Cart.changed_at > datetime.fromisoformat(bound[0]), later)
            if before
            else or_(Cart.changed_at < datetime.fromisoformat(bound[0]), key)
        )
    order = (Cart.changed_at, Cart.id) if before else (Cart.changed_at.desc(), Cart.id.desc())
    rows = [
        replace(CartRowOfList(*row), right=Right(row[-1]))
        for row in db.session.execute(statement.order_by(*order).limit(limit))
    ]
    return rows[::-1] if before else rows


def guests(actor: Actor, head: CartHead) -> list[CartGuest]:
    """With whom a cart is shared, the whole company first."""
    rows = db.session.execute(
        select(CartMember.user_id, User.name, CartMember.access)
        .outerjoin(User, User.id == CartMember.user_id)
        .where(CartMember.cart_id == head.id)
        .order_by(CartMember.user_id.is_not(None), User.name, CartMember.user_id)
    )
    return [CartGuest(row[0], row[1] or "", Right(row[2])) for row in rows]


def colleagues(actor: Actor, head: CartHead) -> list[tuple[int, str]]:
    """Active people of the cart's company who may fill carts, without its owner; by name."""
    rows = db.session.execute(
        select(User.id, User.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == head.company_id, Membership.is_active, User.is_active, User.id != head.user_id)
        .order_by(User.name, User.id)
    )
    return [(row[0], row[1]) for row in rows if Permission.FILL_CART in of_role(row[2])]


def owner_name(actor: Actor, head: CartHead) -> str:
    return db.session.scalars(select(User.name).where(User.id == head.user_id)).one_or_none() or ""


_GONE = text("""
SELECT DISTINCT CAST(line ->> 'id' AS bigint) FROM cart_changes c CROSS JOIN jsonb_array_elements(c.lines) line
WHERE c.cart_id = :cart AND c.kind = 'removed' AND c.version > :version AND line ? 'id'
    AND NOT EXISTS (SELECT FROM cart_lines l WHERE l.id = CAST(line ->> 'id' AS bigint) AND l.cart_id = :cart)""")


def changes_since(actor: Actor, head: CartHead, version: int) -> Changes:
    """Which lines a page that shows this version must draw again."""
    rows = db.session.execute(
        select(CartLine.id, CartLine.first_version).where(CartLine.cart_id == head.id, CartLine.version > version)
    ).all()
    gone = db.session.scalars(_GONE, {"cart": head.id, "version": version}).all()
    return Changes(
        tuple(row.id for row in rows if row.first_version <= version),
        tuple(row.id for row in rows if row.first_version > version),
        tuple(gone),
    )


def line_history(actor: Actor, cart_id: int, line_id: int) -> list[LineChange]:
    """What was changed in one line, by whom, the latest first."""
    head = cart_head(actor, cart_id)
    rows = db.session.execute(
        select(CartLineChange.at, CartLineChange.who, CartLineChange.kind, CartLineChange.before, CartLineChange.after)
        .where(CartLineChange.cart_id == head.id, CartLineChange.line_id == line_id)
        .order_by(CartLineChange.id.desc())
        .limit(50)
    )
    return [LineChange(at, who, _words(kind, before, after)) for at, who, kind, before, after in rows]


def _words(kind: str, before: str, after: str) -> Message:
    if kind == "note":
        return N_("Note: {note}", note=after) if after else N_("Note taken away")
    (old, old_unit), (new, new_unit) = before.split(" "), after.split(" ")
    return N_("{before} {old_unit} became {after} {new_unit}", before=Decimal(old), old_unit=unit_name(old_unit),
              after=Decimal(new), new_unit=unit_name(new_unit))  # fmt: skip


def plain_lines(actor: Actor, head: CartHead) -> list[PlainLine]:
    """All lines of a cart without prices, in its order."""
    rows = db.session.execute(
        select(Article.sku, CartLine.quantity, CartLine.unit, CartLine.note)
        .join(Article, Article.id == CartLine.article_id)
        .where(CartLine.cart_id == head.id, CartLine.company_id == head.company_id)
        .order_by(CartLine.position, CartLine.id)
    )
    return [PlainLine(*row) for row in rows]
