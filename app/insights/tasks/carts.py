"""Watching carts."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import carts as service


@job("insights.watch_carts", every=60)
def watch_carts() -> int:
    """Notice carts left behind within a minute of the limit."""
    return service.watch(current_actor())
