"""My day, and tasks: the list, one of them, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request, url_for

from app.accounts.queries.people import sales_people
from app.core import audit, clock
from app.core.actor import Scope
from app.insights.queries.carts import AbandonedFilters, abandoned_carts
from app.sales.domain.tasks import TaskKind, TaskState
from app.sales.forms.desk import TASK_KINDS, AssignForm, OutcomeForm, PostponeForm
from app.sales.policy import Permission
from app.sales.queries import day as day_queries
from app.sales.queries import tasks as queries
from app.sales.queries.portfolio import PortfolioFilters, portfolio
from app.sales.queries.tasks import TaskFilters, TaskRow
from app.sales.service import tasks as service
from app.sales.views import blueprint
from app.sales.views.words import TASK_STATES, desk_tabs, kind_name, told
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

_WEEK = timedelta(days=7)
DUE = {"": _("All"), "late": _("Overdue"), "today": _("Due by today"), "week": _("Within a week")}


@blueprint.get("/sales/today")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def today() -> Response:
    """The morning of a sales manager."""
    day = clock.today(actor().time_zone)
    is_all = request.args.get("whose") == "all"
    person = None if is_all else actor().user_id
    tasks = queries.open_tasks(actor(), TaskFilters(assignee_id=person, until=day), limit=50)
    meetings = queries.open_tasks(
        actor(),
        TaskFilters(assignee_id=person, kind=TaskKind.MEETING, since=day + timedelta(days=1), until=day + _WEEK),
    )
    silent = PortfolioFilters(manager_id=person, has_fallen_silent=True)
    return render_page(
        "sales/today.html",
        day=day,
        late=[task for task in tasks if task.due_on < day],
        due=[task for task in tasks if task.due_on == day],
        meetings=meetings,
        carts=abandoned_carts(actor(), AbandonedFilters(manager_id=person), sort="value", limit=day_queries.SHOWN),
        threads=day_queries.waiting_threads(actor(), person),
        quotes=day_queries.expiring_quotes(actor(), person),
        silent=portfolio(actor(), silent, limit=day_queries.SHOWN),
        kind_name=kind_name,
        is_all=is_all,
        tabs_of=desk_tabs("today"),
    )


@blueprint.get("/sales/tasks")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def tasks() -> Response:
    keyset = keyset_from_request(size=50)
    filters = _filters()
    rows = queries.open_tasks(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    asked = {name: request.args.get(name, "") for name in ("q", "whose", "kind", "due", "state")}
    return render_page(
        "sales/tasks.html",
        page=page_of(rows, keyset, key=lambda row: (row.due_on, row.id)),
        asked=asked,
        is_filtered=any(asked.values()),
        states=TASK_STATES,
        options={
            "whose": [("", _("My tasks")), ("all", _("All")), *((str(one), name) for one, name in sales_people(actor()))],
            "kind": [("", _("All")), *((str(kind), name) for kind, name in TASK_KINDS.items())],
            "due": list(DUE.items()),
            "state": [(code or "", name) for code, (_tone, name) in TASK_STATES.items()],
        },
        day=clock.today(actor().time_zone),
        kind_name=kind_name,
        tabs_of=desk_tabs("tasks"),
    )  # fmt: skip


def _filters() -> TaskFilters:
    day = clock.today(actor().time_zone)
    whose, due, state = (request.args.get(name, "") for name in ("whose", "due", "state"))
    kind = request.args.get("kind", "")
    until = {"late": day - timedelta(days=1), "today": day, "week": day + _WEEK}.get(due)
    return TaskFilters(
        state=state if state in TASK_STATES else TaskState.OPEN,
        assignee_id=None if whose == "all" else int(whose) if whose.isdecimal() and len(whose) < 10 else actor().user_id,
        kind=kind if kind in tuple(TaskKind) else "",
        text=request.args.get("q", "").strip()[:80],
        until=until,
    )  # fmt: skip


@blueprint.get("/sales/tasks/<int:task_id>")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def task(task_id: int) -> Response:
    return _page(task_id)


@blueprint.post("/sales/tasks/<int:task_id>/done")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def task_done(task_id: int) -> Any:
    """Close a task; from a list the field has no name of its form in front."""
    form = OutcomeForm(prefix="" if "outcome" in request.form else "done-")
    return _act(
        task_id,
        form,
        "done",
        lambda: service.complete_task(actor(), task_id, outcome=form.outcome.data or ""),
        _("Done."),
    )


@blueprint.post("/sales/tasks/<int:task_id>/drop")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def task_drop(task_id: int) -> Any:
    form = OutcomeForm(prefix="drop-")
    return _act(
        task_id,
        form,
        "drop",
        lambda: service.drop_task(actor(), task_id, reason=form.outcome.data or ""),
        _("Dropped."),
    )


@blueprint.post("/sales/tasks/<int:task_id>/postpone")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def task_postpone(task_id: int) -> Any:
    form = PostponeForm(prefix="move-")
    return _act(task_id, form, "move", lambda: service.postpone(actor(), task_id, due_on=form.due_on.data), _("Moved."))


@blueprint.post("/sales/tasks/<int:task_id>/assign")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def task_assign(task_id: int) -> Any:
    form = _assign_form(AssignForm(prefix="assign-"))
    return _act(
        task_id, form, "assign", lambda: service.reassign(actor(), [task_id], form.assignee_id.data), _("Given away.")
    )


def _assign_form(form: AssignForm) -> AssignForm:
    form.assignee_id.choices = choices(sales_people(actor()))
    return form


def _act(task_id: int, form: Form, name: str, act: Callable[[], object], done: Any) -> Any:
    if form.validate_on_submit():
        with form.catching():
            act()
            tell(say(done))
            return redirect(_back(task_id), code=303)
    return _page(task_id, **{name: form})


def _back(task_id: int) -> str:
    """The list it was done from, else the task."""
    path = urlsplit(request.form.get("back", "")).path
    return path if path.startswith("/sales/") else url_for("sales.task", task_id=task_id)


def _page(task_id: int, **sent: Form) -> Response:
    found: TaskRow = queries.task(actor(), task_id)
    move = PostponeForm(formdata=None, prefix="move-")
    move.due_on.data = max(found.due_on, clock.today(actor().time_zone)) + timedelta(days=1)
    forms: dict[str, Form] = {
        "done": OutcomeForm(formdata=None, prefix="done-"),
        "drop": OutcomeForm(formdata=None, prefix="drop-"),
        "move": move,
        "assign": _assign_form(AssignForm(formdata=None, prefix="assign-", data={"assignee_id": found.assignee_id})),
    }
    first_error = next((form for form in sent.values()), None)
    return render_page(
        "sales/task.html",
        task=found,
        state=TASK_STATES[found.state],
        forms=forms | sent,
        kind_name=kind_name,
        history=told(audit.history(actor(), "sales_task", task_id)),
        day=clock.today(actor().time_zone),
        status=first_error.status if first_error else 200,
    )
