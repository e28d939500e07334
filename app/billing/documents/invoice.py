"""Parts of an order as the neutral invoice document has them: lines, allowances, charges, parties."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.accounts.domain.company import OperatorParty
from app.core.money import round_amount, round_to
from app.core.texts import Message
from app.documents.model.line import AllowanceCharge, Line
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.totals import VatCategory
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.pricing.domain.vat import Reason

_GLN_SCHEME = "0088"
_DISCOUNT = "95"  # UNTDID 5189
# UNTDID 7161: freight service, minimum order not fulfilled, financing
_CHARGES = {"delivery": "FC", "surcharge": "DAN", "payment": "FI"}


def postal(parts: Mapping[str, Any]) -> Address:
    return Address(
        country=parts["country"],
        street=parts.get("street", ""),
        additional=parts.get("street2", ""),
        city=parts.get("city", ""),
        postal_code=parts.get("postcode", ""),
        region=parts.get("region", ""),
    )


def electronic(scheme: str, value: str, email: str) -> Identifier | None:
    """The electronic address (BT-34, BT-49): as registered, else the mail address (EAS code EM)."""
    if value:
        return Identifier(value, scheme)
    return Identifier(email, "EM") if email else None


def plain(value: Decimal) -> Decimal:
    """Without the zeros that numeric(18,6) adds."""
    normal = value.normalize()
    return normal if normal.as_tuple().exponent <= 0 else normal.quantize(Decimal(1))  # type: ignore[operator]


def line(
    row: OrderLine, currency: str, quantity: Decimal | None = None, *, position: int | None = None, note: str = ""
) -> Line:
    """One line, or `quantity` of it; quantity and price are in the same unit (BT-130 is BT-150): boxes priced by the
    piece become pieces. `note` is said before the line's own.

    The net is quantity x price / base quantity, rounded (BT-131), of each document by itself: parts of a line may add up
    to a cent more or less than the whole.
    """
    base_quantity = plain(row.price_base_quantity)
    whole = row.quantity if row.unit == row.price_unit else row.base_quantity
    is_whole = quantity is None or quantity == row.quantity
    asked = whole if is_whole else part_in_price_unit(row, quantity or Decimal(0))
    return Line(
        position=str(position or row.position),
        name=row.name,
        quantity=plain(asked),
        unit=row.price_unit,
        unit_price=plain(row.unit_price),
        price_base_quantity=None if base_quantity == 1 else base_quantity,
        net=round_amount(row.net if is_whole else asked * row.unit_price / row.price_base_quantity, currency),
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else plain(row.vat_rate),
        sku=row.sku,
        buyer_sku=row.customer_number,
        gtin=row.gtin,
        order_line=str(row.position),
        note=" · ".join(part for part in (note, row.note) if part),
    )


def part_in_price_unit(row: OrderLine, quantity: Decimal) -> Decimal:
    """A quantity of the line in the unit its price is for."""
    if row.unit == row.price_unit:
        return quantity
    return round_to(row.base_quantity * quantity / row.quantity, 6)


def allowance(row: OrderAllowance, amount: Decimal) -> AllowanceCharge:
    """What a promotion took off, of one VAT category and rate (BG-20)."""
    return AllowanceCharge(
        amount=amount,
        reason=row.name,
        reason_code=_DISCOUNT,
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else plain(row.vat_rate),
    )


def charge(row: OrderCharge, amount: Decimal) -> AllowanceCharge:
    """What was charged beside the goods, of one VAT category and rate (BG-21)."""
    return AllowanceCharge(
        amount=amount,
        is_charge=True,
        reason=row.name,
        reason_code=_CHARGES[row.kind],
        vat_category=VatCategory(row.vat_category),
        vat_rate=None if row.vat_rate is None else plain(row.vat_rate),
    )


def reasons(order: Order) -> dict[str, Reason]:
    """Why the order was free of tax, as it was frozen with it."""
    return {
        group["category"]: (group["reason_code"], Message.from_json(group["reason"]))
        for group in order.vat_breakdown
        if group["reason"]
    }


def seller_party(seller: OperatorParty) -> Party:
    """The operator as it appears on documents (BG-4)."""
    return Party(
        name=seller.legal_name or seller.name,
        trading_name="" if seller.legal_name in ("", seller.name) else seller.name,
        address=postal(seller.address.as_json()) if seller.address else None,
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        registration=Identifier(seller.registration_number) if seller.registration_number else None,
        gln=seller.gln,
        endpoint=electronic(seller.endpoint_scheme, seller.endpoint_id, seller.email),
        contact=Contact(name=seller.name, phone=seller.phone, email=seller.email),
    )


def buyer_party(order: Order, present: Mapping[str, str]) -> Party:
    """The customer as frozen on the order (BG-7), with what is known better at `present`."""
    buyer = order.buyer | dict(present)
    return Party(
        name=buyer["legal_name"] or buyer["name"],
        address=postal(order.bill_to),
        vat_id=buyer.get("vat_id", ""),
        gln=buyer.get("gln", ""),
        identifiers=(Identifier(buyer["code"]),) if not buyer.get("gln") else (),
        endpoint=electronic(buyer.get("endpoint_scheme", ""), buyer.get("endpoint_id", ""), buyer.get("email", "")),
        contact=Contact(name=buyer.get("person", ""), email=buyer.get("person_email", "")),
    )
