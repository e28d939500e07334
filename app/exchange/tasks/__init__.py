"""Work in the background: imports, messages of partners, channels, compared invoices."""

from __future__ import annotations

from app.exchange.tasks import channels, imports, matches, messages, one_c

TOPICS = (imports, messages, channels, one_c, matches)
