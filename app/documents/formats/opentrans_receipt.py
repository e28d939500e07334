"""openTRANS 2.1 RECEIPTACKNOWLEDGEMENT."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.receipt_advice import ReceiptAdvice
from app.documents.opentrans.delivery import read_receipt, write_receipt

formats.add(
    "opentrans-receipt", Format("opentrans-receipt", "application/xml", (ReceiptAdvice,), write_receipt, read_receipt)
)
