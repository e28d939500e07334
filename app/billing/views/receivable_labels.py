"""Words and tones of receivables: states of runs, letters and promises, kinds of items."""

from __future__ import annotations

from datetime import date

from app.billing.service.receivables import FOREVER
from app.billing.service.reminders import NOTHING_LEFT
from app.web.texts import _

RUN_STATES = {
    "waiting": ("info", _("Being made")),
    "proposed": ("seal", _("To review")),
    "approved": ("info", _("Being sent")),
    "done": ("good", _("Sent")),
    "dropped": ("plain", _("Dropped")),
}
LETTER_STATES = {
    "proposed": ("seal", _("To review")),
    "left_out": ("plain", _("Left out")),
    "issued": ("good", _("Sent")),
}
PROMISE_STATES = {
    "open": ("info", _("Open")),
    "kept": ("good", _("Kept")),
    "broken": ("bad", _("Broken")),
    "withdrawn": ("plain", _("Withdrawn")),
}


def until_text(day: date | None) -> str:
    """How long something is stopped; "" when it is not."""
    if day is None:
        return ""
    return str(_("until further notice")) if day == FOREVER else str(_("until {day}", day=day))


def reason_text(reason: str) -> str:
    """Why a letter was left out."""
    return str(_("paid or held back meanwhile")) if reason == NOTHING_LEFT else reason
