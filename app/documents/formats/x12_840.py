"""ANSI X12 840: request for quotation."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.quotation import RequestForQuotation
from app.documents.x12.exchange import single_format
from app.documents.x12.quotation import read_request, write_request

formats.add("x12-840", single_format("x12-840", ("840",), (RequestForQuotation,), write_request, read_request))
