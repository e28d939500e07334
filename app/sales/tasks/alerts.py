"""Looking at the rules that warn."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sales.service import alerts as service


@job("sales.check_alerts", every=600)
def check_alerts() -> int:
    """How many warnings are new."""
    return service.check_rules(current_actor())
