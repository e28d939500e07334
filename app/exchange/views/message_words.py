"""How states, types and formats of messages are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.texts import Message
from app.exchange.domain.message_machine import MessageState as S
from app.web.texts import _, say

STATES = {
    S.KEPT: ("info", _("Received")),
    S.READ: ("info", _("Read")),
    S.CHECKED: ("info", _("Checked")),
    S.MAPPED: ("info", _("Understood")),
    S.EXECUTED: ("good", _("Done")),
    S.ANSWERED: ("good", _("Answered")),
    S.PARKED: ("seal", _("Waits for a person")),
    S.WAITING: ("info", _("Waits for another document")),
    S.DUPLICATE: ("plain", _("Duplicate")),
    S.IGNORED: ("plain", _("Ignored")),
    S.PLANNED: ("info", _("Planned")),
    S.WRITTEN: ("info", _("Written")),
    S.QUEUED: ("info", _("On its way")),
    S.SENT: ("good", _("Sent")),
    S.DELIVERED: ("good", _("Delivered")),
    S.CANCELLED: ("plain", _("Cancelled")),
    S.REFUSED: ("bad", _("Refused")),
    S.FAILED: ("bad", _("Failed")),
}
DIRECTIONS = {"in": _("Received"), "out": _("Sent")}
VERDICTS = {"valid": ("good", _("Valid")), "invalid": ("bad", _("Invalid")), "not_checked": ("plain", _("Not checked"))}
STEPS = {"syntax": _("Syntax"), "schema": _("Schema"), "rules": _("Rules")}
SEVERITIES = {"fatal": ("bad", _("Fatal")), "warning": ("warn", _("Warning")), "info": ("plain", _("Note"))}
DOCUMENTS = {
    "order": _("Order"),
    "order-response": _("Order response"),
    "order-change": _("Order change"),
    "despatch-advice": _("Despatch advice"),
    "receipt-advice": _("Receipt advice"),
    "invoice": _("Invoice"),
    "credit-note": _("Credit note"),
    "catalogue": _("Catalogue"),
    "stock-report": _("Stock report"),
    "sales-report": _("Sales report"),
    "request-for-quotation": _("Request for prices"),
    "quotation": _("Quotation"),
    "statement": _("Statement"),
    "acknowledgement": _("Acknowledgement"),
    "basket": _("Basket"),
    "payment-notice": _("Payment"),
}
ACTIONS = {
    "replayed": _("replayed"),
    "partner_set": _("partner assigned"),
    "code_added": _("code added"),
    "edited": _("a copy was mended"),
    "resent": _("sent again"),
    "no_answer": _("no answer agreed"),
    "looked_again": _("looked again"),
    "kept_for_match": _("kept for comparing"),
}
OUTCOMES = {
    "begun": ("info", _("begun")),
    "sent": ("good", _("sent")),
    "pending": ("info", _("receipt pending")),
    "failed": ("bad", _("failed")),
}
_FAMILIES = {"ubl": "UBL", "cii": "CII", "edifact": "EDIFACT", "x12": "X12", "cxml": "cXML", "oci": "OCI", "upd": "UPD",
             "ukd": "UKD", "bmecat": "BMEcat", "opentrans": "openTRANS", "commerceml": "CommerceML", "csv": "CSV",
             "xlsx": "XLSX", "xrechnung": "XRechnung", "peppol": "Peppol", "orderx": "Order-X", "facturx": "Factur-X"}  # fmt: skip


def format_name(code: str) -> str:
    """edifact-orders as EDIFACT ORDERS, ubl-order-response as UBL order response."""
    family, _dash, rest = code.partition("-")
    known = _FAMILIES.get(family, family)
    if family == "edifact":
        rest = rest.upper()
    return f"{known} {rest.replace('-', ' ')}".strip() if rest else known


def document_name(kind: str, type_code: str = "") -> str:
    return str(DOCUMENTS.get(kind) or type_code or kind or _("Unknown document"))


def said(value: Mapping[str, Any] | str | None) -> str:
    """A kept message in the reader's language; a plain text as it is."""
    if not value:
        return ""
    if isinstance(value, str):
        return value
    return str(say(Message.from_json(value))) if "text" in value else str(value)
