"""An order as the neutral invoice document that is frozen, printed and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.accounts.domain.company import OperatorParty
from app.core.money import round_amount
from app.core.texts import Message
from app.documents.model.invoice import Delivery, Invoice, Note
from app.documents.model.line import AllowanceCharge, Line
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals as DocumentTotals
from app.documents.model.totals import VatBreakdown, VatCategory
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.pricing.domain.totals import TaxedCharge, TaxedLine, Totals, totals
from app.pricing.domain.vat import Reason

_GLN_SCHEME = "0088"
_DISCOUNT = "95"  # UNTDID 5189
# UNTDID 7161: freight service, minimum order not fulfilled, financing
_CHARGES = {"delivery": "FC", "surcharge": "DAN", "payment": "FI"}


@dataclass(frozen=True, slots=True)
class Numbered:
    """What the moment of issue adds to an order."""

    number: str
    issued_on: date
    due_on: date


def _address(parts: Mapping[str, Any]) -> Address:
    return Address(
        country=parts["country"],
        street=parts.get("street", ""),
        additional=parts.get("street2", ""),
        city=parts.get("city", ""),
        postal_code=parts.get("postcode", ""),
        region=parts.get("region", ""),
    )


def _endpoint(scheme: str, value: str, email: str) -> Identifier | None:
    """The electronic address (BT-34, BT-49): as registered, else the mail address (EAS code EM)."""
    if value:
        return Identifier(value, scheme)
    return Identifier(email, "EM") if email else None


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that numeric(18,6) adds."""
    normal = value.normalize()
    return normal if normal.as_tuple().exponent <= 0 else normal.quantize(Decimal(1))  # type: ignore[operator]


def _vat(sums: Totals) -> tuple[VatBreakdown, ...]:
    return tuple(
        VatBreakdown(
            category=VatCategory(group.category),
            rate=group.rate,
            base=group.base,
            tax=group.tax,
            exemption_reason=str(group.reason or ""),
            exemption_code=group.reason_code,
        )
        for group in sums.vat
    )


def _line(row: OrderLine, currency: str) -> Line:
    """One line; quantity and price are in the same unit (BT-130 is BT-150): boxes priced by the piece become pieces."""
    base_quantity = _plain(row.price_base_quantity)
    return Line(
        position=str(row.position),
        name=row.name,
        quantity=_plain(row.quantity if row.unit == row.price_unit else row.base_quantity),
        unit=row.price_unit,
        unit_price=_plain(row.unit_price),
        price_base_quantity=None if base_quantity == 1 else base_quantity,
        net=round_amount(row.net, currency),
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else _plain(row.vat_rate),
        sku=row.sku,
        buyer_sku=row.customer_number,
        gtin=row.gtin,
        order_line=str(row.position),
        note=row.note,
    )


def _allowance(row: OrderAllowance, currency: str) -> AllowanceCharge:
    """What a promotion took off, of one VAT category and rate (BG-20)."""
    return AllowanceCharge(
        amount=round_amount(row.amount, currency),
        reason=row.name,
        reason_code=_DISCOUNT,
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else _plain(row.vat_rate),
    )


def _charge(row: OrderCharge, currency: str) -> AllowanceCharge:
    """What was charged beside the goods, of one VAT category and rate (BG-21)."""
    return AllowanceCharge(
        amount=round_amount(row.amount, currency),
        is_charge=True,
        reason=row.name,
        reason_code=_CHARGES[row.kind],
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else _plain(row.vat_rate),
    )


def _reasons(order: Order) -> dict[str, Reason]:
    """Why the order was free of tax, as it was frozen with it."""
    return {
        group["category"]: (group["reason_code"], Message.from_json(group["reason"]))
        for group in order.vat_breakdown
        if group["reason"]
    }


