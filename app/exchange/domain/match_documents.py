"""Lines of neutral documents and of Kontor's own rows as the three-way match compares them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.exchange.domain.match_assignment import Delivered, Invoiced

_ZERO = Decimal(0)
Matched = BillingDocument | DespatchAdvice | ReceiptAdvice


def orders_named(document: Matched) -> tuple[str, ...]:
    """The numbers of the orders that a document tells of, each once."""
    if isinstance(document, BillingDocument):
        found: list[str] = [document.order_reference, document.sales_order_reference, document.contract_reference]
    else:
        found = [number for order in document.orders for number in (order.number, order.sales_number)]
        found += [line.order_line.number for line in document.lines if line.order_line]
    return tuple(dict.fromkeys(filter(None, found)))


def invoiced_lines(document: BillingDocument) -> list[Invoiced]:
    """Positive quantities and amounts; a negative line of an invoice gives back."""
    is_credit = isinstance(document, CreditNote)
    lines = []
    for line in document.lines:
        is_back = is_credit != (line.net < 0)
        base = line.price_base_quantity or Decimal(1)
        lines.append(
            Invoiced(
                document.number, abs(line.quantity), line.unit, abs(line.net), line.unit_price / base, is_back,
                line.order_line, line.sku, line.buyer_sku, line.gtin, line.name,
            )
        )  # fmt: skip
    return lines


def charges_of(document: BillingDocument) -> Decimal:
    """Charges less allowances of the document itself; of a credit note what it gives back."""
    total = sum((one.amount if one.is_charge else -one.amount for one in document.allowances_charges), _ZERO)
    return -total if isinstance(document, CreditNote) else total


def delivered_lines(document: DespatchAdvice | ReceiptAdvice, numbers: Iterable[str]) -> list[Delivered]:
    """What left or came in of the order with one of these numbers; a receipt counts what was accepted."""
    wanted = set(numbers)
    lines = []
    for line in document.lines:
        order = line.order_line
        if order and order.number and not {order.number, order.sales_number} & wanted:
            continue
        quantity = line.quantity if isinstance(line, DespatchLine) else _received(line)
        if quantity is None:
            continue
        ids = line.ids
        lines.append(
            Delivered(
                document.number, quantity, line.unit, order.line if order else "", ids.sku, ids.buyer_sku, ids.gtin,
                line.name,
            )
        )  # fmt: skip
    return lines


def _received(line: ReceiptLine) -> Decimal | None:
    if line.accepted is not None:
        return line.accepted
    if line.received is None:
        return None
    return line.received - (line.damaged or _ZERO) - (line.refused or _ZERO)


def as_json(lines: Sequence[Invoiced | Delivered]) -> list[dict[str, Any]]:
    return [
        {
            name: format(value, "f") if isinstance(value, Decimal) else value
            for name, value in asdict(line).items()
            if value not in ("", None, False)
        }
        for line in lines
    ]


_DECIMALS = ("quantity", "net", "unit_price")


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name in _DECIMALS else value for name, value in row.items()}


def invoiced_from(rows: Iterable[dict[str, Any]]) -> list[Invoiced]:
    return [Invoiced(**{"unit": "", **_read(row)}) for row in rows]


def delivered_from(rows: Iterable[dict[str, Any]]) -> list[Delivered]:
    return [Delivered(**_read(row)) for row in rows]
