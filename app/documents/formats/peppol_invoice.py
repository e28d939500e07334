"""Peppol BIS Billing 3 as UBL. What its rules demand is looked for before anything is written."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.invoice_profiles import PEPPOL, PEPPOL_PROCESS, need_for_peppol
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice
from app.documents.ubl.invoice import read_invoice, write_invoice


def dumps(document: BillingDocument) -> bytes:
    need_for_peppol(document)
    return write_invoice(document, PEPPOL, PEPPOL_PROCESS)


formats.add("peppol-invoice", Format("peppol-invoice", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
