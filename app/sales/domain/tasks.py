"""What a task or a note of the sales desk may be."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from app.core.errors import Invalid
from app.core.texts import N_

TEXT_LENGTH = 2000
FARTHEST = timedelta(days=3 * 366)  # beyond it a day is a slip of the pen


class TaskKind(StrEnum):
    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    ERRAND = "todo"  # anything else to do


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class NoteKind(StrEnum):
    """What took place; NOTE is only something to know."""

    NOTE = "note"
    CALL = "call"
    MEETING = "meeting"


SUBJECTS = ("cart", "quote", "order", "offer")
TALKS = (TaskKind.CALL, TaskKind.MEETING)  # whoever closes one says what came of it


def checked_text(text: str, field: str = "text") -> str:
    """The text without blanks around it; raises Invalid when there is none or too much."""
    text = text.strip()
    if not text:
        raise Invalid(field, N_("Write something."))
    if len(text) > TEXT_LENGTH:
        raise Invalid(field, N_("At most {most} characters.", most=TEXT_LENGTH))
    return text


def checked_outcome(kind: str, outcome: str) -> str:
    """What came of a task: calls and meetings need it, the others may be closed without."""
    outcome = outcome.strip()
    if not outcome and kind in TALKS:
        raise Invalid("outcome", N_("Say what came of it."))
    if len(outcome) > TEXT_LENGTH:
        raise Invalid("outcome", N_("At most {most} characters.", most=TEXT_LENGTH))
    return outcome


def checked_day(day: date, today: date) -> date:
    """A day for a task from today on, not years away."""
    if day < today:
        raise Invalid("due_on", N_("Choose today or a later day."))
    if day > today + FARTHEST:
        raise Invalid("due_on", N_("Choose a day within three years."))
    return day


def checked_subject(subject: tuple[str, int] | None) -> tuple[str, int | None]:
    """Kind and id as the table keeps them; raises Invalid for what a task cannot be about."""
    if subject is None:
        return "", None
    kind, subject_id = subject
    if kind not in SUBJECTS:
        raise Invalid("subject", N_("A task cannot be about this."))
    return kind, subject_id
