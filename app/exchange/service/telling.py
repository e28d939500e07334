"""Planning what partners are told after something happened here; nothing where nothing was agreed."""

from __future__ import annotations

from sqlalchemy import select

from app.billing.models.invoices import Invoice
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.texts import N_, Message
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.message_machine import MessageState
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import answers_to, inbound_order
from app.exchange.service.outbox import plan
from app.exchange.service.steps import locked_message
from app.fulfilment.queries.shipments import shipment_facts, shipments_of_order
from app.ordering.models.approvals import Approval
from app.ordering.models.changes import OrderChange, OrderRequest
from app.ordering.models.orders import Order
from app.sourcing.models.quotes import Quote

_BY_PARTNER = "edi:"  # how references of what partners did themselves begin


@command
def tell_order(actor: Actor, order_id: int, change_id: int) -> None:
    """Confirmed, cut, cancelled or amended here: the partner gets a new answer to its order."""
    message = inbound_order("order", order_id)
    reference = db.session.scalar(select(OrderChange.client_ref).where(OrderChange.id == change_id)) or ""
    if message is not None and not reference.startswith(_BY_PARTNER):
        _answer(actor, message, Subject("order", order_id), f"change:{change_id}")


@command
def tell_proposal(actor: Actor, order_id: int, proposal_id: int) -> None:
    """Lines were confirmed otherwise than ordered and wait for the buyer's yes."""
    message = inbound_order("order", order_id)
    if message is not None:
        _answer(actor, message, Subject("order", order_id), f"proposal:{proposal_id}")


@command
def tell_decision(actor: Actor, approval_id: int) -> None:
    """An order that waited for approval was decided about."""
    found = inbound_order("approval", approval_id)
    row = db.session.execute(
        select(Approval.order_id, Approval.state).where(Approval.id == approval_id)
    ).one_or_none()  # fmt: skip
    if found is None or row is None or row.state == "waiting":
        return
    message = locked_message(found.id)
    if row.order_id is not None:
        message.subject_kind, message.subject_id = "order", row.order_id
        _answer(actor, message, Subject("order", row.order_id), "decided")
        return
    refused = N_("The order was not approved.")
    message.report = message.report | {"refused": refused.as_json()}
    _answer(actor, message, Subject("approval", approval_id), "decided")


@command
def tell_cancellation(actor: Actor, request_id: int) -> None:
    """A cancellation that the partner asked for was decided about; granted, the change of the order tells of it."""
    row = db.session.execute(
        select(OrderRequest.order_id, OrderRequest.client_ref, OrderRequest.state, OrderRequest.answer).where(
            OrderRequest.id == request_id
        )
    ).one_or_none()
    if row is None or not row.client_ref.startswith(_BY_PARTNER):
        return
    message = db.session.scalar(
        select(ExchangeMessage)
        .where(ExchangeMessage.subject_kind == "order", ExchangeMessage.subject_id == row.order_id,
               ExchangeMessage.direction == "in", ExchangeMessage.document == "order-change")
        .order_by(ExchangeMessage.id.desc())
        .limit(1)
    )  # fmt: skip
    if message is None:
        return
    message = locked_message(message.id)
    report = {name: value for name, value in message.report.items() if name != "asked"}
    if row.state == "refused":
        report["refused"] = Message(row.answer.replace("{", "(").replace("}", ")")).as_json()
    message.report = report
    _answer(actor, message, Subject("order", row.order_id), f"request:{request_id}")


def _answer(actor: Actor, message: ExchangeMessage, subject: Subject, occasion: str) -> None:
    """One that is planned and not written yet will tell of this, too."""
    if any(one.state == MessageState.PLANNED for one in answers_to([message.id])):
        return
    plan(
        actor, message.company_id, "order-response", subject=subject, client_ref=f"answer:{message.id}:{occasion}",
        partner_id=message.partner_id, answers_id=message.id,
    )  # fmt: skip


@command
def tell_shipment(actor: Actor, shipment_id: int) -> int | None:
    """Goods have left: their despatch advice, once, to the partner whose order they belong to, else to the account's.

    Returns the message; None: nothing was agreed.
    """
    facts = shipment_facts(actor, shipment_id)
    found = [message for order_id, _ in facts.orders if (message := inbound_order("order", order_id)) is not None]
    message = found[0] if found else None
    return plan(
        actor, facts.company_id, "despatch-advice", subject=Subject("shipment", shipment_id),
        client_ref=f"shipment:{shipment_id}", partner_id=message.partner_id if message is not None else None,
        answers_id=message.id if message is not None else None,
    )  # fmt: skip


@command
def tell_despatch(actor: Actor, order_number: str) -> int | None:
    """The despatch advices of an order's shipments that have left, each once; returns the last, None: nothing agreed."""
    order_id = db.session.scalar(select(Order.id).where(Order.number == order_number))
    if order_id is None:
        raise NotFound(N_("There is no such order."))
    left = [row.id for row in shipments_of_order(actor, order_id) if row.sent_at is not None]
    if not left:
        raise Conflict(N_("Nothing of this order has left yet."))
    return [tell_shipment(actor, key) for key in left][-1]


@command
def tell_invoice(actor: Actor, invoice_id: int) -> None:
    """A checked invoice (or credit note) goes to the account's partner."""
    row = db.session.execute(
        select(Invoice.company_id, Invoice.order_id, Invoice.document["kind"].astext.label("kind")).where(
            Invoice.id == invoice_id
        )
    ).one_or_none()
    if row is None:
        return
    order = inbound_order("order", row.order_id) if row.order_id is not None else None
    plan(
        actor, row.company_id, row.kind, subject=Subject("invoice", invoice_id), client_ref=f"invoice:{invoice_id}",
        partner_id=order.partner_id if order is not None else None, answers_id=order.id if order is not None else None,
    )  # fmt: skip


@command
def tell_quote(actor: Actor, quote_id: int, version: int) -> None:
    company_id = db.session.scalar(select(Quote.company_id).where(Quote.id == quote_id))
    if company_id is None:
        return
    asked = db.session.scalar(
        select(ExchangeMessage)
        .where(ExchangeMessage.subject_kind == "quote", ExchangeMessage.subject_id == quote_id,
               ExchangeMessage.direction == "in")
        .order_by(ExchangeMessage.id)
        .limit(1)
    )  # fmt: skip
    plan(
        actor, company_id, "quotation", subject=Subject("quote", quote_id), client_ref=f"quote:{quote_id}:{version}",
        partner_id=asked.partner_id if asked is not None else None, answers_id=asked.id if asked is not None else None,
    )  # fmt: skip
