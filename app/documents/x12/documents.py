"""Which reader takes which transaction set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.documents.reading import Reading
from app.documents.x12.acknowledgement import read_acknowledgement
from app.documents.x12.catalogue import read_catalogue
from app.documents.x12.despatch import read_despatch_advice
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.invoice import read_invoice
from app.documents.x12.order import read_order
from app.documents.x12.order_change import read_order_change
from app.documents.x12.order_response import read_order_response
from app.documents.x12.quotation import read_quotation, read_request
from app.documents.x12.receipt import read_receipt
from app.documents.x12.stock import read_sales, read_stock

READERS: dict[str, Callable[[TransactionSet], Reading[Any]]] = {
    "850": read_order, "855": read_order_response, "856": read_despatch_advice, "860": read_order_change,
    "865": read_order_response, "810": read_invoice, "997": read_acknowledgement, "999": read_acknowledgement,
    "832": read_catalogue, "840": read_request, "843": read_quotation, "846": read_stock, "852": read_sales, "861": read_receipt,
}  # fmt: skip
"""Sets that are read in full; of the others it is said that they are there."""
