"""Making and changing standing orders: by their owner, or by an administrator of the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import islice
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.queries.addresses import book_entry
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.people import person_actor
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.texts import N_
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.schedule import demand_sound
from app.ordering.domain.standing import (
    AHEAD,
    RunState,
    StandingState,
    Terms,
    demand_settings,
    move,
    po_number,
)
from app.ordering.domain.wishes import NOTE_LENGTH
from app.ordering.models.standing import AccountDayOff, StandingOrder, StandingRun
from app.ordering.policy import Permission
from app.ordering.queries.standing import (
    Run,
    StandingHead,
    lines_of,
    runs_of,
    standing_order,
)
from app.ordering.queries.standing_ahead import dates
from app.ordering.service.standing_lines import fitting, write_lines
from app.ordering.service.standing_plan import locked, plan, set_run, set_standing, stop

STEP = "ordering.work_off_standing_run"
NAME_LENGTH = 80
_LOOKED_AHEAD = 60  # dates within which a run that was changed by hand must still be found
_NUMBER = text("SELECT 'ST-' || lpad(nextval('standing_order_numbers')::text, 5, '0')")
_MOST_DAYS = 366


@command
def create_standing(
    actor: Actor, terms: Terms, lines: Sequence[WantedLine], *, client_ref: str, source: str = ""
) -> str:
    """Returns its number; the same request sent again gets the first one. Today's prices are the agreed ones.

    Raises Invalid at a field of `terms` or at "lines" (`details` are (index, LineProblem)).
    """
    actor.demand(Permission.STANDING)
    if actor.user_id is None:
        raise Forbidden(N_("Only a person has standing orders."))
    known = db.session.scalar(
        select(StandingOrder.number).where(
            StandingOrder.company_id == actor.company_id, StandingOrder.client_ref == client_ref
        )
    )
    if known is not None:
        return known
    account = buying_terms(actor)
    _demand_fitting(actor, terms)
    if terms.schedule.starts_on < clock.today(account.time_zone):
        raise Invalid("starts_on", N_("The start lies in the past. Take today or a later day."))
    kept = fitting(actor, actor.company_id, lines)
    number = db.session.scalar(_NUMBER)
    standing_id = db.session.scalars(
        upsert(StandingOrder).on_conflict_do_nothing().returning(StandingOrder.id),
        [_columns(terms) | {"company_id": actor.company_id, "number": number, "client_ref": client_ref,
                            "owner_id": actor.user_id, "currency": account.currency, "source": source[:60]}],
    ).one_or_none()  # fmt: skip
    if standing_id is None:
        raise Conflict(N_("This was sent twice at once. Open the list of standing orders."))
    head = locked(actor, standing_id)
    write_lines(head, kept)
    if plan(actor, head) is None:
        raise Invalid("every", N_("This schedule has no date ahead. Change the days or the end."))
    audit.record(actor, "standing_order", standing_id, "created", {"number": number, "lines": len(kept)})
    return str(number)


def _demand_fitting(actor: Actor, terms: Terms) -> None:
    if not terms.name.strip():
        raise Invalid("name", N_("Give it a name."))
    if len(terms.name.strip()) > NAME_LENGTH:
        raise Invalid("name", N_("At most {most} characters.", most=NAME_LENGTH))
    demand_sound(terms.schedule)
    demand_settings(terms.settings)
    po_number(terms.po_pattern, terms.schedule.starts_on, 1)
    if len(terms.wishes.get("note", "")) > NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=NOTE_LENGTH))
    demand_address(actor, terms.wishes.get("ship_to_id"))


def demand_address(actor: Actor, address_id: int | None) -> None:
    """Raise Invalid unless it is an active address of the company that takes goods."""
    try:
        is_usable = address_id is not None and book_entry(actor, address_id).is_ship_to
    except NotFound:
        is_usable = False
    if not is_usable:
        raise Invalid("ship_to", N_("Choose where the goods go."))


def _columns(terms: Terms) -> dict[str, Any]:
    settings = terms.settings
    return {
        "name": terms.name.strip(), "schedule": terms.schedule.as_json(), "run_time": terms.run_time,
        "wishes": dict(terms.wishes), "po_pattern": terms.po_pattern.strip(), "notice_hours": settings.notice_hours,
        "answer_hours": settings.answer_hours, "tolerance": settings.tolerance, "ceiling": settings.ceiling,
    }  # fmt: skip


def may_edit(actor: Actor, head: StandingHead) -> bool:
    """The owner while he may order, and the company's administrator."""
    if actor.is_operator or actor.company_id != head.company_id:
        return False
    own = head.owner_id == actor.user_id and actor.can(Permission.STANDING)
    return own or actor.can(Permission.STANDING_ALL)


