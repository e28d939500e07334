"""What belongs to the same business as a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.billing.models.invoices import Invoice
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.exchange.models.match import MatchDocument
from app.exchange.models.messages import ExchangeMessage as M
from app.exchange.queries.message_lists import MessageRow, rows_of_messages
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from app.ordering.models.orders import Order
from app.sourcing.models.contracts import CallOff

_MAX = 100
_INVOICES = ("invoice", "credit_note")


def related(actor: Actor, found: M) -> list[MessageRow]:
    """The order with its answers, despatch advices and invoices, repeats of the document, mended copies. Oldest first.

    Two statements: who belongs to it, then these with their answers.
    """
    links = [key for key in (found.id, found.answers_id, found.edited_from_id) if key]
    near = or_(
        M.id.in_(links),
        M.answers_id == found.id,
        M.edited_from_id == found.id,
        *_same_subject(found),
        *_same_number(found),
    )
    asked = visible(actor, select(M.id, M.subject_kind, M.subject_id).where(near), M).order_by(M.id).limit(_MAX)
    rows = db.session.execute(asked).all()
    ids = [row.id for row in rows]
    subjects = [
        condition for row in rows if row.subject_id and (row.subject_kind, row.subject_id) != (found.subject_kind, found.subject_id)
        for condition in _subject(row.subject_kind, row.subject_id)
    ]  # fmt: skip
    statement = rows_of_messages(actor).where(or_(M.id.in_(ids), M.answers_id.in_(ids), *subjects[:20]))
    return [MessageRow(*row) for row in db.session.execute(statement.order_by(M.id).limit(2 * _MAX))]


def _same_subject(found: M) -> list[ColumnElement[bool]]:
    return _subject(found.subject_kind, found.subject_id) if found.subject_id else []


def _subject(kind: str, subject_id: int) -> list[ColumnElement[bool]]:
    """Messages about the order or invoice itself, about the order of the invoice, about all invoices of the order."""
    conditions: list[ColumnElement[bool]] = [(M.subject_kind == kind) & (M.subject_id == subject_id)]
    if kind in _INVOICES:
        order = select(Invoice.order_id).where(Invoice.id == subject_id)
        conditions += [
            (M.subject_kind == "order") & M.subject_id.in_(order),
            *_invoices_of(Invoice.order_id.in_(order)),
        ]
    if kind == "order":
        conditions += _invoices_of(Invoice.order_id == subject_id)
        brought = select(ShipmentLine.shipment_id).where(ShipmentLine.order_id == subject_id)
        conditions.append((M.subject_kind == "shipment") & M.subject_id.in_(brought))
    if kind == "shipment":
        orders = select(ShipmentLine.order_id).where(ShipmentLine.shipment_id == subject_id)
        conditions.append((M.subject_kind == "order") & M.subject_id.in_(orders))
    if kind in ("order", "call_off"):
        told = select(MatchDocument.message_id).where(
            MatchDocument.kind == kind, MatchDocument.subject_id == subject_id
        )
        conditions.append(M.id.in_(told))
    return conditions


def _invoices_of(condition: Any) -> list[ColumnElement[bool]]:
    return [M.subject_kind.in_(_INVOICES) & M.subject_id.in_(select(Invoice.id).where(condition))]


def _same_number(found: M) -> list[ColumnElement[bool]]:
    """The same document sent again, or in another version."""
    if not found.number or found.partner_id is None:
        return []
    return [(M.partner_id == found.partner_id) & (M.document == found.document) & (M.number == found.number)]


def subject_number(actor: Actor, found: M) -> str:
    """The number of the order, shipment, call-off or invoice that a message became or tells of; or empty."""
    model: Any = {
        "order": Order, "shipment": Shipment, "call_off": CallOff, "invoice": Invoice, "credit_note": Invoice,
    }.get(found.subject_kind)  # fmt: skip
    if model is None or found.subject_id is None:
        return ""
    asked = select(model.number).where(model.id == found.subject_id)
    if not actor.is_operator or model is CallOff:
        asked = asked.where(model.company_id == actor.company_id)  # call-offs of others are theirs to compare
    return str(db.session.scalar(asked) or "")
