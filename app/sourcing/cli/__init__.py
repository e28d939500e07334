"""`kontor tender` and `kontor audit`."""

from __future__ import annotations

from app.sourcing.cli.audit import audit
from app.sourcing.cli.tenders import tender

COMMANDS = [tender, audit]
