"""Jobs about people's data."""

from __future__ import annotations

from app.accounts.service import erasing, person_copies
from app.core.actor import Scope
from app.core.jobs import current_actor, job, send_now
from app.core.tenancy import Bounds
from app.core.texts import Message
from app.web.letters import say_to


def _say(message: Message) -> str:
    return say_to(message, "en", "UTC")


@job(erasing.JOB)
def erase(erasure_id: int) -> bool:
    """Do an approved erasure."""
    return erasing.erase(current_actor(), erasure_id)


@job(person_copies.JOB, queue="documents")
def copy_person(export_id: int) -> bool:
    """Make a copy of what is held on a person."""
    return person_copies.make_copy(current_actor(), export_id, _say)


@job("accounts.sweep_privacy", every=300)
def sweep_privacy() -> int:
    """Ask again for erasures and copies whose message was lost; remove old archives."""
    everywhere = Bounds(Scope.SYSTEM, 0)
    erasures, copies = erasing.due_erasures(), person_copies.due_copies()
    for erasure_id in erasures:
        send_now(erasing.JOB, erasure_id, bounds=everywhere)
    for export_id in copies:
        send_now(person_copies.JOB, export_id, bounds=everywhere)
    return len(erasures) + len(copies) + person_copies.drop_expired(current_actor())
