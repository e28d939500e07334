"""The reader of each message type, into the neutral document of that type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.documents.edifact.acknowledgement import read_aperak, read_contrl
from app.documents.edifact.catalogue import read_catalogue
from app.documents.edifact.change import read_change
from app.documents.edifact.despatch import read_despatch
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.invoice import read_invoice
from app.documents.edifact.order import read_order
from app.documents.edifact.quotation import read_quotation, read_request
from app.documents.edifact.receipt import read_receipt
from app.documents.edifact.report import read_sales, read_stock
from app.documents.edifact.response import read_response
from app.documents.reading import Reading

READERS: dict[str, Callable[[EdifactMessage], Reading[Any]]] = {
    "ORDERS": read_order, "ORDRSP": read_response, "ORDCHG": read_change, "DESADV": read_despatch, "INVOIC": read_invoice,
    "RECADV": read_receipt, "INVRPT": read_stock, "SLSRPT": read_sales, "PRICAT": read_catalogue, "REQOTE": read_request,
    "QUOTES": read_quotation, "CONTRL": read_contrl, "APERAK": read_aperak,
}  # fmt: skip