def editable(actor: Actor, number: str, *, version: int | None = None) -> StandingHead:
    """A standing order under lock, if the actor may change it and has seen it as it is."""
    head = locked(actor, standing_order(actor, number).id)
    if not may_edit(actor, head):
        raise Forbidden(N_("This standing order belongs to {name}. Ask your administrator.", name=head.owner))
    if version is not None and version != head.version:
        raise Conflict(N_("Somebody has changed this standing order meanwhile. Look at it and change it again."))
    if head.state is StandingState.ENDED:
        raise Conflict(N_("This standing order has ended."))
    return head


@command
def edit_standing(
    actor: Actor, number: str, terms: Terms, lines: Sequence[WantedLine], *, version: int | None = None
) -> None:
    """Change everything that holds for all runs to come; single runs that were changed keep their change."""
    head = editable(actor, number, version=version)
    _demand_fitting(actor, terms)
    before = lines_of(actor, head.id)
    after = fitting(actor, head.company_id, lines, before)
    moved = terms.schedule != head.schedule or terms.run_time != head.run_time
    values = _columns(terms)
    changes = _changes(head, values)
    if [(*line.key, line.quantity, line.note) for line in before] != [
        (*line.key, line.quantity, line.note) for line in after
    ]:
        write_lines(head, after)
        changes["lines"] = [len(before), len(after)]
    if not changes:
        return
    new = set_standing(actor, head, **values)
    if moved:
        _drop_plans(actor, new)
    if plan(actor, new) is None and new.state is StandingState.ACTIVE and not _is_working(actor, new):
        raise Invalid("every", N_("This schedule has no date ahead. Change the days or the end."))
    audit.record(actor, "standing_order", head.id, "changed", changes)


def _is_working(actor: Actor, head: StandingHead) -> bool:
    return any(run.state in {RunState.RUNNING, RunState.REVIEW, RunState.WAITING} for run in runs_of(actor, head.id))


