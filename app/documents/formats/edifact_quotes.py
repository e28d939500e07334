"""UN/EDIFACT QUOTES, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.quotation import read_quotation, write_quotation
from app.documents.formats import formats
from app.documents.model.quotation import Quotation

formats.add("edifact-quotes", single_format("edifact-quotes", ("QUOTES",), Quotation, write_quotation, read_quotation))
