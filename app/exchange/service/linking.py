"""Documents that change nothing here by themselves: kept, and tied to what they are about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.texts import N_
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.model.invoice import BillingDocument
from app.documents.model.receipt_advice import ReceiptAdvice
from app.exchange.domain.message_machine import MessageState
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import sent_document
from app.exchange.service.match import take_document
from app.exchange.service.steps import step
from app.ordering.models.orders import Order

S = MessageState


def link(actor: Actor, message: ExchangeMessage, document: Any) -> None:
    """A locked message that is read and checked ends as answered, tied to the order or message it names."""
    _compare(actor, message, document)
    numbers = _numbers(document) if message.subject_id is None else []
    for number in numbers:
        sent = sent_document(message.partner_id or 0, "order", number)
        if sent is not None:
            message.answers_id, message.subject_kind = sent.id, sent.subject_kind
            message.subject_id = sent.subject_id
            break
        order_id = db.session.scalar(
            select(Order.id).where(Order.company_id == message.company_id,
                                   (Order.number == number) | (Order.po_number == number)).order_by(Order.id).limit(1)
        )  # fmt: skip
        if order_id is not None:
            message.subject_kind, message.subject_id = "order", order_id
            break
    words = None if message.subject_id is not None else N_("It names no order that is known here.")
    step(actor, message, S.MAPPED)
    step(actor, message, S.EXECUTED, action="kept_for_match", reason=words)
    step(actor, message, S.ANSWERED)


def _compare(actor: Actor, message: ExchangeMessage, document: Any) -> None:
    """Deliveries, receipts and invoices are held against the order or call-off they name."""
    if not isinstance(document, BillingDocument | DespatchAdvice | ReceiptAdvice) or message.company_id is None:
        return
    subject = take_document(actor, message.id, message.company_id, document)
    if subject is not None:
        message.subject_kind, message.subject_id = subject.kind, subject.id


def _numbers(document: Any) -> list[str]:
    """The orders a document names, the buyer's numbers first."""
    found: list[str] = []
    order = getattr(document, "order", None)
    if order is not None:
        found += [order.number, order.sales_number]
    for name in ("order_reference", "sales_order_reference", "request_number"):
        found.append(getattr(document, name, ""))
    for one in getattr(document, "orders", ()):
        found.append(getattr(one, "number", ""))
    for line in list(getattr(document, "lines", ()) or ())[:50]:
        reference = getattr(line, "order_line", None)
        found.append(getattr(reference, "number", "") if reference is not None else "")
    return [number for number in dict.fromkeys(found) if number]
