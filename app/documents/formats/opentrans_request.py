"""openTRANS 2.1 RFQ."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.quotation import RequestForQuotation
from app.documents.opentrans.quotes import read_request, write_request

formats.add(
    "opentrans-request",
    Format("opentrans-request", "application/xml", (RequestForQuotation,), write_request, read_request),
)
