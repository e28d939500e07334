"""The cart, quote, order, invoice, claim or account a thread is about, for those who may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.policy import Permission as Accounts
from app.billing.models.invoices import Invoice
from app.billing.policy import Permission as Billing
from app.conversations.domain.subjects import ACCOUNT, CART, CLAIM, INVOICE, ORDER, QUOTE, Rights, kinds_of
from app.conversations.models.threads import Conversation
from app.conversations.policy import Permission
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.permissions import of_role
from app.fulfilment.models.claims import Claim
from app.fulfilment.policy import Permission as Fulfilment
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.models.shared_carts import CartMember
from app.ordering.policy import Permission as Ordering
from app.ordering.queries.cart import right_of
from app.sourcing.models.quotes import Quote
from app.sourcing.policy import Permission as Sourcing

RIGHTS: Mapping[str, Rights] = {
    CART: Rights(Ordering.FILL_CART, (Ordering.READ_ALL,)),
    QUOTE: Rights(Sourcing.READ_QUOTES, (Sourcing.ANSWER, Sourcing.RELEASE)),
    ORDER: Rights(Ordering.READ, (Ordering.READ_ALL,)),
    INVOICE: Rights(Billing.READ, (Billing.READ,)),
    CLAIM: Rights(Fulfilment.READ, (Fulfilment.READ,)),
    ACCOUNT: Rights(Permission.READ, (Accounts.READ_ACCOUNTS,)),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """`user_id` is whose it is: who fills the cart, placed the order, asked for the quote."""

    kind: str
    id: int
    company_id: int
    number: str
    title: str
    user_id: int | None
    company_code: str
    company_name: str
    manager_id: int | None


_NOBODY: Any = literal(None)
_COLUMNS: Mapping[str, tuple[Any, tuple[Any, ...]]] = {
    CART: (Cart, (Cart.id, Cart.company_id, cast(Cart.id, String).label("number"), Cart.name, Cart.user_id)),
    QUOTE: (Quote, (Quote.id, Quote.company_id, Quote.number, Quote.title, Quote.user_id)),
    ORDER: (Order, (Order.id, Order.company_id, Order.number, literal(""), Order.user_id)),
    INVOICE: (Invoice, (Invoice.id, Invoice.company_id, Invoice.number, literal(""), _NOBODY)),
    CLAIM: (Claim, (Claim.id, Claim.company_id, Claim.number, literal(""), Claim.user_id)),
    ACCOUNT: (Company, (Company.id, Company.id, Company.code, Company.name, _NOBODY)),
}


def subject(actor: Actor, kind: str, subject_id: int) -> Subject:
    """What somebody wants to write or read about; NotFound where he may not see it. One statement."""
    if kind not in kinds_of(actor, RIGHTS):
        raise NotFound
    model, columns = _COLUMNS[kind]
    statement = select(*columns, Company.code, Company.name, Company.manager_id).where(model.id == subject_id)
    if kind == ACCOUNT:
        statement = statement.where(Company.kind == CompanyKind.CUSTOMER)
    else:
        statement = statement.join(Company, Company.id == model.company_id)
    if not actor.is_operator:
        statement = statement.where((Company.id if kind == ACCOUNT else model.company_id) == actor.company_id)
        if kind == CART:
            statement = statement.where(right_of(actor).is_not(None))
        if kind == QUOTE:
            statement = statement.where(Quote.is_hidden.is_(False))
    row: Any = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return Subject(kind, *row)


def seen(actor: Actor) -> ColumnElement[bool]:
    """The threads the actor may see, as a condition: those whose subject he may see."""
    kinds = kinds_of(actor, RIGHTS)
    if actor.is_operator:
        return Conversation.subject_kind.in_(kinds)
    is_own_cart = exists().where(Cart.id == Conversation.subject_id, right_of(actor).is_not(None))
    is_offered = exists().where(Quote.id == Conversation.subject_id, Quote.is_hidden.is_(False))
    plain = tuple(kind for kind in kinds if kind not in (CART, QUOTE))
    ways: list[ColumnElement[bool]] = [Conversation.subject_kind.in_(plain)]
    if CART in kinds:
        ways.append(and_(Conversation.subject_kind == CART, is_own_cart))
    if QUOTE in kinds:
        ways.append(and_(Conversation.subject_kind == QUOTE, is_offered))
    return and_(
        Conversation.company_id == actor.company_id, Conversation.last_message_id.is_not(None), or_(*ways)
    )  # fmt: skip


def colleagues(actor: Actor, about: Subject) -> list[tuple[int, str]]:
    """Who can be called in by name: people of the actor's own side who may see the subject, without himself."""
    rows = _people(Company.kind == CompanyKind.OPERATOR if actor.is_operator else Company.id == about.company_id)
    fit = [
        (user_id, name)
        for user_id, name, role in rows
        if user_id != actor.user_id and role_sees(role, about.kind, is_operator=actor.is_operator)
    ]
    if actor.is_operator or about.kind != CART:
        return fit
    of_cart = cart_people(about.id, about.user_id, [user_id for user_id, _name in fit])
    return [one for one in fit if one[0] in of_cart]


def role_sees(role: str, kind: str, *, is_operator: bool) -> bool:
    """Whether people in a role see subjects of a kind and their threads."""
    rights, held = RIGHTS[kind], of_role(role)
    wanted = rights.operator if is_operator else (rights.customer,)
    return Permission.READ in held and any(one in held for one in wanted)


def cart_people(cart_id: int, owner_id: int | None, user_ids: Sequence[int]) -> set[int]:
    """Of these people the ones who may see a cart: its owner, and those it is shared with."""
    rows = db.session.scalars(select(CartMember.user_id).where(CartMember.cart_id == cart_id)).all()
    if None in rows:
        return set(user_ids)
    return {one for one in user_ids if one == owner_id or one in rows}


def _people(term: ColumnElement[bool]) -> list[tuple[int, str, str]]:
    rows = db.session.execute(
        select(User.id, User.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .join(Company, Company.id == Membership.company_id)
        .where(term, Membership.is_active, User.is_active, Company.state != CompanyState.INACTIVE)
        .order_by(User.name, User.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
