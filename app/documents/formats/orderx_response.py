"""Order-X order response (231), in the smallest profile that holds it."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order_response import OrderResponse
from app.documents.orderx.response import read_response, write_response

formats.add(
    "orderx-response", Format("orderx-response", "application/xml", (OrderResponse,), write_response, read_response)
)
