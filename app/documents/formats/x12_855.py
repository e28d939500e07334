"""ANSI X12 855 and 865: what the seller says to an order, and to a change of one."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.order_response import OrderResponse
from app.documents.x12.exchange import single_format
from app.documents.x12.order_response import read_order_response, write_order_response

formats.add(
    "x12-855", single_format("x12-855", ("855", "865"), (OrderResponse,), write_order_response, read_order_response)
)
