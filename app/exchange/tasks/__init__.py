"""Work in the background: imports, messages of partners, channels."""

from __future__ import annotations

from app.exchange.tasks import channels, imports, messages, one_c

TOPICS = (imports, messages, channels, one_c)
