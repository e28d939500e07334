"""The confirmation of an order as it was placed here, for paper. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.accounts.domain.company import OperatorParty
from app.billing.documents.invoice import buyer_party, plain, postal, seller_party
from app.core.money import round_amount
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, OrderTotals
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.ordering.models.orders import Order, OrderLine

_ANSWERS = {
    "rejected": LineAnswer.REJECTED,
    "cancelled": LineAnswer.REJECTED,
    "backordered": LineAnswer.BACKORDERED,
    "changed": LineAnswer.CHANGED,
}


def confirmation_document(
    order: Order,
    lines: Sequence[OrderLine],
    seller: OperatorParty,
    placed_on: date,
    confirmed_on: date,
    *,
    remarks: Sequence[str] = (),
) -> OrderResponse:
    """Lines with their frozen prices and promised days, net; the totals are those of the order, charges included.

    `remarks` stand beside the buyer's note.
    """
    answers = tuple(_line(row, order.currency) for row in lines)
    kinds = {line.answer for line in answers}
    answer = Answer.ACCEPTED if kinds <= {LineAnswer.ACCEPTED} else Answer.CHANGED
    place = order.ship_to or order.bill_to
    return OrderResponse(
        number=order.number,
        issue_date=confirmed_on,
        order=OrderRef(number=order.po_number or order.number, date=placed_on, sales_number=order.number),
        answer=Answer.REJECTED if kinds == {LineAnswer.REJECTED} else answer,
        lines=answers,
        currency=order.currency,
        buyer=buyer_party(order, {}),
        seller=seller_party(seller),
        ship_to=Party(name=place.get("name", ""), address=postal(place)),
        promised=DeliveryDates(requested=order.requested_on),
        notes=tuple(Note(text) for text in (order.note, *remarks) if text),
        totals=OrderTotals(
            lines=len(lines),
            net=round_amount(order.net_total, order.currency),
            tax=round_amount(order.vat_total, order.currency),
            total=round_amount(order.gross_total, order.currency),
        ),
    )


def _line(row: OrderLine, currency: str) -> OrderResponseLine:
    answer = _ANSWERS.get(row.state, LineAnswer.ACCEPTED)
    per = plain(row.price_base_quantity)
    return OrderResponseLine(
        position=str(row.position),
        answer=answer,
        ids=ItemIds(sku=row.sku, buyer_sku=row.customer_number, gtin=row.gtin),
        name=row.name,
        quantity=plain(row.quantity) if answer is not LineAnswer.REJECTED else Decimal(0),
        unit=row.unit,
        backordered=plain(row.quantity) if answer is LineAnswer.BACKORDERED else None,
        unit_price=plain(row.unit_price),
        price_base_quantity=None if per == 1 else per,
        price_unit=row.price_unit,
        net=round_amount(row.net, currency),
        promised=DeliveryDates(requested=row.promised_on),
        notes=(Note(row.note),) if row.note else (),
    )
