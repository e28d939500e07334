"""cXML ConfirmationRequest: the seller's answer to an order."""

from __future__ import annotations

from app.documents.cxml.confirmation import read_confirmation, write_confirmation
from app.documents.formats import Format, formats
from app.documents.model.order_response import OrderResponse

formats.add(
    "cxml-confirmation",
    Format("cxml-confirmation", "application/xml", (OrderResponse,), write_confirmation, read_confirmation),
)
