"""cXML ReceiptRequest: what the buyer received."""

from __future__ import annotations

from app.documents.cxml.receipt import read_receipt, write_receipt
from app.documents.formats import Format, formats
from app.documents.model.receipt_advice import ReceiptAdvice

formats.add("cxml-receipt", Format("cxml-receipt", "application/xml", (ReceiptAdvice,), write_receipt, read_receipt))
