"""UN/EDIFACT REQOTE, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.quotation import read_request, write_request
from app.documents.formats import formats
from app.documents.model.quotation import RequestForQuotation

formats.add(
    "edifact-reqote", single_format("edifact-reqote", ("REQOTE",), RequestForQuotation, write_request, read_request)
)
