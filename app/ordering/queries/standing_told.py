"""What people are told of standing orders, and who: in operator scope, at the moment it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import PersonToTell, people_of
from app.core.actor import Actor
from app.core.texts import Message
from app.ordering.domain.standing import RunState
from app.ordering.queries.standing import (
    Run,
    StandingHead,
    goods_net,
    judged,
    lines_of_run,
    run_by_id,
    runs_of,
    standing_head,
)


@dataclass(frozen=True, slots=True)
class RunToTell:
    """A run with its standing order."""

    head: StandingHead
    run: Run

    @property
    def link(self) -> str:
        return f"/standing-orders/{self.head.number}/runs/{self.run.planned_on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would order today: net of the goods, number of lines, and what would be asked: (SKU, reason)."""

    net: Decimal
    line_count: int
    troubles: tuple[tuple[str, Message], ...]


def run_to_tell(actor: Actor, run_id: int) -> RunToTell:
    run = run_by_id(actor, run_id)
    return RunToTell(standing_head(actor, run.standing_id), run)


def outlook(actor: Actor, told: RunToTell) -> Outlook:
    lines = judged(actor, told.head, lines_of_run(actor, told.run), told.run.on_day)
    troubles = tuple((line.article.sku, question.message) for line in lines for question in line.questions)
    return Outlook(goods_net(lines), len(lines), troubles)


def concerned(head: StandingHead) -> list[PersonToTell]:
    """The owner; the company's administrators where he does not work there any more."""
    found = people_of(head.company_id, (Role.COMPANY_ADMIN, Role.BUYER))
    owner = [person for person in found if person.user_id == head.owner_id]
    return owner or people_of(head.company_id, (Role.COMPANY_ADMIN,))


def missed_before(actor: Actor, told: RunToTell, count: int) -> list[date]:
    """The dates missed together with a run, itself included, oldest first."""
    missed = [run.on_day for run in runs_of(actor, told.head.id) if run.state is RunState.MISSED
              and run.planned_on <= told.run.planned_on]  # fmt: skip
    return missed[-count:]
