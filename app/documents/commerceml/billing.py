"""Invoices, credit notes and money as 1C takes them in: Счет на оплату, Отпуск товара, Возврат товара, Выплата."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.documents.commerceml.order import ORDER
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import Attribute, Line
from app.documents.model.order import Order, OrderLine, OrderTotals, Reference
from app.documents.model.party import Identifier

BILL, SALE, RETURN = "Счет на оплату", "Отпуск товара", "Возврат товара"
PAYMENT, REFUND = "Выплата безналичных денег", "Возврат безналичных денег"
_PREPAYMENT, _CREDIT_NOTE = "386", "381"
EXACT_PRICE = "ТочнаяЦена"
_PLACES, _CENT = Decimal("0.000001"), Decimal("0.01")


def as_document(
    invoice: BillingDocument,
    *,
    customer_code: str = "",
    order_number: str = "",
    ordered_on: date | None = None,
    rate: Decimal | None = None,
) -> Order:
    """The invoice in the shape of a CommerceML document; sums are those of the invoice, prices without VAT.

    The customer's code is the key (Ид) 1C knows it by. `rate`: one of its currency in that of the books. A corrective invoice that lowers the claim is a return.
    """
    references = [Reference(ORDER, order_number, date=ordered_on or invoice.issue_date)] if order_number else []
    references += [Reference(SALE, one.number, date=one.issue_date) for one in invoice.preceding]
    return Order(
        number=invoice.number, issue_date=invoice.issue_date, type_code=_operation(invoice),
        currency=invoice.currency, buyer=replace(invoice.buyer, identifiers=(Identifier(customer_code),)), seller=invoice.seller,
        payment_terms=str(invoice.payment_terms.due_date) if invoice.payment_terms and invoice.payment_terms.due_date else "",
        notes=invoice.notes, references=tuple(references), lines=tuple(_line(line) for line in invoice.lines),
        allowances_charges=tuple(replace(one, reason=one.reason or one.reason_code) for one in invoice.allowances_charges),
        totals=OrderTotals(net=invoice.totals.net, tax=invoice.totals.tax, total=invoice.totals.gross),
        exchange_rate=rate,
    )  # fmt: skip


def _operation(invoice: BillingDocument) -> str:
    if invoice.type_code == _PREPAYMENT:
        return BILL
    return RETURN if invoice.type_code == _CREDIT_NOTE or invoice.totals.gross < 0 else SALE


def _line(line: Line) -> OrderLine:
    """Its price is for one unit. The schema gives prices two decimals: a finer one stands beside it, exact."""
    exact = (line.unit_price / (line.price_base_quantity or Decimal(1))).quantize(_PLACES).normalize()
    price = exact.quantize(_CENT, ROUND_HALF_UP)
    return OrderLine(
        position=line.position, quantity=line.quantity, unit=line.unit, sku=line.sku, buyer_sku=line.buyer_sku,
        gtin=line.gtin, name=line.name, unit_price=price, net=line.net, vat_rate=line.vat_rate,
        record_id=line.sku or line.position,
        properties=() if exact == price else (Attribute(EXACT_PRICE, f"{exact:f}"),),
    )  # fmt: skip
