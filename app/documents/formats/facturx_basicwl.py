"""Factur-X BASIC WL: an invoice without its lines."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import BASIC_WL
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    return write_invoice(document, BASIC_WL)


formats.add("facturx-basicwl", Format("facturx-basicwl", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
