"""The owner hears that runs were missed while nothing worked, or that one was given up."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import StandingRunLost
from app.ordering.queries.standing_told import concerned, missed_before, run_to_tell


def tellings(actor: Actor, event: StandingRunLost) -> Iterable[Telling]:
    told = run_to_tell(actor, event.run_id)
    for person in concerned(told.head):
        for way in ("mail", "page"):
            yield Telling(
                told.head.company_id,
                f"standing_not_placed:{told.run.id}:{person.user_id}:{way}",
                {"run_id": told.run.id, "user_id": person.user_id, "missed": event.missed},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = run_to_tell(actor, parameters["run_id"])
    head, run = told.head, told.run
    days = missed_before(actor, told, parameters["missed"]) or [run.on_day]
    return Letter(
        N_("{name} was not ordered", name=head.name),
        {
            "name": person_to_tell(parameters["user_id"]).name, "company": head.account_name, "number": head.number,
            "title": head.name, "days": days, "reason": run.reason,
        },
        summary=N_("{number}, run of {day}: {reason}", number=head.number, day=run.on_day, reason=run.reason or ""),
        link=told.link,
    )  # fmt: skip


notices.add("standing_not_placed", Kind(letter, StandingRunLost, tellings))
