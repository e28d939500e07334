"""`kontor tender` and `kontor audit`."""

from __future__ import annotations

from app.sourcing.cli import audit
from app.sourcing.cli.tenders import tender

COMMANDS = [tender, audit.audit]
