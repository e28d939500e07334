"""What messages about shipments, returns and claims need. In operator scope."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import Message
from app.fulfilment.domain.claimed import CLAIM
from app.fulfilment.domain.returned import RETURN
from app.fulfilment.models.claims import Claim
from app.fulfilment.models.returns import Return
from app.fulfilment.models.shipments import ShipmentLine
from app.ordering.models.orders import Order


@dataclass(frozen=True, slots=True)
class CaseToTell:
    """A return or a claim; `user_id` is who asked for it, `order_number` that of a replacement or of a claim's order."""

    id: int
    company_id: int
    company_name: str
    user_id: int | None
    number: str
    state: str
    outcome: str  # a claim's remedy
    note: str
    answer: str
    order_number: str
    word: Message | str


def orderers(actor: Actor, shipment_id: int) -> list[int]:
    """Who placed the orders whose goods a shipment brings."""
    statement = (
        select(Order.user_id)
        .join(ShipmentLine, ShipmentLine.order_id == Order.id)
        .where(ShipmentLine.shipment_id == shipment_id, Order.user_id.is_not(None))
        .distinct()
        .order_by(Order.user_id)
    )
    return [user_id for user_id in db.session.scalars(statement) if user_id is not None]


def return_to_tell(actor: Actor, return_id: int) -> CaseToTell:
    row = db.session.execute(
        select(Return, Company.name, Order.number)
        .join(Company, Company.id == Return.company_id)
        .outerjoin(Order, Order.id == Return.replacement_id)
        .where(Return.id == return_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found, company, order = row
    return CaseToTell(
        found.id, found.company_id, company, found.user_id, found.number, found.state, found.outcome, found.note,
        found.answer, order or "", RETURN.word(found.state),
    )  # fmt: skip


def claim_to_tell(actor: Actor, claim_id: int) -> CaseToTell:
    row = db.session.execute(
        select(Claim, Company.name).join(Company, Company.id == Claim.company_id).where(Claim.id == claim_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found, company = row
    return CaseToTell(
        found.id, found.company_id, company, found.user_id, found.number, found.state, found.remedy, found.note,
        found.answer, found.order_number, CLAIM.word(found.state),
    )  # fmt: skip
