"""`kontor import` and `kontor history`."""

from __future__ import annotations

from app.exchange.cli import imports

COMMANDS = [*imports.COMMANDS]
