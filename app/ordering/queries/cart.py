"""Carts, priced by the one pricing call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import repeat
from types import MappingProxyType
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, TextClause, any_, bindparam, case, literal, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.accounts.domain.company import demand_may_buy
from app.accounts.queries.companies import buying_terms, operator_zone
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.quantity import Factor
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.inventory.domain.promise import Need
from app.inventory.queries.promises import promises
from app.ordering.domain.agreed import range_problem
from app.ordering.domain.amendment import OF_ORDERED, still_needed
from app.ordering.domain.cart import CartPage, CartRow, Kept, find_problems, sums
from app.ordering.domain.lifecycle import WORKED_KINDS, CartKind, CartState
from app.ordering.domain.sharing import Right
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.shared_carts import ActiveCart, CartMember
from app.ordering.queries.agreed import agreed_prices
from app.ordering.queries.amendment import amending, cart_prices
from app.pricing.domain.price import PriceItem
from app.pricing.domain.promotions import NO_EFFECTS
from app.pricing.queries.promotions import promotion_effects

_ONE = Factor(1)
_HEAD: tuple[Any, ...] = (
    Cart.id, Cart.company_id, Cart.user_id, Cart.name, Cart.state, Cart.currency, Cart.version, Cart.line_count,
    Cart.net_seen, Cart.draft, Cart.last_activity_at, Cart.coupons, Cart.allowances_seen, Cart.kind,
)  # fmt: skip
_SLOT = 13  # where the slot stands in a line
_LINE: tuple[Any, ...] = (
    CartLine.id, CartLine.position, CartLine.article_id, CartLine.quantity, CartLine.unit, CartLine.base_quantity,
    CartLine.note, CartLine.checked_price, CartLine.checked_base_quantity, CartLine.version, CartLine.changed_at,
    CartLine.changed_by, CartLine.changed_by_id, CartLine.slot, CartLine.net_seen, CartLine.vat_category, CartLine.vat_rate,
    CartLine.is_agreed, CartLine.has_problem, CartLine.has_moved,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CartHead:
    """A cart without its lines. `net_seen` is the sum as the buyer last saw it, `coupons` the codes he entered.

    `right` is what the actor who asked may do with it, `user_id` its owner.
    """

    id: int
    company_id: int
    user_id: int
    name: str
    state: str
    currency: str
    version: int
    line_count: int
    net_seen: Decimal | None
    draft: dict[str, Any]
    last_activity_at: datetime
    coupons: list[str]
    allowances_seen: list[list[str]] | None
    kind: str = "cart"
    right: Right = Right.ORDER

    @property
    def is_open(self) -> bool:
        return self.state == CartState.OPEN


def right_of(actor: Actor) -> ColumnElement[str | None]:
    """What the actor may do with a cart, as a column beside it; null: nothing."""
    if actor.is_operator:
        return literal(Right.ORDER.value)
    shared = (
        select(CartMember.access)
        .where(CartMember.cart_id == Cart.id, or_(CartMember.user_id == actor.user_id, CartMember.user_id.is_(None)))
        .order_by((CartMember.access == Right.ORDER).desc(), (CartMember.access == Right.EDIT).desc())
        .limit(1)
        .scalar_subquery()
    )
    return case((Cart.user_id == actor.user_id, Right.ORDER.value), else_=shared)


def _heads(actor: Actor) -> Select[Any]:
    return visible(actor, select(*_HEAD, right_of(actor)), Cart)


def _head(row: Any) -> CartHead | None:
    """None where the actor may not even see the cart."""
    return None if row is None or row[-1] is None else replace(CartHead(*row), right=Right(row[-1]))


def active_cart(actor: Actor) -> CartHead | None:
    """The cart the buyer's clicks go to, None before the first line and once he may not change it any more."""
    return _workable(db.session.execute(_active(actor)).one_or_none())


def active_cart_beside(actor: Actor, asked: TextClause) -> tuple[CartHead | None, Any]:
    """The active cart, and in the same statement one more value."""
    one, head = select(literal(1)).subquery(), _active(actor).subquery()
    row = db.session.execute(select(*head.c, asked).select_from(one.outerjoin(head, true()))).one()
    return _workable(row[:-1]), row[-1]


def _active(actor: Actor) -> Select[Any]:
    return (
        _heads(actor)
        .join(ActiveCart, ActiveCart.cart_id == Cart.id)
        .where(
            ActiveCart.company_id == actor.company_id,
            ActiveCart.user_id == actor.user_id,
            ActiveCart.staff_id == actor.desk,
            Cart.state == CartState.OPEN,
            Cart.kind.in_(WORKED_KINDS),
        )
    )


def _workable(row: Any) -> CartHead | None:
    head = _head(row)
    return head if head is not None and head.right.covers(Right.EDIT) else None


def cart_head(actor: Actor, cart_id: int, right: Right = Right.SEE) -> CartHead:
    """One cart by its id. A stranger's, or a colleague's that is not shared, is NotFound; too small a right Forbidden."""
    head = _head(db.session.execute(_heads(actor).where(Cart.id == cart_id)).one_or_none())
    if head is None:
        raise NotFound(N_("There is no such cart."))
    demand_right(actor, head, right)
    return head


def demand_right(actor: Actor, head: CartHead, right: Right) -> None:
    """Raise Forbidden unless the cart was shared with the actor with at least this right; he is the one who asked for it."""
    if head.right.covers(right):
        return
    if right is Right.ORDER:
        raise Forbidden(N_("This cart is shared with you without the right to order. Ask its owner for it."))
    raise Forbidden(N_("This cart is shared with you to look at only. Ask its owner for the right to change it."))


