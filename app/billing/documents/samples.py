"""Invented documents of a real seller, to show how its papers look. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.core.money import round_amount
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import Invoice
from app.documents.model.line import Line
from app.documents.model.party import Address, Party
from app.documents.model.payment import PaymentMeans, PaymentTerms
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.reminder import Reminder, ReminderLine
from app.documents.model.totals import Totals, VatBreakdown, VatCategory

_GOODS = (
    ("K-10013", "Copy paper A4 80 g/m², 500 sheets", "XPK", Decimal(40), Decimal("3.89")),
    ("K-20440", "Hex bolt M8×40, zinc plated, DIN 933", "H87", Decimal(1200), Decimal("0.1275")),
    ("K-31007", "Cable tie 4.8 × 200 mm, UV resistant, black", "XBG", Decimal(12), Decimal("6.5")),
)
_RATE = Decimal(19)


def _buyer(country: str) -> Party:
    return Party(
        name="Muster AG",
        address=Address(country=country, street="Hauptstraße 1", city="Musterstadt", postal_code="12345"),
    )


def sample_invoice(seller: Party, means: PaymentMeans, currency: str, day: date) -> Invoice:
    """Three lines at one rate, to be paid by transfer."""
    lines = tuple(
        Line(
            position=str(place), sku=sku, name=name, unit=unit, quantity=quantity, unit_price=price,
            net=round_amount(quantity * price, currency), vat_category=VatCategory.STANDARD, vat_rate=_RATE,
        )
        for place, (sku, name, unit, quantity, price) in enumerate(_GOODS, 1)
    )  # fmt: skip
    net = sum((line.net for line in lines), Decimal(0))
    tax = round_amount(net * _RATE / 100, currency)
    return Invoice(
        number="INV-0000-000000",
        issue_date=day,
        currency=currency,
        seller=seller,
        buyer=_buyer(seller.address.country if seller.address else "DE"),
        order_reference="PO-4711",
        payment_terms=PaymentTerms(due_date=day + timedelta(days=30)),
        payment_means=(means,) if means.account else (),
        lines=lines,
        vat=(VatBreakdown(category=VatCategory.STANDARD, rate=_RATE, base=net, tax=tax),),
        totals=Totals(line_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax),
    )


def sample_delivery(seller: Party, day: date) -> DespatchAdvice:
    return DespatchAdvice(
        number="LS-0000-000000",
        issue_date=day,
        lines=tuple(
            DespatchLine(position=str(place), quantity=quantity, unit=unit, ids=ItemIds(sku=sku), name=name, ordered=quantity)
            for place, (sku, name, unit, quantity, _price) in enumerate(_GOODS, 1)
        ),
        orders=(OrderRef(number="PO-4711"),),
        seller=seller,
        buyer=_buyer(seller.address.country if seller.address else "DE"),
        despatched_on=day,
    )  # fmt: skip


def sample_reminder(seller: Party, means: PaymentMeans, currency: str, day: date) -> Reminder:
    due = day - timedelta(days=14)
    amount = Decimal("467.48")
    return Reminder(
        number="M-0000-000000",
        issue_date=day,
        currency=currency,
        seller=seller,
        buyer=_buyer(seller.address.country if seller.address else "DE"),
        lines=(
            ReminderLine(number="INV-0000-000000", date=due - timedelta(days=30), due_on=due, amount=amount, open_amount=amount, days_overdue=14),
        ),
        level=1,
        payable=amount,
        pay_by=day + timedelta(days=10),
        payment_means=(means,) if means.account else (),
    )  # fmt: skip
