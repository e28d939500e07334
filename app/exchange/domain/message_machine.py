"""Which state of a message may follow which: one table for those that come, one for those that go."""

from __future__ import annotations

from enum import StrEnum

from app.core.errors import Conflict
from app.core.texts import N_


class MessageState(StrEnum):
    # In: bytes are kept, read into a document, checked, mapped to ours, executed, answered.
    KEPT = "kept"
    READ = "read"
    CHECKED = "checked"
    MAPPED = "mapped"
    EXECUTED = "executed"
    ANSWERED = "answered"
    PARKED = "parked"  # a person must look
    WAITING = "waiting"  # what it refers to has not come yet
    DUPLICATE = "duplicate"
    IGNORED = "ignored"  # a person decided so
    # Out: planned, written, checked, queued for its channel, sent, delivered by the other side's word.
    PLANNED = "planned"
    WRITTEN = "written"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    # Both.
    REFUSED = "refused"
    FAILED = "failed"


S = MessageState
_HELD = frozenset({S.PARKED, S.REFUSED, S.FAILED})

INBOUND: dict[MessageState, frozenset[MessageState]] = {
    S.KEPT: frozenset({S.READ, S.DUPLICATE, S.WAITING}) | _HELD,
    S.READ: frozenset({S.CHECKED, S.DUPLICATE, S.WAITING}) | _HELD,
    S.CHECKED: frozenset({S.MAPPED, S.DUPLICATE, S.WAITING}) | _HELD,
    S.MAPPED: frozenset({S.EXECUTED, S.DUPLICATE, S.WAITING}) | _HELD,
    S.EXECUTED: frozenset({S.ANSWERED}),
    S.WAITING: frozenset({S.KEPT, S.IGNORED}) | _HELD,
    S.PARKED: frozenset({S.KEPT, S.REFUSED, S.IGNORED}),
    S.FAILED: frozenset({S.KEPT, S.REFUSED, S.IGNORED, S.PARKED}),
    S.REFUSED: frozenset({S.KEPT, S.IGNORED}),  # replayed after a repair, or a mended copy took its place
    S.DUPLICATE: frozenset(),
    S.IGNORED: frozenset({S.KEPT}),
    S.ANSWERED: frozenset(),
}
OUTBOUND: dict[MessageState, frozenset[MessageState]] = {
    S.PLANNED: frozenset({S.WRITTEN, S.WAITING, S.FAILED, S.CANCELLED}),
    S.WAITING: frozenset({S.PLANNED, S.QUEUED, S.FAILED, S.CANCELLED}),
    S.WRITTEN: frozenset({S.CHECKED, S.FAILED, S.CANCELLED}),
    S.CHECKED: frozenset({S.QUEUED, S.WAITING, S.CANCELLED}),
    S.QUEUED: frozenset({S.SENT, S.DELIVERED, S.FAILED, S.CANCELLED}),
    S.SENT: frozenset({S.DELIVERED, S.REFUSED, S.FAILED, S.QUEUED}),
    S.DELIVERED: frozenset({S.QUEUED, S.REFUSED}),
    S.REFUSED: frozenset({S.QUEUED, S.PLANNED, S.CANCELLED, S.DELIVERED}),
    S.FAILED: frozenset({S.PLANNED, S.QUEUED, S.CANCELLED}),
    S.CANCELLED: frozenset({S.PLANNED, S.QUEUED}),
}
TABLES = {"in": INBOUND, "out": OUTBOUND}
IN_WORK = {
    "in": frozenset({S.KEPT, S.READ, S.CHECKED, S.MAPPED, S.EXECUTED, S.WAITING}),
    "out": frozenset({S.PLANNED, S.WRITTEN, S.CHECKED, S.QUEUED, S.WAITING}),
}
NEEDS_PERSON = frozenset({S.PARKED, S.FAILED})
CAN_REPLAY = frozenset({S.PARKED, S.FAILED, S.REFUSED, S.IGNORED, S.WAITING})
CAN_RESEND = frozenset({S.SENT, S.DELIVERED, S.REFUSED, S.FAILED, S.CANCELLED})


def may_follow(direction: str, state: MessageState, following: MessageState) -> bool:
    return following in TABLES[direction].get(state, frozenset())


def check_step(direction: str, state: str, following: MessageState) -> None:
    """Raise Conflict for a step that the table does not have."""
    if not may_follow(direction, MessageState(state), following):
        raise Conflict(
            N_("A message that is “{state}” cannot become “{following}”.", state=state, following=following.value)
        )
