"""UBL 2.1 Invoice and CreditNote under EN 16931; as Peppol BIS Billing 3 where both parties have an endpoint."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.invoice_profiles import EN16931, PEPPOL, PEPPOL_PROCESS
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice
from app.documents.ubl.invoice import read_invoice, write_invoice


def dumps(document: BillingDocument) -> bytes:
    if document.seller.endpoint is not None and document.buyer.endpoint is not None:
        return write_invoice(document, PEPPOL, PEPPOL_PROCESS)
    return write_invoice(document, EN16931)


formats.add("ubl-invoice", Format("ubl-invoice", "application/xml", (Invoice, CreditNote), dumps, read_invoice))
