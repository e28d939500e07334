"""States of awards, contracts, call-offs and suppliers in words, and the chips and marks of their pages."""

from __future__ import annotations

from app.sourcing.views import blueprint
from app.web.texts import _

AWARDS = {
    "pending": ("info", _("Pending")),
    "active": ("good", _("Awarded")),
    "rejected": ("plain", _("Rejected")),
    "cancelled": ("plain", _("Taken back")),
}
OBJECTIONS = {
    "submitted": ("seal", _("Waits for a decision")),
    "upheld": ("good", _("Upheld")),
    "dismissed": ("plain", _("Dismissed")),
    "withdrawn": ("plain", _("Withdrawn")),
}
CONTRACTS = {
    "pending": ("seal", _("To be signed")),
    "active": ("good", _("In force")),
    "expired": ("plain", _("Ended")),
    "terminated": ("warn", _("Terminated")),
    "cancelled": ("plain", _("Cancelled")),
}
CALL_OFFS = {
    "sent": ("info", _("Sent")),
    "confirmed": ("good", _("Confirmed")),
    "refused": ("bad", _("Refused")),
    "closed": ("plain", _("Closed")),
    "cancelled": ("plain", _("Cancelled")),
}
STANDINGS = {
    "excellent": ("good", _("Excellent")),
    "good": ("good", _("Good")),
    "weak": ("warn", _("Weak")),
    "poor": ("bad", _("Poor")),
}
OUTCOMES = {
    "won": ("good", _("Won")),
    "not_selected": ("plain", _("Not selected")),
}
CRITERIA = {
    "on_time": _("On time"),
    "complete": _("Complete"),
    "quality": _("Quality"),
    "price": _("Price"),
}
_WORDS = {
    "award": AWARDS, "objection": OBJECTIONS, "contract": CONTRACTS, "call_off": CALL_OFFS, "standing": STANDINGS,
    "outcome": OUTCOMES,
}  # fmt: skip


@blueprint.app_template_filter("state_of")
def state_of(state: str, kind: str) -> tuple[str, str]:
    """Tone and word of a state."""
    return _WORDS[kind][state]


@blueprint.app_template_filter("criterion_name")
def criterion_name(name: str, code: str) -> str:
    """The usual criteria are named in the reader's language, own ones as they were entered."""
    return CRITERIA.get(code, name)
