"""Acting for a buyer: who may, for how long, and what the account allows."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from app.core.texts import N_, Message

LENGTH = timedelta(minutes=60)


class StaffAccess(StrEnum):
    """Whether the operator's sales people may act for the people of an account."""

    FREE = "free"
    ASK = "ask"
    NEVER = "never"


class VisitState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    OPEN = "open"
    ENDED = "ended"


ACCESS_NAMES: dict[StaffAccess, Message] = {
    StaffAccess.FREE: N_("Sales may act for us, and we see each visit"),
    StaffAccess.ASK: N_("Sales must ask the person or an administrator each time"),
    StaffAccess.NEVER: N_("Nobody acts for us"),
}
STATE_NAMES: dict[VisitState, tuple[str, Message]] = {
    VisitState.ASKED: ("warn", N_("Waits for a yes")),
    VisitState.GRANTED: ("info", N_("Allowed")),
    VisitState.REFUSED: ("bad", N_("Refused")),
    VisitState.OPEN: ("good", N_("Open")),
    VisitState.ENDED: ("plain", N_("Ended")),
}
