"""Carts as wholes: their names, copies, merging, throwing away, and with whom they are shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update

from app.accounts.models.people import Membership, User
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.ordering.domain.lifecycle import SHOWN_KINDS, CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart, CartChange, CartLine
from app.ordering.models.shared_carts import CartMember
from app.ordering.queries.cart import CartHead, cart_head, demand_right
from app.ordering.service.cart import MAX_LINES, fitting_name
from app.ordering.service.cart_state import activate, insert_cart, locked, next_version, shown, who


@dataclass(frozen=True, slots=True)
class Merged:
    """How many lines of the other cart are in this one now; `unmerge(change_id)` takes them out again."""

    change_id: int
    count: int


@command
def rename_cart(actor: Actor, cart_id: int, name: str) -> None:
    cart = locked(actor, cart_id)
    new = fitting_name(name)
    if new == cart.name:
        return
    audit.record(actor, "cart", cart.id, "renamed", {"name": [cart.name, new]}, company_id=cart.company_id)
    cart.name = new


_COPY = text("""
INSERT INTO cart_lines (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note, version,
    first_version, changed_at, changed_by, changed_by_id)
SELECT company_id, :new, min(position), article_id, sum(quantity), unit, sum(base_quantity), min(note), 1, 1, :now, :who,
    :user
FROM cart_lines WHERE cart_id = :old
GROUP BY company_id, article_id, unit
RETURNING article_id""")


@command
def copy_cart(actor: Actor, cart_id: int, name: str) -> int:
    """The same lines as a cart of the actor's own, which becomes his active one; who may see a cart may copy it."""
    head = cart_head(actor, cart_id)
    new_id = insert_cart(actor, fitting_name(name), CartKind.CART)
    activate(actor, new_id)
    cart = locked(actor, new_id)
    next_version(actor, cart)
    values = {"old": head.id, "new": new_id, "now": clock.now(), "who": who(actor), "user": actor.user_id}
    copied = set(db.session.scalars(_COPY, values))
    shown(actor, cart, "", copied)
    audit.record(actor, "cart", new_id, "copied", {"from": head.name or str(head.id), "lines": len(copied)})
    return new_id


@command
def discard_cart(actor: Actor, cart_id: int) -> None:
    """Throw a cart away; `bring_back` undoes it."""
    head = cart_head(actor, cart_id)
    _demand_owner(actor, head)
    cart = locked(actor, cart_id)
    cart.state = CartState.DISCARDED
    audit.record(actor, "cart", cart.id, "discarded", {"lines": cart.line_count}, company_id=cart.company_id)


@command
def bring_back(actor: Actor, cart_id: int) -> None:
    head = cart_head(actor, cart_id)
    _demand_owner(actor, head)
    (cart,) = lock_rows(Cart, [head.id])
    if cart.state != CartState.DISCARDED or cart.kind == CartKind.QUOTE:
        raise Conflict(N_("This cart is not among the discarded ones any more."))
    cart.state, cart.last_activity_at = CartState.OPEN, clock.now()
    audit.record(actor, "cart", cart.id, "brought_back", company_id=cart.company_id)


# What the target held before comes along, so that merging can be taken back.
_MERGE = text("""
WITH held AS (
    SELECT m.id, m.article_id, m.unit, m.quantity, m.base_quantity FROM cart_lines m
    JOIN cart_lines o ON o.cart_id = :source AND o.article_id = m.article_id AND o.unit = m.unit
    WHERE m.cart_id = :target
), told AS (
    INSERT INTO cart_line_changes (company_id, cart_id, line_id, at, who, kind, before, after)
    SELECT o.company_id, :target, h.id, :now, :who, 'quantity', trim_scale(h.quantity) || ' ' || h.unit,
        trim_scale(h.quantity + o.quantity) || ' ' || h.unit
    FROM held h JOIN cart_lines o ON o.cart_id = :source AND o.article_id = h.article_id AND o.unit = h.unit
), put AS (
    INSERT INTO cart_lines AS l (company_id, cart_id, position, article_id, quantity, unit, base_quantity, note, version,
        first_version, changed_at, changed_by, changed_by_id)
    SELECT company_id, :target, (SELECT coalesce(max(position), 0) FROM cart_lines WHERE cart_id = :target)
        + row_number() OVER (ORDER BY position, id), article_id, quantity, unit, base_quantity, note, :version, :version,
        :now, :who, :user
    FROM cart_lines WHERE cart_id = :source
    ON CONFLICT (cart_id, article_id, unit, slot) DO UPDATE SET quantity = l.quantity + excluded.quantity,
        base_quantity = l.base_quantity + excluded.base_quantity,
        note = CASE WHEN l.note = '' THEN excluded.note ELSE l.note END, version = excluded.version,
        changed_at = excluded.changed_at, changed_by = excluded.changed_by, changed_by_id = excluded.changed_by_id
    RETURNING l.id, l.article_id
)
SELECT put.id, put.article_id, held.quantity::text, held.base_quantity::text FROM put LEFT JOIN held ON held.id = put.id""")


