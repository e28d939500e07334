"""What is printed for a customer on the spot, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.queries.companies import customer_party
from app.billing.documents.confirmation import confirmation_document
from app.billing.queries.entities import entity_of
from app.billing.queries.layouts import effective_layout, paper_language
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.documents.model.order_response import OrderResponse
from app.documents.paper.brand import Brand
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.own_fields import printed_own


@dataclass(frozen=True, slots=True)
class Look:
    """In which language and with whose mark a customer's papers are printed; `locale` is that of his portal."""

    brand: Brand
    language: str
    locale: str


def look_of(actor: Actor, company_id: int, locale: str, country: str) -> Look:
    """By the legal entity that invoices the account."""
    layout = effective_layout(actor, entity_of(actor, company_id).id)
    return Look(layout.brand, paper_language(layout, locale, country), locale)


def order_confirmation(actor: Actor, order_id: int) -> tuple[OrderResponse, Look]:
    """The order as confirmed and how it is printed; NotFound for a cancelled one, one from before this
    portal, or another company's.
    """
    statement = select(Order).where(Order.id == order_id, Order.source != "history", Order.state != "cancelled")
    order = db.session.scalar(visible(actor, statement, Order))
    if order is None:
        raise NotFound
    lines = db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    ).all()
    buyer, seller = customer_party(actor, order.company_id), entity_of(actor, order.company_id).party
    zone = ZoneInfo(buyer.time_zone)
    placed, confirmed = (
        moment.astimezone(zone).date() for moment in (order.placed_at, order.confirmed_at or order.placed_at)
    )
    document = confirmation_document(
        order, lines, seller, placed, confirmed, remarks=printed_own(actor, order.own, buyer.locale)
    )
    return document, look_of(actor, order.company_id, buyer.locale, buyer.country)
