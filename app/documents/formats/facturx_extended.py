"""Factur-X EXTENDED."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import EXTENDED
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    return write_invoice(document, EXTENDED)


formats.add(
    "facturx-extended", Format("facturx-extended", "application/xml", (Invoice, CreditNote), dumps, read_invoice)
)