def _sums(
    order: Order,
    lines: Sequence[OrderLine],
    allowances: Sequence[OrderAllowance],
    charges: Sequence[OrderCharge],
) -> Totals:
    """The sums of the document, which must be the order's."""
    sums = totals(
        (TaxedLine(round_amount(row.net, order.currency), row.vat_category, row.vat_rate) for row in lines),
        order.currency,
        charges=[
            *(
                TaxedCharge(-round_amount(row.amount, order.currency), row.vat_category, row.vat_rate)
                for row in allowances
            ),
            *(TaxedCharge(round_amount(row.amount, order.currency), row.vat_category, row.vat_rate) for row in charges),
        ],
        reasons=_reasons(order),
    )
    if (sums.net_total, sums.gross_total) != (order.net_total, order.gross_total):
        raise ValueError(
            f"order {order.number}: its sums {order.net_total}, {order.gross_total} are not those of its lines"
        )
    return sums


def seller_party(seller: OperatorParty) -> Party:
    """The operator as it appears on documents (BG-4)."""
    return Party(
        name=seller.legal_name or seller.name,
        trading_name="" if seller.legal_name in ("", seller.name) else seller.name,
        address=_address(seller.address.as_json()) if seller.address else None,
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        registration=Identifier(seller.registration_number) if seller.registration_number else None,
        gln=seller.gln,
        endpoint=_endpoint(seller.endpoint_scheme, seller.endpoint_id, seller.email),
        contact=Contact(name=seller.name, phone=seller.phone, email=seller.email),
    )


def buyer_party(order: Order, present: Mapping[str, str]) -> Party:
    """The customer as frozen on the order (BG-7), with what is known better at `present`."""
    buyer = order.buyer | dict(present)
    return Party(
        name=buyer["legal_name"] or buyer["name"],
        address=_address(order.bill_to),
        vat_id=buyer.get("vat_id", ""),
        gln=buyer.get("gln", ""),
        identifiers=(Identifier(buyer["code"]),) if not buyer.get("gln") else (),
        endpoint=_endpoint(buyer.get("endpoint_scheme", ""), buyer.get("endpoint_id", ""), buyer.get("email", "")),
        contact=Contact(name=buyer.get("person", ""), email=buyer.get("person_email", "")),
    )


def invoice_document(
    order: Order,
    lines: Sequence[OrderLine],
    seller: OperatorParty,
    numbered: Numbered,
    *,
    language: str,
    buyer: Mapping[str, str] | None = None,
    allowances: Sequence[OrderAllowance] = (),
    charges: Sequence[OrderCharge] = (),
) -> Invoice:
    """The invoice of a whole order; sums are computed by `pricing.domain.totals` and must equal the order's.

    `buyer` are legal facts of the customer that were mended since it ordered. Raises ValueError when the sums differ:
    an order and its invoice never do by a cent.
    """
    sums = _sums(order, lines, allowances, charges)
    ship_to = order.ship_to or order.bill_to
    return Invoice(
        number=numbered.number,
        issue_date=numbered.issued_on,
        currency=order.currency,
        language=language,
        seller=seller_party(seller),
        buyer=buyer_party(order, buyer or {}),
        buyer_reference=order.po_number or order.number,
        order_reference=order.po_number,
        sales_order_reference=order.number,
        notes=(Note(order.note),) if order.note else (),
        delivery=Delivery(
            date=order.requested_on or numbered.issued_on, name=ship_to.get("name", ""), address=_address(ship_to)
        ),
        payment_terms=PaymentTerms(due_date=numbered.due_on),
        payment_means=(
            PaymentMeans(
                code="58" if order.currency == "EUR" else "30",
                reference=numbered.number,
                account=seller.iban,
                account_name=seller.legal_name or seller.name,
                bic=seller.bic,
            ),
        )
        if seller.iban
        else (),
        lines=tuple(_line(row, order.currency) for row in lines),
        allowances_charges=(
            *(_allowance(row, order.currency) for row in allowances),
            *(_charge(row, order.currency) for row in charges),
        ),
        vat=_vat(sums),
        totals=DocumentTotals(
            line_net=sums.line_total,
            allowances=sums.allowances or None,
            charges=sums.charges or None,
            net=sums.net_total,
            tax=sums.vat_total,
            gross=sums.gross_total,
            payable=sums.gross_total,
        ),
    )
