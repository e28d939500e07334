"""`kontor import`, `kontor history` and `kontor exchange poll`."""

from __future__ import annotations

from app.exchange.cli import channels, imports

COMMANDS = [*imports.COMMANDS, *channels.COMMANDS]
