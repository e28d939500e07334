"""UN/EDIFACT RECADV, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.receipt import read_receipt, write_receipt
from app.documents.formats import formats
from app.documents.model.receipt_advice import ReceiptAdvice

formats.add("edifact-recadv", single_format("edifact-recadv", ("RECADV",), ReceiptAdvice, write_receipt, read_receipt))
