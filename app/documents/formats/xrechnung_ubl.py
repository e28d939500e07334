"""XRechnung 3.0 as UBL. What its rules demand is looked for before anything is written."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.invoice_profiles import PEPPOL_PROCESS, XRECHNUNG, need_for_xrechnung
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice
from app.documents.ubl.invoice import read_invoice, write_invoice


def dumps(document: BillingDocument) -> bytes:
    need_for_xrechnung(document)
    return write_invoice(document, XRECHNUNG, PEPPOL_PROCESS)


formats.add("xrechnung-ubl", Format("xrechnung-ubl", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