@command
def merge_carts(actor: Actor, cart_id: int, into_id: int) -> Merged:
    """Move the lines of one cart into another and discard the emptied one; equal article and unit are added up."""
    _demand_owner(actor, cart_head(actor, cart_id))
    if cart_id == into_id:
        raise Invalid("into", N_("Choose another cart."))
    demand_right(actor, cart_head(actor, into_id), Right.EDIT)
    source, target = sorted(lock_rows(Cart, [cart_id, into_id]), key=lambda cart: cart.id != cart_id)
    kinds = {source.kind, target.kind}
    if {source.state, target.state} != {CartState.OPEN} or not kinds <= set(SHOWN_KINDS):
        raise Conflict(N_("This cart cannot be changed now."))
    if source.currency != target.currency:
        raise Conflict(N_("The carts have different currencies. Order them apart."))
    if source.line_count + target.line_count > MAX_LINES:
        raise Invalid("into", N_("A cart holds at most {most} lines. Order what is in it first.", most=MAX_LINES))
    version = next_version(actor, target)
    values = {
        "source": source.id, "target": target.id, "version": version, "now": target.changed_at, "who": who(actor),
        "user": actor.user_id,
    }  # fmt: skip
    rows = db.session.execute(_MERGE, values).all()
    source.state = CartState.DISCARDED
    kept = [{"id": row[0], "article_id": row[1], "quantity": row[2], "base_quantity": row[3]} for row in rows]
    change_id = db.session.scalars(
        insert(CartChange).returning(CartChange.id),
        [{"company_id": target.company_id, "cart_id": target.id, "kind": "added", "version": version, "who": who(actor),
          "line_count": len(rows), "lines": kept, "client_ref": f"merge-{source.id}-{target.id}-{version}"}],
    ).one()  # fmt: skip
    shown(actor, target, "", {row[1] for row in rows}, [row[0] for row in rows])
    facts = {"from": source.name or str(source.id), "from_id": source.id, "lines": len(rows)}
    audit.record(actor, "cart", target.id, "merged", facts, company_id=target.company_id)
    return Merged(change_id, len(rows))


_UNMERGE = text("""
UPDATE cart_lines l SET quantity = o.quantity, base_quantity = o.base, version = :version
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[]), CAST(:bases AS numeric[])) o (id, quantity, base)
WHERE l.id = o.id AND l.cart_id = :cart AND l.version = :merged""")


