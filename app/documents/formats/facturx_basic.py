"""Factur-X BASIC: an invoice whose lines have a name, a quantity, a price and a tax."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import BASIC
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    return write_invoice(document, BASIC)


formats.add("facturx-basic", Format("facturx-basic", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
