"""XRechnung 3.0 as CII. What its rules demand is looked for before anything is written."""

from __future__ import annotations

from app.documents.cii.invoice import read_invoice, write_invoice
from app.documents.formats import Format, formats
from app.documents.invoice_profiles import PEPPOL_PROCESS, XRECHNUNG, need_for_xrechnung
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice


def dumps(document: BillingDocument) -> bytes:
    need_for_xrechnung(document)
    return write_invoice(document, XRECHNUNG, PEPPOL_PROCESS)


formats.add("xrechnung-cii", Format("xrechnung-cii", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
