"""Files that 1C has left in the middle of an import."""

from __future__ import annotations

from app.accounts.queries.companies import operator_id
from app.core.actor import Actor
from app.core.jobs import job
from app.core.tenancy import acting_as
from app.exchange.service.one_c_work import files_left, work_off


@job("exchange.finish_one_c_files", queue="documents", every=60)
def finish_one_c_files() -> int:
    """Go on with what no call of 1C has gone on with; returns how many files."""
    company_id = operator_id()
    if company_id is None:
        return 0
    actor = Actor.system(company_id)
    with acting_as(actor):
        left = files_left(actor)
        for file_id in left:
            work_off(actor, file_id)
        return len(left)
