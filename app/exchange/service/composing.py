"""The document of a planned message, made of what it tells of as that stands now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from app.accounts.models.people import User
from app.accounts.queries.companies import customer_party, operator_party, operator_zone
from app.billing.documents.invoice import seller_party
from app.billing.models.invoices import Invoice
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.texts import N_, Message
from app.documents.model.order_change import OrderChange
from app.documents.model.stored import from_json
from app.exchange.mapping.despatch import Asked, partner_advice
from app.exchange.mapping.neutral_order import order_of
from app.exchange.mapping.opening import open_file
from app.exchange.mapping.order_plan import OrderPlan
from app.exchange.mapping.order_response import Said, respond
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import inbound_order, known_formats
from app.exchange.queries.messages import message as message_of
from app.exchange.queries.order_facts import order_facts
from app.exchange.queries.partners import agreement_by_id
from app.exchange.service.catalogues import compose_catalogue
from app.fulfilment.documents.despatch import despatch_advice
from app.fulfilment.queries.shipments import shipment_facts, shipped_before
from app.ordering.models.approvals import Approval
from app.sourcing.documents.quotes import quote_document
from app.sourcing.models.quotes import Quote
from app.sourcing.queries.quote_papers import quote_paper

Say = Callable[[Message, str], str]
_CYRILLIC = ("UNOE", "UNOW", "UNOX", "UNOY")  # of the character sets of EDIFACT; what is in others stays in English


class NotYet(Conflict):
    """What the document tells of is not complete yet; look again later."""


def plain(words: Message, locale: str) -> str:
    """In English: who composes documents for people gives a `Say` of the catalogues."""
    return str(words)


def compose(actor: Actor, message: ExchangeMessage, say: Say = plain) -> Any:
    """Raises NotYet, NotFound or Conflict with the reason. An order is answered in the language of who ordered."""
    composer = COMPOSERS.get(message.document)
    if composer is None:
        raise Conflict(N_("Documents of the kind {kind} are not made here.", kind=message.document))
    return _response(actor, message, say) if composer is _response else composer(actor, message)


def document_of(actor: Actor, message: ExchangeMessage) -> Any:
    """The neutral document of a stored message, read again from its bytes."""
    if message.stored_id is None:
        raise NotFound(N_("The stored file is missing."))
    opened = open_file(storage.load(storage.find(actor, message.stored_id)), known_formats(actor, message))
    if not opened.parts:
        raise Conflict(opened.problem or N_("The file holds no message."))
    part = opened.parts[message.position - 1] if len(opened.parts) >= message.position else opened.parts[0]
    if part.document is None:
        raise Conflict(part.fault.message if part.fault else N_("The file holds no message."))
    return part.document


def _response(actor: Actor, message: ExchangeMessage, say: Say = plain) -> Any:
    if message.answers_id is None:
        raise Conflict(N_("The order did not come from the partner: there is nothing to answer."))
    asked = message_of(actor, message.answers_id)
    document = document_of(actor, asked)
    plan = OrderPlan.from_json(asked.report["plan"])
    refused = asked.report.get("refused")
    order_id, is_waiting = _order_of(message)
    is_waiting = is_waiting or bool(asked.report.get("asked"))
    facts = order_facts(actor, order_id) if order_id is not None else None
    order = order_of(document)
    if isinstance(document, OrderChange):
        order = replace(order, number=document.order.number)
    sent_by = agreement_by_id(message.agreement_id) if message.agreement_id is not None else None
    charset = str(sent_by.options.get("charset") or "") if sent_by is not None else ""
    locale = "en" if charset and charset not in _CYRILLIC else _locale_of(actor, asked)
    return respond(
        order, plan, facts,
        Said(message.reference, today(actor), seller_party(operator_party(actor)),
             Message.from_json(refused) if refused else None, is_waiting, isinstance(document, OrderChange),
             lambda words: say(words, locale)),
    )  # fmt: skip


def _locale_of(actor: Actor, asked: ExchangeMessage) -> str:
    """The language of the person in whose name was ordered, else the account's."""
    agreed = agreement_by_id(asked.agreement_id) if asked.agreement_id is not None else None
    if agreed is not None and agreed.user_id is not None:
        locale: str | None = db.session.scalar(select(User.locale).where(User.id == agreed.user_id))
        if locale:
            return locale
    return customer_party(actor, asked.company_id).locale if asked.company_id is not None else actor.locale


def _despatch(actor: Actor, message: ExchangeMessage) -> Any:
    if message.subject_kind != "shipment" or message.subject_id is None:
        raise Conflict(N_("There is nothing to send."))
    facts = shipment_facts(actor, message.subject_id)
    advice = despatch_advice(
        facts, seller=operator_party(actor), buyer=customer_party(actor, facts.company_id)
    )  # fmt: skip
    asked: dict[int, Asked] = {}
    for order_id, _number in facts.orders:
        came = inbound_order("order", order_id)
        if came is not None and came.partner_id == message.partner_id:
            asked[order_id] = Asked(order_of(document_of(actor, came)), OrderPlan.from_json(came.report["plan"]))
    return partner_advice(advice, facts, asked, shipped_before(actor, facts.id), today=today(actor))


def _order_of(message: ExchangeMessage) -> tuple[int | None, bool]:
    """The order that is answered, and whether it waits for approval (or for a decision) still."""
    if message.subject_kind == "order":
        return message.subject_id, False
    if message.subject_kind == "approval":
        row = db.session.execute(
            select(Approval.order_id, Approval.state).where(Approval.id == message.subject_id)
        ).one_or_none()
        return (None, True) if row is None else (row.order_id, row.state == "waiting")
    return None, False


def _invoice(actor: Actor, message: ExchangeMessage) -> Any:
    row = db.session.execute(
        select(Invoice.document, Invoice.state).where(Invoice.id == message.subject_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such invoice."))
    if row.state == "held":
        raise NotYet(N_("The invoice is held: an accountant has to look at it."))
    return from_json(row.document)


def _quotation(actor: Actor, message: ExchangeMessage) -> Any:
    row = db.session.execute(
        select(Quote.number, Quote.current_version).where(Quote.id == message.subject_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such quote."))
    return quote_document(quote_paper(actor, row.number, row.current_version))


def today(actor: Actor) -> date:
    return clock.today(operator_zone(actor))


COMPOSERS: dict[str, Callable[[Actor, ExchangeMessage], Any]] = {
    "order-response": _response,
    "despatch-advice": _despatch,
    "invoice": _invoice,
    "credit-note": _invoice,
    "quotation": _quotation,
    "catalogue": compose_catalogue,
}
