"""How results of the three-way match are named."""

from __future__ import annotations

from app.exchange.domain.match import Result, State
from app.web.texts import _

RESULTS = {
    Result.TWICE: ("bad", _("invoiced twice")),
    Result.NOT_ORDERED: ("bad", _("not ordered")),
    Result.UNIT: ("bad", _("unit unknown")),
    Result.PRICE: ("bad", _("price differs")),
    Result.NOT_DELIVERED: ("bad", _("not delivered")),
    Result.QUANTITY: ("bad", _("quantity differs")),
    Result.MISSING: ("plain", _("not invoiced")),
    Result.PARTLY: ("info", _("partly invoiced")),
    Result.WITHIN: ("good", _("within tolerance")),
    Result.AGREES: ("good", _("agrees")),
}
STATES = {
    State.DIFFERS: ("bad", _("Differs")),
    State.WAITS: ("info", _("Waits for documents")),
    State.WITHIN: ("good", _("Within tolerance")),
    State.AGREES: ("good", _("Agrees")),
}
DECISIONS = {"accepted": ("good", _("Accepted")), "disputed": ("warn", _("Disputed"))}
FILTERS = [
    ("", _("All")),
    ("open", _("To decide")),
    *((state.value, word) for state, (_tone, word) in STATES.items()),
    *((code, word) for code, (_tone, word) in DECISIONS.items()),
]
PAPERS = {
    "invoice": _("Invoice"),
    "credit-note": _("Credit note"),
    "despatch-advice": _("Despatch advice"),
    "receipt-advice": _("Receipt advice"),
}
