"""openTRANS 2.1 QUOTATION."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.quotation import Quotation
from app.documents.opentrans.quotes import read_quotation, write_quotation

formats.add(
    "opentrans-quotation",
    Format("opentrans-quotation", "application/xml", (Quotation,), write_quotation, read_quotation),
)
