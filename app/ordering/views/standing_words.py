"""Words of standing orders: schedules, states, what happened."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names

from app.core.texts import N_, Message
from app.ordering.domain.schedule import LAST, Every, Schedule, Shift
from app.ordering.domain.standing import RUN_NAMES, STANDING_NAMES, Choice, RunState, StandingState
from app.ordering.views import blueprint
from app.web.texts import _, language, ngettext, say

STANDING_TONES = {StandingState.ACTIVE: "good", StandingState.PAUSED: "warn", StandingState.ENDED: "plain"}
RUN_TONES = {
    RunState.PLANNED: "plain",
    RunState.ANNOUNCED: "info",
    RunState.RUNNING: "info",
    RunState.PLACED: "good",
    RunState.WAITING: "info",
    RunState.REVIEW: "seal",
    RunState.SKIPPED: "plain",
    RunState.MISSED: "warn",
    RunState.FAILED: "bad",
    RunState.CANCELLED: "plain",
}
EVERY_NAMES: dict[Every, Message] = {
    Every.WEEKS: N_("Every so many weeks, on chosen days"),
    Every.MONTH_DAY: N_("Every so many months, on one day of the month"),
    Every.MONTH_WEEKDAY: N_("Every so many months, on the first, second, … Monday or another weekday"),
    Every.LAST_WORKDAY: N_("Every so many months, on the last working day"),
    Every.WORKDAYS: N_("Every so many working days"),
}
SHIFT_NAMES: dict[Shift, Message] = {
    Shift.FORWARD: N_("moves to the next working day"),
    Shift.BACK: N_("moves to the working day before"),
    Shift.SKIP: N_("is left out"),
    Shift.KEEP: N_("stays"),
}
NTH_NAMES: dict[int, Message] = {
    1: N_("first"), 2: N_("second"), 3: N_("third"), 4: N_("fourth"), LAST: N_("last"),
}  # fmt: skip
CHOICE_NAMES: dict[Choice, Message] = {
    Choice.ACCEPT: N_("Take the new price"),
    Choice.REPLACE: N_("Take the successor from now on"),
    Choice.DROP: N_("Leave out this time"),
    Choice.DROP_ALL: N_("Leave out for good"),
    Choice.QUANTITY: N_("Order this quantity instead"),
}
HAPPENED: dict[str, Message] = {
    "created": N_("Standing order made"),
    "changed": N_("Changed"),
    "changed_from": N_("Changed from one run on"),
    "run_changed": N_("One run changed"),
    "run_skipped": N_("Run skipped"),
    "run_unskipped": N_("Run taken back in"),
    "run_now": N_("Run done at once"),
    "asked": N_("A run could not complete and asked"),
    "answered": N_("Questions answered"),
    "not_placed": N_("A run was not placed"),
    "paused": N_("Paused"),
    "resumed": N_("Resumed"),
    "ended": N_("Ended"),
    "taken_over": N_("Taken over"),
}


def weekday_name(day: int) -> str:
    return str(get_day_names("wide", "stand-alone", language())[day])


@blueprint.app_template_filter("schedule_words")
def schedule_words(schedule: Schedule) -> str:
    """The rule in one sentence."""
    n = schedule.interval
    days = ", ".join(weekday_name(day) for day in sorted(schedule.weekdays))
    which = say(NTH_NAMES[schedule.nth]) if schedule.every is Every.MONTH_WEEKDAY else ""
    return _each(schedule, days, which) if n == 1 else _every_so_many(schedule, days, which)


def _each(schedule: Schedule, days: str, which: str) -> str:
    match schedule.every:
        case Every.WEEKS:
            return str(_("Every week: {days}", days=days))
        case Every.MONTH_DAY:
            return str(_("Every month on day {day}", day=schedule.day))
        case Every.MONTH_WEEKDAY:
            return str(_("Every month: {which} {days}", which=which, days=days))
        case Every.LAST_WORKDAY:
            return str(_("Last working day of every month"))
        case _:
            return str(_("Every working day"))


def _every_so_many(schedule: Schedule, days: str, which: str) -> str:
    n = schedule.interval
    match schedule.every:
        case Every.WEEKS:
            return ngettext("Every {n} week: {days}", "Every {n} weeks: {days}", n, days=days)
        case Every.MONTH_DAY:
            return ngettext("Every {n} month on day {day}", "Every {n} months on day {day}", n, day=schedule.day)
        case Every.MONTH_WEEKDAY:
            return ngettext(
                "Every {n} month: {which} {days}", "Every {n} months: {which} {days}", n, which=which, days=days
            )
        case Every.LAST_WORKDAY:
            return ngettext("Last working day of every {n} month", "Last working day of every {n} months", n)
        case _:
            return ngettext("Every {n} working day", "Every {n} working days", n)


@blueprint.app_template_filter("run_chip")
def run_chip(state: RunState) -> tuple[str, str]:
    return RUN_TONES[state], say(RUN_NAMES[state])


@blueprint.app_template_filter("standing_chip")
def standing_chip(state: StandingState) -> tuple[str, str]:
    return STANDING_TONES[state], say(STANDING_NAMES[state])


@blueprint.app_template_filter("choice_name")
def choice_name(choice: Choice) -> str:
    return say(CHOICE_NAMES[choice])


def happening(action: str, changes: dict[str, Any]) -> tuple[str, str]:
    """What the history says of an entry, and the run it is about."""
    known = HAPPENED.get(action)
    words = say(known) if known else action.replace("_", " ")
    fields = ", ".join(sorted(changes)) if action == "changed" else ""
    run = str(changes.get("run", ""))
    return words, _("run of {day}", day=run) if run else fields
