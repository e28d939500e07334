"""ANSI X12 810: invoice and credit memo."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.invoice import CreditNote, Invoice
from app.documents.x12.exchange import single_format
from app.documents.x12.invoice import read_invoice
from app.documents.x12.invoice_out import write_invoice

formats.add("x12-810", single_format("x12-810", ("810",), (Invoice, CreditNote), write_invoice, read_invoice))