def _changes(head: StandingHead, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with their value before and after."""
    held = {
        "name": head.name, "schedule": head.schedule.as_json(), "run_time": head.run_time, "wishes": head.wishes,
        "po_pattern": head.po_pattern, "notice_hours": head.settings.notice_hours,
        "answer_hours": head.settings.answer_hours, "tolerance": head.settings.tolerance,
        "ceiling": head.settings.ceiling,
    }  # fmt: skip
    return {
        name: [str(held[name]) if isinstance(held[name], time) else held[name],
               str(value) if isinstance(value, time) else value]
        for name, value in values.items()
        if held[name] != value
    }  # fmt: skip


def _drop_plans(actor: Actor, head: StandingHead) -> None:
    """After a change of dates: what was only planned is forgotten; what a person changed stays where its date does."""
    rows = [run for run in runs_of(actor, head.id) if run.state in {*AHEAD, RunState.SKIPPED}]
    coming = {one.planned for one in islice(dates(actor, head), _LOOKED_AHEAD)}
    reason = N_("No longer a date of this standing order.").as_json()
    for run in rows:
        if run.state in AHEAD and run.is_changed and run.planned_on not in coming:
            set_run(run, RunState.SKIPPED, reason=reason)
    unwanted = [run.id for run in rows if run.state in AHEAD and not run.is_changed]
    db.session.execute(delete(StandingRun).where(StandingRun.id.in_(unwanted)))


@command
def pause_standing(actor: Actor, number: str) -> None:
    """Nothing runs until it is resumed; what asks already may still be answered."""
    head = editable(actor, number)
    plan(actor, stop(actor, head, StandingState.PAUSED, by_id=actor.user_id))


@command
def resume_standing(actor: Actor, number: str) -> None:
    """Go on with the first date that lies ahead."""
    head = editable(actor, number)
    new = set_standing(actor, head, state=move(head.state, StandingState.ACTIVE))
    audit.record(actor, "standing_order", head.id, "resumed", {})
    plan(actor, new)


@command
def end_standing(actor: Actor, number: str) -> None:
    """For ever: runs ahead and open questions are cancelled, orders that were made stay."""
    head = editable(actor, number)
    new = stop(actor, head, StandingState.ENDED, by_id=actor.user_id)
    for run in runs_of(actor, head.id):
        if run.state is RunState.REVIEW:
            set_run(run, RunState.CANCELLED)
    plan(actor, new)


@command
def take_over(actor: Actor, number: str) -> None:
    """Make the actor the owner, with his own rights; a run that asked only for an owner goes on."""
    head = locked(actor, standing_order(actor, number).id)
    if actor.user_id is None or actor.is_operator:
        raise Forbidden(N_("Only a person has standing orders."))
    if not (actor.can(Permission.STANDING_ALL) or (actor.can(Permission.STANDING) and not _has_owner(head))):
        raise Forbidden(N_("This standing order belongs to {name}. Ask your administrator.", name=head.owner))
    if head.owner_id == actor.user_id:
        return
    set_standing(actor, head, owner_id=actor.user_id)
    audit.record(actor, "standing_order", head.id, "taken_over", {"owner": [head.owner, actor.name]})
    for run in runs_of(actor, head.id):
        if run.state is RunState.REVIEW and {one.code for one in run.questions} == {"owner_left"}:
            go_on(run)


def _has_owner(head: StandingHead) -> bool:
    try:
        return person_actor(head.company_id, head.owner_id).can(Permission.STANDING)
    except Forbidden:
        return False


def go_on(run: Run) -> None:
    """Have a run done now, in the name of its owner, as soon as this is committed."""
    set_run(run, RunState.RUNNING, due_at=clock.now(), attempts=0, questions=[])
    enqueue(STEP, run.id)


@command
def add_days_off(actor: Actor, days: Sequence[tuple[date, str]]) -> int:
    """Days the account is closed; returns how many are new. Standing orders move round them at once."""
    actor.demand(Permission.STANDING)
    if len(days) > _MOST_DAYS:
        raise Invalid("day", N_("At most {most} days at once.", most=_MOST_DAYS))
    rows = [{"company_id": actor.company_id, "day": day, "name": name.strip()[:120]} for day, name in days]
    if not rows:
        return 0
    added = db.session.scalars(upsert(AccountDayOff).on_conflict_do_nothing().returning(AccountDayOff.day), rows).all()
    if added:
        audit.record(actor, "account_days_off", actor.company_id, "added", {"days": sorted(added)})
        _replan(actor)
    return len(added)


@command
def remove_day_off(actor: Actor, day: date) -> None:
    actor.demand(Permission.STANDING)
    name = db.session.scalar(
        delete(AccountDayOff)
        .where(AccountDayOff.company_id == actor.company_id, AccountDayOff.day == day)
        .returning(AccountDayOff.name)
    )
    if name is not None:
        audit.record(actor, "account_days_off", actor.company_id, "removed", {"day": day, "name": name})
        _replan(actor)


def _replan(actor: Actor) -> None:
    """Settle the next run of each active standing order of the company anew."""
    ids = db.session.scalars(
        select(StandingOrder.id)
        .where(StandingOrder.company_id == actor.company_id, StandingOrder.state == StandingState.ACTIVE)
        .order_by(StandingOrder.id)
    ).all()
    for standing_id in ids:
        plan(actor, locked(actor, standing_id))
