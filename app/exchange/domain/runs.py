"""The life of an import run."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """Uploaded: columns are chosen. Checking stores nothing. Failed and cancelled runs may go on where they stopped."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


IN_WORK = frozenset({RunState.CHECKING, RunState.WAITING, RunState.RUNNING})
CAN_CHOOSE_COLUMNS = frozenset({RunState.UPLOADED, RunState.CHECKING, RunState.CHECKED})
CAN_START = frozenset({RunState.CHECKED})
CAN_CANCEL = frozenset({RunState.UPLOADED, RunState.CHECKED, *IN_WORK})
CAN_RESUME = frozenset({RunState.FAILED, RunState.CANCELLED})
