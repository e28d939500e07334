"""The buyer's title of a Russian UPD (ON_NSCHFDOPPOK)."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.receipt_advice import ReceiptAdvice
from app.documents.upd.answer import read_answer, write_answer

formats.add("upd-answer", Format("upd-answer", "application/xml", (ReceiptAdvice,), write_answer, read_answer))
