"""Before a standing order runs its owner hears what it will order, and what would be asked as things are."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.standing import RunState
from app.ordering.events import StandingRunAnnounced
from app.ordering.queries.standing_told import concerned, outlook, run_to_tell

TROUBLES_NAMED = 10


def tellings(actor: Actor, event: StandingRunAnnounced) -> Iterable[Telling]:
    told = run_to_tell(actor, event.run_id)
    for person in concerned(told.head):
        for way in ("mail", "page"):
            yield Telling(
                told.head.company_id,
                f"standing_will_run:{told.run.id}:{told.run.on_day}:{person.user_id}:{way}",
                {"run_id": told.run.id, "user_id": person.user_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = run_to_tell(actor, parameters["run_id"])
    head, run = told.head, told.run
    now = outlook(actor, told)
    value = Money(now.net, head.currency)
    return Letter(
        N_("{name} orders on {day}", name=head.name, day=run.on_day),
        {
            "name": person_to_tell(parameters["user_id"]).name, "company": head.account_name, "number": head.number,
            "title": head.name, "day": run.on_day, "value": value, "count": now.line_count,
            "troubles": now.troubles[:TROUBLES_NAMED],
        },
        summary=N_("{number}: {count} lines, {value} net at today's prices. You can still change or skip it.",
                   number=head.number, count=now.line_count, value=value),
        link=told.link,
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return run_to_tell(actor, parameters["run_id"]).run.state is RunState.ANNOUNCED


notices.add("standing_will_run", Kind(letter, StandingRunAnnounced, tellings, still_wanted))
