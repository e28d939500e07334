"""`kontor import`, `kontor history`, and what needs the database of `kontor exchange`."""

from __future__ import annotations

from app.exchange.cli import channels, imports, messages

COMMANDS = [*imports.COMMANDS, *channels.COMMANDS, *messages.COMMANDS]