@command
def unmerge(actor: Actor, cart_id: int, into_id: int, change_id: int) -> None:
    """Take back a merging: lines that somebody has changed since stay as they are."""
    _demand_owner(actor, cart_head(actor, cart_id))
    if cart_id == into_id:
        raise Conflict(N_("Choose another cart."))
    demand_right(actor, cart_head(actor, into_id), Right.EDIT)
    source, target = sorted(lock_rows(Cart, [cart_id, into_id]), key=lambda cart: cart.id != cart_id)
    change = db.session.scalars(
        update(CartChange)
        .where(CartChange.id == change_id, CartChange.cart_id == target.id, CartChange.undone_at.is_(None),
               CartChange.client_ref.startswith(f"merge-{source.id}-{target.id}-"))
        .values(undone_at=clock.now())
        .returning(CartChange)
    ).one_or_none()  # fmt: skip
    if change is None or source.state != CartState.DISCARDED or target.state != CartState.OPEN:
        raise Conflict(N_("This cart is not among the discarded ones any more."))
    version = next_version(actor, target)
    grown = [line for line in change.lines if line["quantity"] is not None]
    new = [line["id"] for line in change.lines if line["quantity"] is None]
    db.session.execute(_UNMERGE, {
        "cart": target.id, "version": version, "merged": change.version, "ids": [line["id"] for line in grown],
        "quantities": [line["quantity"] for line in grown], "bases": [line["base_quantity"] for line in grown],
    })  # fmt: skip
    gone = db.session.scalars(
        delete(CartLine)
        .where(CartLine.cart_id == target.id, CartLine.id.in_(new), CartLine.version == change.version)
        .returning(CartLine.id)
    ).all()
    _note_gone(target, version, who(actor), gone)
    source.state = CartState.OPEN
    shown(actor, target, "", {line["article_id"] for line in change.lines}, [line["id"] for line in grown])
    audit.record(actor, "cart", target.id, "unmerged", {"from_id": source.id}, company_id=target.company_id)


def _note_gone(cart: Cart, version: int, by: str, ids: Sequence[int]) -> None:
    """Who has the page open is told which lines left."""
    if ids:
        db.session.execute(insert(CartChange), [
            {"company_id": cart.company_id, "cart_id": cart.id, "kind": "removed", "version": version, "who": by,
             "line_count": len(ids), "lines": [{"id": line_id} for line_id in ids], "undone_at": clock.now()}
        ])  # fmt: skip


@command
def share_cart(actor: Actor, cart_id: int, user_id: int | None, right: Right) -> None:
    """Share with a colleague, or with the whole company (None); what he could do before is replaced.

    Only the owner shares, and only with active people of the cart's company.
    """
    head = cart_head(actor, cart_id)
    _demand_owner(actor, head)
    cart = locked(actor, cart_id)
    name = _colleague(head, user_id) if user_id is not None else N_("the whole company")
    member = db.session.scalars(_member(cart.id, user_id)).one_or_none()
    before = member.access if member is not None else None
    if member is None:
        db.session.add(CartMember(company_id=cart.company_id, cart_id=cart.id, user_id=user_id, access=right))
    else:
        member.access = right
    audit.record(
        actor, "cart", cart.id, "shared", {"with": name, "right": [before, right.value]}, company_id=cart.company_id
    )


@command
def unshare_cart(actor: Actor, cart_id: int, user_id: int | None) -> None:
    """Stop sharing with a colleague or the whole company; a colleague may leave a cart himself."""
    head = cart_head(actor, cart_id)
    if user_id is None or user_id != actor.user_id:
        _demand_owner(actor, head)
    gone = db.session.scalars(
        delete(CartMember)
        .where(CartMember.cart_id == head.id, CartMember.user_id.is_not_distinct_from(user_id))
        .returning(CartMember.access)
    ).one_or_none()
    if gone is None:
        raise NotFound(N_("The cart is not shared with them any more."))
    audit.record(
        actor, "cart", head.id, "unshared", {"user": user_id, "right": [gone, None]}, company_id=head.company_id
    )


def _member(cart_id: int, user_id: int | None) -> Any:
    return select(CartMember).where(
        CartMember.cart_id == cart_id, CartMember.user_id.is_not_distinct_from(user_id)
    )  # fmt: skip


def _colleague(head: CartHead, user_id: int) -> str:
    works_there = exists().where(
        Membership.company_id == head.company_id, Membership.user_id == User.id, Membership.is_active
    )
    name = db.session.scalars(select(User.name).where(User.id == user_id, User.is_active, works_there)).one_or_none()
    if name is None:
        raise Invalid("user", N_("Choose somebody who works for your company."))
    if user_id == head.user_id:
        raise Invalid("user", N_("The owner of a cart has every right already."))
    return name


def _demand_owner(actor: Actor, head: CartHead) -> None:
    if not actor.is_operator and head.user_id != actor.user_id:
        raise Forbidden(N_("Only the owner of a cart may do this. You can make a copy of it."))
