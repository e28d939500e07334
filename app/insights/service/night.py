"""Noting that a piece of work of the night is done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import command, db

_RAN = text("""
INSERT INTO night_runs (code, on_day, rows) VALUES (:code, :on_day, :rows)
ON CONFLICT (code) DO UPDATE SET on_day = excluded.on_day, rows = excluded.rows, finished_at = now()""")


@command
def note_run(actor: Actor, code: str, on_day: date, rows: int) -> None:
    """First thing in the transaction that writes: two that do so wait for each other here."""
    db.session.execute(_RAN, {"code": code, "on_day": on_day, "rows": rows})
