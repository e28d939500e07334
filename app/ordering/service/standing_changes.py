"""Single runs: changed for once or from there on, skipped, done at once, and what the owner answers a run that asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import delete

from app.catalog.queries.articles import articles_by_code
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.schedule import instant
from app.ordering.domain.standing import AHEAD, Answer, Choice, RunState
from app.ordering.domain.wishes import NOTE_LENGTH, PO_LENGTH
from app.ordering.models.standing import StandingRunLine
from app.ordering.queries.standing import (
    JudgedLine,
    Run,
    StandingHead,
    StandingLine,
    judged,
    lines_of,
    lines_of_run,
    run_of,
)
from app.ordering.queries.standing_ahead import dates
from app.ordering.service.standing import demand_address, editable, go_on
from app.ordering.service.standing_lines import agreed_today, fitting, write_lines, write_run_lines
from app.ordering.service.standing_plan import change_run, keep_run, plan, set_run, set_standing

MOST_AHEAD = 60  # so many runs ahead can be looked at and changed
_LASTING = {Choice.ACCEPT, Choice.REPLACE, Choice.DROP_ALL}


@dataclass(frozen=True, slots=True)
class RunChange:
    """What a run is to be. `wishes` are the fields that differ from those of the standing order (`ship_to_id`, `note`,
    `po_number`); `on_day` moves this one run to another day.
    """

    lines: Sequence[WantedLine]
    wishes: Mapping[str, Any] = field(default_factory=dict)
    on_day: date | None = None


def _run(actor: Actor, head: StandingHead, planned_on: date) -> Run:
    """A run that is kept, or one that the schedule promises; NotFound for any other date."""
    run = run_of(actor, head.id, planned_on)
    if run is None:
        one = next((one for one in islice(dates(actor, head), MOST_AHEAD * 10) if one.planned >= planned_on), None)
        if one is None or one.planned != planned_on:
            raise NotFound(N_("The standing order has no run on this date."))
        keep_run(head, one)
        run = run_of(actor, head.id, planned_on)
    if run is None:
        raise NotFound
    return run


def _ahead(actor: Actor, head: StandingHead, planned_on: date) -> Run:
    run = _run(actor, head, planned_on)
    if run.state not in AHEAD or run.run_at <= clock.now():
        raise Conflict(N_("This run is under way or over and cannot be changed any more."))
    return run


@command
def change_this_run(actor: Actor, number: str, planned_on: date, change: RunChange) -> None:
    """Lines, wishes and day of one run; the others stay as they are."""
    head = editable(actor, number)
    run = _ahead(actor, head, planned_on)
    wishes = _own_wishes(actor, head, change)
    before = lines_of_run(actor, run)
    differs = write_run_lines(actor, head, run, fitting(actor, head.company_id, change.lines, before))
    values: dict[str, Any] = {"wishes": wishes}
    if change.on_day is not None and change.on_day != run.on_day:
        wishes["on_day"] = change.on_day.isoformat()
        values |= _moved(actor, head, run, change.on_day)
    elif "on_day" in run.wishes:
        wishes["on_day"] = run.wishes["on_day"]
    change_run(run.id, **values)
    audit.record(actor, "standing_order", head.id, "run_changed",
                 {"run": planned_on, "lines": differs, "fields": sorted(wishes)})  # fmt: skip
    plan(actor, head)


def _own_wishes(actor: Actor, head: StandingHead, change: RunChange) -> dict[str, Any]:
    """The fields that differ from those of the standing order, if they fit."""
    if len(change.wishes.get("po_number") or "") > PO_LENGTH:
        raise Invalid("po_number", N_("At most {most} characters.", most=PO_LENGTH))
    if len(change.wishes.get("note") or "") > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    own = {name: value for name, value in change.wishes.items() if value != head.wishes.get(name, "")}
    if "ship_to_id" in own:
        demand_address(actor, own["ship_to_id"])
    return own


def _moved(actor: Actor, head: StandingHead, run: Run, on_day: date) -> dict[str, Any]:
    moment = instant(on_day, head.run_time, head.time_zone)
    if moment <= clock.now():
        raise Invalid("on_day", N_("This day has passed. Take a later one, or order at once."))
    others = [one.on for one in islice(dates(actor, head), MOST_AHEAD * 10) if one.planned > run.planned_on]
    if others and on_day >= others[0]:
        raise Invalid("on_day", N_("The next run is on {day}. Take an earlier day, or skip this run.", day=others[0]))
    return {"on_day": on_day, "run_at": moment}


@command
def change_following(actor: Actor, number: str, planned_on: date, change: RunChange) -> None:
    """Lines and wishes of a run and of all after it; runs before it keep what they had."""
    head = editable(actor, number)
    run = _ahead(actor, head, planned_on)
    own = _own_wishes(actor, head, change)
    if "po_number" in own:
        raise Invalid("po_number", N_("A number of its own goes with this run only. Change the pattern instead."))
    before = lines_of(actor, head.id)
    after = fitting(actor, head.company_id, change.lines, lines_of_run(actor, run))
    earlier = [
        _run(actor, head, one.planned)
        for one in islice(dates(actor, head), MOST_AHEAD * 10)
        if one.planned < planned_on and instant(one.on, head.run_time, head.time_zone) > clock.now()
    ]
    write_lines(head, after)
    for one in earlier:
        if one.state in AHEAD:
            write_run_lines(actor, head, one, lines_of_run(actor, one) if one.own_lines else before)
            if own:
                change_run(one.id, wishes={name: head.wishes.get(name, "") for name in own} | one.wishes)
    db.session.execute(delete(StandingRunLine).where(StandingRunLine.run_id == run.id))
    kept = {name: value for name, value in run.wishes.items() if name in {"on_day", "po_number"}}
    change_run(run.id, own_lines=False, wishes=kept)
    new = set_standing(actor, head, wishes=head.wishes | own)
    audit.record(actor, "standing_order", head.id, "changed_from",
                 {"run": planned_on, "lines": [len(before), len(after)], "fields": sorted(own)})  # fmt: skip
    plan(actor, new)


@command
def skip_run(actor: Actor, number: str, planned_on: date) -> None:
    """Leave a date out; the one after it lies ahead, however late this is decided."""
    head = editable(actor, number)
    run = _run(actor, head, planned_on)
    set_run(run, RunState.SKIPPED)
    audit.record(actor, "standing_order", head.id, "run_skipped", {"run": planned_on})
    plan(actor, head)


@command
def unskip_run(actor: Actor, number: str, planned_on: date) -> None:
    """Take a date back in, while it lies ahead."""
    head = editable(actor, number)
    run = _run(actor, head, planned_on)
    if run.run_at <= clock.now():
        raise Conflict(N_("This date has passed."))
    set_run(run, RunState.PLANNED, reason=None, finished_at=None)
    audit.record(actor, "standing_order", head.id, "run_unskipped", {"run": planned_on})
    plan(actor, head)


@command
def run_now(actor: Actor, number: str, planned_on: date) -> int:
    """Do the next run at once instead of on its date; returns its id. The runs after it keep their dates."""
    head = editable(actor, number)
    following = plan(actor, head)
    if following is None or following.planned_on != planned_on:
        raise Conflict(N_("Only the next run can be done at once."))
    change_run(following.id, run_at=clock.now())
    go_on(following)
    audit.record(actor, "standing_order", head.id, "run_now", {"run": planned_on})
    plan(actor, head)
    return following.id


@command
def answer(
    actor: Actor, number: str, planned_on: date, answers: Mapping[int, Answer], *, accepted_total: Decimal | None = None
) -> int:
    """Answer a run that asks, by line id, and have it done; returns its id. What is still wrong is asked again.

    `accepted_total` lets this run come to so much above the ceiling. Raises Invalid("answers") for a line that is
    asked about and not answered, or answered by what does not settle it.
    """
    head = editable(actor, number)
    run = _run(actor, head, planned_on)
    if run.state is not RunState.REVIEW:
        raise Conflict(N_("This run does not ask any more."))
    lines = judged(actor, head, lines_of_run(actor, run))
    asked = [line for line in lines if line.questions]
    _demand_answers(asked, answers)
    successors = _successors(actor, asked, answers)
    run_lines = _answered(actor, head, lines, answers, successors)
    if not run_lines:
        raise Invalid("answers", N_("No line would be left. Skip this run instead."))
    lasting = {
        one.line.key: given for one in asked if (given := answers[one.line.id]).choice in _LASTING
    }  # fmt: skip
    if lasting:
        held = judged(actor, head, lines_of(actor, head.id))
        by_id = {one.line.id: lasting[one.line.key] for one in held if one.line.key in lasting}
        rest = _answered(actor, head, held, by_id, successors)
        if not rest:
            raise Invalid("answers", N_("Nothing would be left. End the standing order instead."))
        write_lines(head, rest)
    write_run_lines(actor, head, run, run_lines)
    if accepted_total is not None:
        change_run(run.id, accepted_total=accepted_total)
    audit.record(
        actor, "standing_order", head.id, "answered",
        {"run": planned_on, "answers": {one.article.sku: str(answers[one.line.id].choice) for one in asked}},
    )  # fmt: skip
    go_on(run)
    return run.id


def _demand_answers(asked: Sequence[JudgedLine], answers: Mapping[int, Answer]) -> None:
    for one in asked:
        given = answers.get(one.line.id)
        if given is None or given.choice not in one.choices:
            raise Invalid("answers", N_("{sku}: say what is to become of it.", sku=one.article.sku))
        if given.choice is Choice.QUANTITY and (given.quantity is None or given.quantity <= 0):
            raise Invalid("answers", N_("{sku}: enter the quantity.", sku=one.article.sku))


def _successors(actor: Actor, asked: Sequence[JudgedLine], answers: Mapping[int, Answer]) -> dict[int, int]:
    """The id of the successor by that of the article it replaces."""
    wanted = [one.article for one in asked if answers[one.line.id].choice is Choice.REPLACE]
    found = articles_by_code(actor, [article.successor_sku for article in wanted])
    ids = {matches[0].sku: matches[0].id for matches in found.values() if matches[0].is_visible}
    for article in wanted:
        if article.successor_sku not in ids:
            raise Invalid("answers", N_("{sku} cannot be ordered.", sku=article.successor_sku))
    return {article.id: ids[article.successor_sku] for article in wanted}


def _answered(
    actor: Actor,
    head: StandingHead,
    lines: Sequence[JudgedLine],
    answers: Mapping[int, Answer],
    successors: Mapping[int, int],
) -> list[StandingLine]:
    """Lines after the answers; of equal article and unit the first is kept, with both quantities.

    What has another article or quantity is agreed to at today's price.
    """
    found: dict[tuple[int, str], StandingLine] = {}
    changed: set[tuple[int, str]] = set()
    for one in lines:
        given = answers.get(one.line.id)
        line = one.line if given is None else _settled(one, given, successors)
        if line is None:
            continue
        held = found.get(line.key)
        found[line.key] = line if held is None else replace(held, quantity=held.quantity + line.quantity)
        if held is not None or (line.article_id, line.quantity) != (one.line.article_id, one.line.quantity):
            changed.add(line.key)
    wanted = [WantedLine(found[key].article_id, found[key].quantity, found[key].unit) for key in changed]
    agreed = agreed_today(actor, head.company_id, wanted, wanted)
    return [replace(line, agreed=agreed.get(key, line.agreed)) for key, line in found.items()]


def _settled(one: JudgedLine, given: Answer, successors: Mapping[int, int]) -> StandingLine | None:
    match given.choice:
        case Choice.ACCEPT:
            return replace(one.line, agreed=one.now)
        case Choice.REPLACE:
            return replace(one.line, article_id=successors[one.article.id])
        case Choice.QUANTITY:
            return replace(one.line, quantity=given.quantity or one.line.quantity)
        case _:
            return None
