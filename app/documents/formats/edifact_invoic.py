"""UN/EDIFACT INVOIC, EANCOM D96A and D01B: invoice and credit note."""

from __future__ import annotations

from dataclasses import replace

from app.documents.edifact.exchange import single_format
from app.documents.edifact.invoice import read_invoice
from app.documents.edifact.invoice_out import write_invoice
from app.documents.formats import formats
from app.documents.model.invoice import CreditNote, Invoice

formats.add(
    "edifact-invoic",
    replace(
        single_format("edifact-invoic", ("INVOIC",), Invoice, write_invoice, read_invoice),
        documents=(Invoice, CreditNote),
    ),
)
