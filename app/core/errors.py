"""The five things that can be wrong, and how each entry answers them.

Anything else that is raised is a bug: status 500, no retry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.core.texts import N_, Message


class DomainError(Exception):
    """Base of all errors a person or partner can be told about."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    is_retryable: ClassVar[bool] = False

    def __init__(self, message: Message | str, *, details: Any = None) -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        self.details = details
        super().__init__(str(self.message))


class Invalid(DomainError):
    """Input that cannot be accepted. `field` names the form field, column or JSON key."""

    status = 422
    exit_code = 2

    def __init__(self, field: str, message: Message | str, *, details: Any = None) -> None:
        self.field = field
        super().__init__(message, details=details)


class NotFound(DomainError):
    """No such thing, or it belongs to another company: both look the same from outside."""

    status = 404
    exit_code = 3

    def __init__(self, message: Message | str | None = None, *, details: Any = None) -> None:
        super().__init__(message or N_("There is nothing here."), details=details)


class Forbidden(DomainError):
    """The actor may not do this, whatever the input."""

    status = 403
    exit_code = 4


class Conflict(DomainError):
    """The world moved on: stale, duplicate, or in a state that does not allow it."""

    status = 409
    exit_code = 5


class Unavailable(DomainError):
    """Something we need does not answer now; trying again can help. `retry_after` in seconds."""

    status = 503
    exit_code = 75
    is_retryable = True

    def __init__(self, message: Message | str, *, retry_after: int = 30, details: Any = None) -> None:
        self.retry_after = retry_after
        super().__init__(message, details=details)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row of a bulk input: a value, not an exception.

    `row` is the number a spreadsheet shows (1-based, header counts); `column` the header text or key,
    `given` the offending text, `code` a stable name for programs, `message` what to do about it.
    """

    row: int
    column: str
    code: str
    message: Message
    given: str = ""
    suggestions: tuple[str, ...] = field(default_factory=tuple)
