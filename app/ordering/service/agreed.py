"""Carts at agreed prices: made by what agreed them (a quote, a contract), ordered like any other cart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.texts import N_
from app.ordering.domain.agreed import AgreedLine, demand_exact
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.agreed import CartAgreedPrice
from app.ordering.models.carts import Cart, CartChange, CartLine
from app.ordering.models.shared_carts import CartMember
from app.ordering.queries.agreed import live_cart
from app.ordering.service.cart import MAX_LINES, NAME_LENGTH, NOTE_LENGTH
from app.ordering.service.cart_state import who


@command
def open_agreed_cart(
    actor: Actor,
    company_id: int,
    lines: Sequence[AgreedLine],
    *,
    name: str,
    source: str,
    currency: str,
    client_ref: str,
    user_id: int | None = None,
    draft: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """A cart of exactly these lines at exactly these prices; returns its id.

    `source` is what agreed them: it has one cart at a time, a repeat gets that one, and may order it. Once that is thrown
    away, a new one may be made. `user_id` owns the cart where somebody of the operator makes it, `draft` is what checkout
    begins with. Raises Invalid("lines") for a quantity outside its range or a number of more than six decimals, Conflict
    where the cart is ordered already.
    """
    owner = user_id if actor.is_operator else actor.user_id
    if owner is None:
        raise Forbidden(N_("Only a person has a cart."))
    known = live_cart(actor, company_id, source)
    if known is not None:
        return _joined(actor, company_id, known, owner)
    demand_exact(list(lines))
    if not lines or len(lines) > MAX_LINES:
        raise Invalid("lines", N_("There is nothing to add."))
    values = _values(actor, company_id, lines)
    cart_id = _insert(
        actor, company_id, owner, name=name, source=source, currency=currency, lines=len(lines), draft=dict(draft)
    )
    if cart_id is None:
        raise Conflict(N_("Somebody has opened this cart at the same moment. Try again."))
    keys = {"company_id": company_id, "cart_id": cart_id}
    db.session.execute(insert(CartAgreedPrice), [keys | _price(slot, line) for slot, line in enumerate(lines, 1)])
    db.session.execute(insert(CartLine), [keys | line for line in values])
    db.session.execute(insert(CartChange), [keys | {
        "kind": "added", "client_ref": client_ref, "request_hash": _hash(lines), "version": 1, "who": who(actor),
        "line_count": len(lines),
    }])  # fmt: skip
    facts = {"source": source, "lines": len(lines), "currency": currency}
    audit.record(actor, "cart", cart_id, "made", {"kind": "quote", **facts}, company_id=company_id)
    return cart_id


def _joined(actor: Actor, company_id: int, known: tuple[int, CartState], owner: int) -> int:
    """Who opens a cart that is there already may order it, too."""
    cart_id, state = known
    if state is CartState.ORDERED:
        raise Conflict(N_("This cart was ordered already."))
    held = db.session.scalars(select(Cart.user_id).where(Cart.id == cart_id)).one()
    if held != owner and not actor.is_operator:
        member = upsert(CartMember).values(
            company_id=company_id, cart_id=cart_id, user_id=owner, access=Right.ORDER.value
        )
        db.session.execute(
            member.on_conflict_do_update(index_elements=["cart_id", "user_id"], set_={"access": Right.ORDER.value})
        )
    return cart_id


def _insert(
    actor: Actor, company_id: int, owner: int, *, name: str, source: str, currency: str, lines: int, draft: dict[str, str]
) -> int | None:  # fmt: skip
    """None where another cart of this source was made a moment ago."""
    staff_id, staff_name = (actor.user_id, actor.name) if actor.is_operator else (actor.staff_id, actor.staff_name)
    now = clock.now()
    statement = (
        upsert(Cart)
        .values(
            company_id=company_id, user_id=owner, name=name[:NAME_LENGTH], kind=CartKind.QUOTE.value, source=source,
            currency=currency, draft=draft, version=1, line_count=lines, last_activity_at=now, changed_at=now,
            changed_by=who(actor), changed_by_id=actor.user_id, staff_id=staff_id, staff_name=staff_name,
        )
        .on_conflict_do_nothing()
        .returning(Cart.id)
    )  # fmt: skip
    return db.session.scalars(statement).one_or_none()


def _values(actor: Actor, company_id: int, lines: Sequence[AgreedLine]) -> list[dict[str, Any]]:
    """The lines of the cart; the price the buyer agreed to is the one he has seen."""
    articles = articles_by_id(actor, {line.article_id for line in lines}, company_id=company_id)
    found = []
    for slot, line in enumerate(lines, 1):
        article = articles.get(line.article_id)
        if article is None:
            raise Invalid("lines", N_("There is no such article."))
        factor = article.factor(line.unit)
        if factor is None:
            raise Invalid("unit", N_("{sku} is not sold in the unit {unit}.", sku=article.sku, unit=line.unit))
        found.append({
            "position": slot, "slot": slot, "article_id": line.article_id, "quantity": line.quantity,
            "unit": line.unit, "base_quantity": factor.to_base(line.quantity), "note": line.note[:NOTE_LENGTH],
            "checked_price": line.unit_price, "checked_base_quantity": line.base_quantity, "version": 1,
            "first_version": 1, "changed_at": clock.now(), "changed_by": who(actor), "changed_by_id": actor.user_id,
        })  # fmt: skip
    return found


def _price(slot: int, line: AgreedLine) -> dict[str, Any]:
    return {
        "slot": slot, "article_id": line.article_id, "unit": line.unit, "min_quantity": line.min_quantity,
        "max_quantity": line.max_quantity, "unit_price": line.unit_price, "base_quantity": line.base_quantity,
        "source": line.source,
    }  # fmt: skip


def _hash(lines: Sequence[AgreedLine]) -> str:
    content = "\n".join(f"{one.source} {one.article_id} {one.quantity.normalize()} {one.unit_price}" for one in lines)
    return hashlib.sha256(content.encode()).hexdigest()
