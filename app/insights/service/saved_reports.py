"""Reports kept under a name, for oneself or for colleagues too."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.insights.domain.report_parameters import read_parameters, write_parameters
from app.insights.models.reports import SavedReport
from app.insights.policy import Permission
from app.insights.service.reporting import report_for, today

NAME_LENGTH = 120


@command
def save_report(
    actor: Actor, code: str, values: Mapping[str, str], name: str, *, is_shared: bool, client_ref: str
) -> int:
    """Keep the parameters under a name; a repeat of the request returns the same."""
    actor.demand(Permission.SCHEDULE_REPORTS)
    report = report_for(actor, code)
    if actor.user_id is None:
        raise Forbidden(N_("You have no right to do this."))
    if not name.strip() or len(name) > NAME_LENGTH:
        raise Invalid("name", N_("Enter a name of at most {most} characters.", most=NAME_LENGTH))
    known = db.session.scalar(
        select(SavedReport.id).where(SavedReport.company_id == actor.company_id, SavedReport.client_ref == client_ref)
    )
    if known is not None:
        return known
    saved = SavedReport(
        company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, report=code, name=name.strip(),
        parameters=write_parameters(read_parameters(report.parameters, values, today(actor))), is_shared=is_shared,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(saved)
    db.session.flush()
    audit.record(actor, "saved_report", saved.id, "created", {"name": saved.name, "report": code, "shared": is_shared})
    return saved.id


@command
def remove_report(actor: Actor, saved_id: int) -> None:
    """One's own only."""
    saved = db.session.scalar(
        select(SavedReport).where(SavedReport.id == saved_id, SavedReport.company_id == actor.company_id)
    )
    if saved is None or saved.user_id != actor.user_id:
        raise NotFound
    audit.record(actor, "saved_report", saved.id, "removed", {"name": saved.name, "report": saved.report})
    db.session.execute(delete(SavedReport).where(SavedReport.id == saved.id))
