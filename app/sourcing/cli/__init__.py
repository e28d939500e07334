"""`kontor tender` and `kontor audit`."""

from __future__ import annotations

from app.sourcing.cli import audit, receipts
from app.sourcing.cli.tenders import tender

# The command `kontor tender receipt` hangs itself under `tender`.
ADDED = (receipts,)
COMMANDS = [tender, audit.audit]
