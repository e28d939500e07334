"""Jobs of conversations, one file a topic; imported here so that they are known."""

from __future__ import annotations

from app.conversations.tasks import alerts, mails

TOPICS = (alerts, mails)
