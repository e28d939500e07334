"""Carts that were handed over by a link."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.accounts.models.people import User
from app.accounts.service.tokens import cart_token, is_cart_token
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.texts import N_
from app.ordering.domain.lifecycle import SHOWN_KINDS, CartState
from app.ordering.models.carts import Cart


@dataclass(frozen=True, slots=True)
class HandedCart:
    """What somebody sees before taking a cart over. `net_seen`: net, as worked out last, in `currency`."""

    id: int
    company_id: int
    owner_id: int
    owner: str
    staff_name: str
    name: str
    note: str
    line_count: int
    net_seen: Decimal | None
    currency: str
    token: str


def handed_cart(actor: Actor, token: str) -> HandedCart:
    """The cart behind a link, for people of its company. NotFound for anybody else and for a link that has ended,
    Conflict for a cart that was ordered or discarded.
    """
    number = token.partition(".")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise _ended()
    return _handed(actor, int(number), token)


def handed_by_id(actor: Actor, cart_id: int) -> HandedCart:
    """The same for the message to its owner, in operator scope."""
    return _handed(actor, cart_id, None)


def _handed(actor: Actor, cart_id: int, token: str | None) -> HandedCart:
    statement = select(Cart, User.name).join(User, User.id == Cart.user_id).where(Cart.id == cart_id)
    if not actor.is_operator:
        statement = statement.where(Cart.company_id == actor.company_id)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise _ended()
    cart, owner = row
    made_at = cart.handed_over_at
    if made_at is None or (token is not None and not is_cart_token(token, cart.id, made_at)):
        raise _ended()
    if cart.state != CartState.OPEN or cart.kind not in SHOWN_KINDS:
        raise Conflict(N_("This cart was ordered or discarded already."))
    return HandedCart(
        cart.id, cart.company_id, cart.user_id, owner, cart.staff_name, cart.name, cart.handed_note, cart.line_count,
        cart.net_seen, cart.currency, cart_token(cart.id, made_at),
    )  # fmt: skip


def _ended() -> NotFound:
    return NotFound(N_("This link does not work any more. Ask for a new one."))
