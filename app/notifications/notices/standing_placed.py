"""The owner hears that a run of the standing order became an order."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.queries.mailing import person_to_tell
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import StandingRunPlaced
from app.ordering.queries.standing_told import concerned, run_to_tell


def tellings(actor: Actor, event: StandingRunPlaced) -> Iterable[Telling]:
    told = run_to_tell(actor, event.run_id)
    for person in concerned(told.head):
        for way in ("mail", "page"):
            yield Telling(
                told.head.company_id,
                f"standing_placed:{told.run.id}:{person.user_id}:{way}",
                {"run_id": told.run.id, "user_id": person.user_id},
                user_id=person.user_id,
                way=way,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = run_to_tell(actor, parameters["run_id"])
    head, run = told.head, told.run
    if run.order_number is None or run.net is None:
        raise NotFound
    value = Money(run.net, head.currency)
    return Letter(
        N_("{name}: order {order} is placed", name=head.name, order=run.order_number),
        {
            "name": person_to_tell(parameters["user_id"]).name, "company": head.account_name, "number": head.number,
            "title": head.name, "day": run.on_day, "order": run.order_number, "value": value,
        },
        summary=N_("{number} of {day}: {value} net.", number=head.number, day=run.on_day, value=value),
        link=f"/orders/{run.order_number}",
    )  # fmt: skip


notices.add("standing_placed", Kind(letter, StandingRunPlaced, tellings))
