"""cXML InvoiceDetailRequest: invoice and credit note."""

from __future__ import annotations

from app.documents.cxml.invoice import read_invoice
from app.documents.cxml.invoice_out import write_invoice
from app.documents.formats import Format, formats
from app.documents.model.invoice import CreditNote, Invoice

formats.add(
    "cxml-invoice", Format("cxml-invoice", "application/xml", (Invoice, CreditNote), write_invoice, read_invoice)
)
