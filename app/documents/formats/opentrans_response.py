"""openTRANS 2.1 ORDERRESPONSE."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order_response import OrderResponse
from app.documents.opentrans.orders import read_response, write_response

formats.add(
    "opentrans-response",
    Format("opentrans-response", "application/xml", (OrderResponse,), write_response, read_response),
)
