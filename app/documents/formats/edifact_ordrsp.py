"""UN/EDIFACT ORDRSP, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.response import read_response, write_response
from app.documents.formats import formats
from app.documents.model.order_response import OrderResponse

formats.add(
    "edifact-ordrsp", single_format("edifact-ordrsp", ("ORDRSP",), OrderResponse, write_response, read_response)
)
