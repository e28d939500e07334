"""Orders and call-offs held anew against what was delivered and invoiced."""

from __future__ import annotations

from app.accounts.queries.companies import operator_id
from app.core.actor import Scope
from app.core.jobs import current_actor, job, send_now
from app.core.tenancy import Bounds
from app.exchange.service.match import match_due as match

MATCH_DUE = "exchange.match_due"


@job(MATCH_DUE)
def match_due() -> int:
    """Match what waits or differs, and newly invoiced orders of accounts that have set limits."""
    return match(current_actor())


@job("exchange.sweep_matches", every=600)
def sweep_matches() -> None:
    company_id = operator_id()
    if company_id is not None:
        send_now(MATCH_DUE, bounds=Bounds(Scope.OPERATOR, company_id))
