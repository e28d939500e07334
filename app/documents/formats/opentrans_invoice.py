"""openTRANS 2.1 INVOICE."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.invoice import Invoice
from app.documents.opentrans.invoice import read_invoice, write_invoice

formats.add(
    "opentrans-invoice", Format("opentrans-invoice", "application/xml", (Invoice,), write_invoice, read_invoice)
)
