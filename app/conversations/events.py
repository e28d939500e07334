"""What happens in conversations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """Somebody has written, on the portal or by mail; also an inner note."""

    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ConversationOverdue:
    """The time for an answer is over; at level 1 its manager hears of it, at level 2 everybody at the desk."""

    conversation_id: int
    level: int
