"""Factur-X MINIMUM: the sums, without lines; no invoice where the law wants one."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import MINIMUM
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    return write_invoice(document, MINIMUM)


formats.add("facturx-minimum", Format("facturx-minimum", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
