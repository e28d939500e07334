"""UN/CEFACT Cross Industry Invoice under EN 16931: what is embedded in the PDF."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import EN16931
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    return write_invoice(document, EN16931)


formats.add("cii-invoice", Format("cii-invoice", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
