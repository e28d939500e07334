"""A run that cannot complete asks its owner, and once more before it is given up; without an owner, administrators."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.standing import RunState
from app.ordering.events import StandingRunAsks
from app.ordering.queries.standing_told import concerned, outlook, run_to_tell

TROUBLES_NAMED = 10


def tellings(actor: Actor, event: StandingRunAsks) -> Iterable[Telling]:
    told = run_to_tell(actor, event.run_id)
    for person in concerned(told.head):
        for way in ("mail", "page"):
            yield Telling(
                told.head.company_id,
                f"standing_asks:{told.run.id}:{event.asked}:{event.reminder}:{person.user_id}:{way}",
                {"run_id": told.run.id, "user_id": person.user_id, "asked": event.asked},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = run_to_tell(actor, parameters["run_id"])
    head, run = told.head, told.run
    general = [question.message for question in run.questions if question.line_id is None]
    return Letter(
        N_("{name} cannot be ordered as it is", name=head.name),
        {
            "name": person_to_tell(parameters["user_id"]).name, "company": head.account_name, "number": head.number,
            "title": head.name, "day": run.on_day, "until": run.answer_by, "general": general,
            "troubles": outlook(actor, told).troubles[:TROUBLES_NAMED],
        },
        summary=N_("{number}, run of {day}: say what is to become of it.", number=head.number, day=run.on_day),
        link=told.link,
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    run = run_to_tell(actor, parameters["run_id"]).run
    return run.state is RunState.REVIEW and run.asks == parameters["asked"]


notices.add("standing_asks", Kind(letter, StandingRunAsks, tellings, still_wanted))
