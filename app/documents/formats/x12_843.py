"""ANSI X12 843: response to a request for quotation."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.quotation import Quotation
from app.documents.x12.exchange import single_format
from app.documents.x12.quotation import read_quotation, write_quotation

formats.add("x12-843", single_format("x12-843", ("843",), (Quotation,), write_quotation, read_quotation))
