"""Invoice PDFs of 50 and 1,000 lines, and many of 20 as at the end of a month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from weasyprint import HTML

from app.documents.model.invoice import Invoice
from app.documents.model.line import Line
from app.documents.model.party import Address, Party
from app.documents.model.payment import PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.rendering import print_invoice
from app.trial.bench import benches
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work


def invoice_of(lines: int) -> Invoice:
    """An invoice with so many lines of 10 pieces at 1.25."""
    net = Decimal("12.50")
    total = net * lines
    tax = (total * 19 / 100).quantize(Decimal("0.01"))
    place = Address(country="DE", street="Kai 1", city="Hamburg", postal_code="20457")
    return Invoice(
        number="INV-2026-000001",
        issue_date=date(2026, 11, 21),
        currency="EUR",
        language="en",
        seller=Party(name="Bench GmbH", address=place, vat_id="DE136695976"),
        buyer=Party(name="Buyer GmbH", address=place, vat_id="DE129273398"),
        order_reference="PO-1",
        payment_terms=PaymentTerms(due_date=date(2026, 12, 21)),
        payment_means=(PaymentMeans(code="58", account="DE89370400440532013000", reference="INV-2026-000001"),),
        lines=tuple(
            Line(
                position=str(place_),
                sku=f"A-{place_:06d}",
                name=f"Hex bolt DIN 933 M{place_ % 20}x{place_ % 100} zinc-plated steel",
                quantity=Decimal(10),
                unit="H87",
                unit_price=Decimal("1.25"),
                net=net,
                vat_category=VatCategory.STANDARD,
                vat_rate=Decimal(19),
            )
            for place_ in range(1, lines + 1)
        ),
        vat=(VatBreakdown(category=VatCategory.STANDARD, rate=Decimal(19), base=total, tax=tax),),
        totals=Totals(line_net=total, net=total, tax=tax, gross=total + tax, payable=total + tax),
    )


def bare_html(invoice: Invoice) -> str:
    """The same lines as one plain table, for WeasyPrint alone."""
    rows = "".join(
        f"<tr><td>{line.position}</td><td>{line.sku}</td><td>{line.name}</td><td>{line.quantity}</td>"
        f"<td>{line.unit_price}</td><td>{line.net}</td></tr>"
        for line in invoice.lines
    )
    return (
        "<html><head><style>@page{size:A4}body{font:10pt sans-serif}table{width:100%;border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ccc;padding:1mm}</style></head>"
        f"<body><h1>{invoice.number}</h1><table><thead><tr><th>Pos</th><th>Article</th><th>Name</th><th>Quantity</th>"
        f"<th>Price</th><th>Net</th></tr></thead><tbody>{rows}</tbody></table></body></html>"
    )


def _pdf(lines: int) -> Callable[[Any], AbstractContextManager[tuple[Work, Work]]]:
    @contextmanager
    def prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        invoice = invoice_of(lines)
        html = bare_html(invoice)
        yield lambda: print_invoice(invoice), lambda: HTML(string=html).write_pdf()

    return prepare


for _count, _runs in ((50, 7), (1000, 3)):
    benches.add(
        f"invoice_pdf_{_count}",
        Bench(f"invoice_pdf_{_count}", f"PDF/A-3 invoice of {_count} lines with embedded XML",
              "bare WeasyPrint, one plain table", _pdf(_count), _runs),
    )  # fmt: skip


_BATCH, _LINES = 50, 20


@contextmanager
def _month_end(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    """A worker's share of a month-end: a document takes a fiftieth of what is measured."""
    invoices = [replace(invoice_of(_LINES), number=f"INV-2026-{number:06d}") for number in range(1, _BATCH + 1)]
    pages = [bare_html(invoice) for invoice in invoices]

    def ours() -> None:
        for invoice in invoices:
            print_invoice(invoice)

    def floor() -> None:
        for html in pages:
            HTML(string=html).write_pdf()

    yield ours, floor


benches.add(
    "month_end_1000",
    Bench("month_end_1000", f"{_BATCH} of the 1,000 invoices of {_LINES} lines of a month-end, one worker",
          "bare WeasyPrint, a plain table each", _month_end, 3),
)  # fmt: skip
