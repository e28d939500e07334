"""ANSI X12 861: receiving advice."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.receipt_advice import ReceiptAdvice
from app.documents.x12.exchange import single_format
from app.documents.x12.receipt import read_receipt, write_receipt

formats.add("x12-861", single_format("x12-861", ("861",), (ReceiptAdvice,), write_receipt, read_receipt))
