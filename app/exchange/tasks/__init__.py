"""Work in the background: imports, messages of partners, channels."""

from __future__ import annotations

from app.exchange.tasks import imports, messages

TOPICS = (imports, messages)