def obstacle(actor: Actor) -> Message | None:
    """Why the account may not order on account at present; None when it may."""
    try:
        demand_may_buy(buying_terms(actor))
    except Conflict as error:
        return error.message
    return None


def price_day(actor: Actor) -> date:
    """The day prices are taken of: today where the operator is."""
    return clock.today(operator_zone(actor))


def priced_cart(actor: Actor, cart_id: int, *, on: date | None = None) -> CartPage:
    """All lines of a cart with price, stock and problems, and the sums; a constant number of statements."""
    return price_rows(actor, cart_head(actor, cart_id), on or price_day(actor))


def line_quantities(actor: Actor, cart_id: int) -> dict[int, Decimal]:
    """What each line holds, by line id."""
    head = cart_head(actor, cart_id)
    rows = db.session.execute(select(CartLine.id, CartLine.quantity).where(CartLine.cart_id == head.id))
    return {row.id: row.quantity for row in rows}


def price_rows(actor: Actor, head: CartHead, on: date) -> CartPage:
    """The lines of a cart whose head is known already."""
    rows = rows_priced(actor, head, on)
    sold = [row for row in rows if row.article.is_visible]
    effects = NO_EFFECTS
    if head.kind != CartKind.QUOTE:
        promoted = [row for row in sold if not row.price.source]
        effects = promotion_effects(
            actor,
            ((row.price, row.base_quantity, row.article.base_unit) for row in promoted),
            (row.article.id for row in promoted),
            company_id=head.company_id,
            currency=head.currency,
            coupons=head.coupons,
        )
    totals = sums((row.price for row in sold), head.currency, effects)
    return CartPage(
        head.id,
        head.company_id,
        head.name,
        head.version,
        head.currency,
        rows,
        totals,
        effects,
        head.allowances_seen,
        is_fixed=head.kind == CartKind.QUOTE,
    )


def rows_priced(
    actor: Actor,
    head: CartHead,
    on: date,
    article_ids: Collection[int] | None = None,
    articles: Mapping[int, Article] = MappingProxyType({}),
) -> list[CartRow]:
    """Lines of a cart with price, stock and problems, in its order: all, or those of some articles.

    Lines of one article belong together. `articles` are those of all these lines, where the caller has read them already.
    """
    statement = (
        select(*_LINE)
        .where(CartLine.cart_id == head.id, CartLine.company_id == head.company_id)
        .order_by(CartLine.position, CartLine.id)
    )
    if article_ids is not None:
        statement = statement.where(CartLine.article_id == any_(bindparam("ids", list(article_ids), ARRAY(BigInteger))))
    lines = db.session.execute(statement).all()
    if not lines:
        return []
    known = articles or articles_by_id(actor, {line.article_id for line in lines}, company_id=head.company_id)
    return rows_of(actor, head, on, lines, known)


def rows_of(
    actor: Actor, head: CartHead, on: date, lines: Sequence[Any], articles: Mapping[int, Article]
) -> list[CartRow]:  # fmt: skip
    """The same for lines that are known, also such as are not written yet: tuples of what a line holds.

    Lines of one article share what is left of a contract and what is in stock.
    """
    amended = amending(actor, head.id) if head.kind == CartKind.AMENDMENT else None
    originals = amended.originals if amended else {}
    agreed = agreed_prices(head.id, head.company_id, [line[_SLOT] for line in lines])
    prices = cart_prices(
        actor,
        [price_item(articles[line[2]], line[3], line[4]) for line in lines],
        on,
        head.company_id,
        amended,
        agreed=agreed,
        currency=head.currency,
    )
    needs = [
        need(articles[line[2]], still_needed(originals.get((line[2], line[4], price.source)), line[5]))
        for line, price in zip(lines, prices, strict=True)
    ]
    promised = promises(actor, needs, on, company_id=head.company_id)
    rows = []
    for line, price, fixed in zip(lines, prices, agreed or repeat(None), strict=False):
        (line_id, position, article_id, quantity, unit, base_quantity, note, checked_price, checked_base, version,
         changed_at, changed_by, changed_by_id, _slot, *kept) = line  # fmt: skip
        article = articles[article_id]
        promise = promised[article_id]
        problems = find_problems(article, quantity, unit, price, promise)
        if fixed is not None and (beyond := range_problem(fixed, quantity)) is not None:
            problems = (*problems, beyond)
        original = originals.get((article_id, unit, price.source))
        if original is not None and original.covers(base_quantity):
            problems = tuple(one for one in problems if one.code not in OF_ORDERED)
        rows.append(
            CartRow(
                line_id, position, article, quantity, unit, base_quantity, note, checked_price, checked_base, price,
                promise, problems, version, changed_at, changed_by, changed_by_id, Kept._make(kept),
            )
        )  # fmt: skip
    return rows


def price_item(article: Article, quantity: Decimal, unit: str) -> PriceItem:
    """What the pricing call needs of a line; a unit that is gone is priced as the base unit and reported as a problem."""
    factor = article.factor(unit) or _ONE
    return PriceItem(article.id, quantity, unit, article.base_unit, factor, article.vat_category, article.vat_class)


def need(article: Article, base_quantity: Decimal) -> Need:
    """What the stock is asked for."""
    return Need(article.id, base_quantity, article.order_policy, article.lead_time_days, article.is_kit)
