"""Invoices and credit notes whose sums agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.money import minor_units, round_amount
from app.documents.model.invoice import BillingDocument, CreditNote, Delivery, Invoice, InvoiceReference, Note
from app.documents.model.line import Line
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory

NAMES = (
    "Hex bolt M8×40, zinc plated, DIN 933",
    "Copy paper A4 80 g/m², 500 sheets",
    "Шайба оцинкована М10, ґатунок I, ДСТУ ISO 7089",
    "Провод ПВС 3×1,5 мм², белый, бухта 100 м",
    "Cable tie 4.8 × 200 mm, UV resistant, black, pack of 100, with release tab for reuse in the workshop",
)
UNITS = ("H87", "XPK", "MTR", "KGM", "XCT")
REASONS = {
    VatCategory.EXEMPT: ("Exempt under Article 132 of Directive 2006/112/EC", ""),
    VatCategory.REVERSE_CHARGE: ("Reverse charge", "VATEX-EU-AE"),
    VatCategory.INTRA_COMMUNITY: ("Intra-Community supply", "VATEX-EU-IC"),
    VatCategory.EXPORT: ("Export outside the EU", "VATEX-EU-G"),
    VatCategory.OUT_OF_SCOPE: ("Not subject to VAT", "VATEX-EU-O"),
}


def line(position: int, *, currency: str = "EUR", category: VatCategory = VatCategory.STANDARD, **values: Any) -> Line:
    """Line number `position` of a document: prices and quantities vary with it."""
    cents = Decimal(17 + position * 37 % 9000)
    price = values.pop("unit_price", cents.scaleb(-minor_units(currency)) if minor_units(currency) else cents)
    quantity = values.pop("quantity", Decimal(1 + position * 7 % 240))
    rate = Decimal(9 if position % 4 == 3 else 20) if category is VatCategory.STANDARD else Decimal(0)
    settings: dict[str, Any] = {
        "position": str(position),
        "name": NAMES[position % len(NAMES)],
        "quantity": quantity,
        "unit": UNITS[position % len(UNITS)],
        "unit_price": price,
        "net": round_amount(price * quantity, currency),
        "vat_category": category,
        "vat_rate": None if category is VatCategory.OUT_OF_SCOPE else rate,
        "sku": f"K-{10000 + position * 13}",
        "order_line": str(position * 10),
    }
    return Line(**{**settings, **values})


def seller(**values: Any) -> Party:
    settings: dict[str, Any] = {
        "name": "Kontor Großhandel GmbH",
        "vat_id": "DE136695976",
        "tax_number": "22/123/45678",
        "registration": Identifier("HRB 123456"),
        "gln": "4012345000009",
        "address": Address(country="DE", street="Speicherstraße 12", city="Hamburg", postal_code="20457"),
        "contact": Contact(name="Anna Petersen", phone="+49 40 1234567", email="rechnung@kontor.example"),
    }
    return Party(**{**settings, **values})


def buyer(**values: Any) -> Party:
    settings: dict[str, Any] = {
        "name": "Blauwal Retail B.V.",
        "vat_id": "NL123456789B01",
        "address": Address(country="NL", street="Kade 7", additional="Unit 3", city="Rotterdam", postal_code="3011"),
    }
    return Party(**{**settings, **values})


def sums(lines: Iterable[Line], currency: str) -> tuple[tuple[VatBreakdown, ...], Totals]:
    """VAT per category and rate, and the totals, as EN 16931 adds them up."""
    lines = tuple(lines)
    groups: dict[tuple[VatCategory, Decimal | None], Decimal] = {}
    for item in lines:
        key = (item.vat_category, item.vat_rate)
        groups[key] = groups.get(key, Decimal(0)) + item.net
    vat = tuple(
        VatBreakdown(
            category=category,
            rate=rate,
            base=base,
            tax=round_amount(base * (rate or 0) / 100, currency),
            exemption_reason=REASONS.get(category, ("", ""))[0],
            exemption_code=REASONS.get(category, ("", ""))[1],
        )
        for (category, rate), base in groups.items()
    )
    net = sum((item.net for item in lines), Decimal(0))
    tax = sum((item.tax for item in vat), Decimal(0))
    return vat, Totals(line_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax)


def document(
    kind: type[BillingDocument] = Invoice,
    *,
    count: int = 3,
    currency: str = "EUR",
    category: VatCategory = VatCategory.STANDARD,
    lines: tuple[Line, ...] | None = None,
    **values: Any,
) -> Any:
    """A document that breaks no rule; `values` replace or add fields."""
    lines = lines or tuple(line(i + 1, currency=currency, category=category) for i in range(count))
    vat, totals = sums(lines, currency)
    is_invoice = kind is Invoice
    has_vat = category is not VatCategory.OUT_OF_SCOPE
    settings: dict[str, Any] = {
        "number": "INV-2025-001234" if is_invoice else "CN-2025-000017",
        "issue_date": date(2025, 3, 14),
        "currency": currency,
        "seller": seller() if has_vat else seller(vat_id=""),
        "buyer": buyer() if has_vat else buyer(vat_id=""),
        "lines": lines,
        "vat": vat,
        "totals": totals,
        "buyer_reference": "Cost centre 4711",
        "order_reference": "PO-4500012345",
        "sales_order_reference": "SO-2025-00991",
        "notes": (Note("Goods remain our property until paid in full."),),
        "delivery": Delivery(
            date=date(2025, 3, 10),
            name="Warehouse 3",
            address=Address(country="NL", street="Dok 1", city="Moerdijk", postal_code="4782"),
        ),
        "payment_terms": PaymentTerms(
            due_date=date(2025, 4, 13), text="30 days net", discounts=(CashDiscount(days=10, percent=Decimal("2.00")),)
        ),
        "payment_means": (
            PaymentMeans(
                code="58" if currency == "EUR" else "30",
                reference="INV-2025-001234",
                account="DE89370400440532013000",
                account_name="Kontor Großhandel GmbH",
                bic="COBADEFFXXX",
            ),
        ),
    }
    if not is_invoice:
        settings["preceding"] = (InvoiceReference("INV-2025-001201", date(2025, 3, 1)),)
    return kind(**{**settings, **values})


def credit_note(**values: Any) -> CreditNote:
    note: CreditNote = document(CreditNote, **values)
    return note


def with_line(invoice: BillingDocument, index: int, **values: Any) -> Any:
    """The same document with one line changed; sums stay as they were."""
    changed = list(invoice.lines)
    changed[index] = replace(changed[index], **values)
    return replace(invoice, lines=tuple(changed))
