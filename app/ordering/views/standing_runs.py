"""One run of a standing order: what it will order, changing it once or from there on, answering what it asks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, request, url_for

from app.core import clock
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.ordering.domain.standing import AHEAD, Answer, Choice, RunState, StandingState, po_number
from app.ordering.forms.standing import RunForm
from app.ordering.policy import Permission
from app.ordering.queries.standing import (
    Run,
    StandingHead,
    goods_net,
    judged,
    lines_of,
    lines_of_run,
    run_of,
    standing_order,
)
from app.ordering.queries.standing_ahead import Coming, coming_run, coming_runs
from app.ordering.service import standing_changes as service
from app.ordering.service.standing import may_edit
from app.ordering.service.standing_runs import work_off_own
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.standing import demand_day
from app.ordering.views.standing_form import lines_entered, run_form
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, say


@blueprint.get("/standing-orders/<number:number>/runs/<day>")
@requires(Permission.READ, scope=Scope.TENANT)
def standing_run(number: str, day: str) -> Response:
    head = standing_order(actor(), number)
    return _show(head, _coming(head, day), None)


def _coming(head: StandingHead, day: str) -> Coming:
    planned = demand_day(day)
    run = run_of(actor(), head.id, planned)
    found = coming_run(actor(), head, planned) if run is None else Coming(planned, run.on_day, run.state, run)
    if found is None:
        raise NotFound(say(_("The standing order has no run on this date.")))
    return found


def _show(head: StandingHead, one: Coming, form: RunForm | None, error: Invalid | Conflict | None = None) -> Response:
    run = one.run
    lines = lines_of(actor(), head.id) if run is None else lines_of_run(actor(), run)
    found = judged(actor(), head, lines, one.on)
    editable = may_edit(actor(), head) and head.state is not StandingState.ENDED
    is_ahead = one.state in AHEAD and (run is None or run.run_at > clock.now())
    following = next((c for c in coming_runs(actor(), head, 1) if c.state in AHEAD), None)
    wishes = head.wishes | (run.wishes if run else {})
    if form is None:
        form = run_form({
            "on_day": one.on, "ship_to": wishes.get("ship_to_id"), "po_number": wishes.get("po_number", ""),
            "note": wishes.get("note", ""),
        })  # fmt: skip
    usual = {line.key: line for line in lines_of(actor(), head.id)} if run is not None and run.own_lines else {}
    return render_page(
        "ordering/standing_run.html",
        head=head,
        one=one,
        run=run,
        lines=found,
        net=goods_net(found),
        usual=usual,
        left_out=judged(actor(), head, [line for key, line in usual.items() if key not in {one.key for one in lines}]),
        form=form,
        refused=say(error.message) if error else "",
        may_change=editable and is_ahead,
        may_skip=editable and (is_ahead or one.state is RunState.REVIEW),
        may_take_back=editable and one.state is RunState.SKIPPED and run is not None and run.run_at > clock.now(),
        may_run=editable and following is not None and following.planned == one.planned
        and head.state is StandingState.ACTIVE,
        may_answer=editable and one.state is RunState.REVIEW,
        general=[q for q in run.questions if q.line_id is None] if run else [],
        pattern=po_number(head.po_pattern, one.on, 1) if head.po_pattern else "",
        over=_total_asked(run),
        more=request.form.get("more", ""),
        status=error.status if error else form.status,
    )  # fmt: skip


def _total_asked(run: Run | None) -> Decimal | None:
    """What the order would come to, where that is above the ceiling."""
    for question in run.questions if run else ():
        if question.code == "ceiling":
            return Decimal(question.message.parameters["total"].amount)
    return None


@blueprint.post("/standing-orders/<number:number>/runs/<day>")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_run_change(number: str, day: str) -> Response:
    """`scope` is "this" or "following"."""
    head = standing_order(actor(), number)
    one = _coming(head, day)
    form = run_form({})
    if form.validate():
        with form.catching():
            is_following = request.form.get("scope") == "following"
            change = service.RunChange(lines_entered(), _wishes(form), form.on_day.data)
            function = service.change_following if is_following else service.change_this_run
            function(actor(), number, one.planned, change)
            tell(
                _("This run and all that follow are changed.")
                if is_following
                else _("This run is changed; the others stay.")
            )
            return go("ordering.standing_run", number=number, day=day)
    return _show(head, one, form)


def _wishes(form: RunForm) -> dict[str, Any]:
    return {
        "ship_to_id": form.ship_to.data, "po_number": (form.po_number.data or "").strip(),
        "note": (form.note.data or "").strip(),
    }  # fmt: skip


@blueprint.post("/standing-orders/<number:number>/runs/<day>/skip")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_skip(number: str, day: str) -> Response:
    service.skip_run(actor(), number, demand_day(day))
    tell(_("The run is skipped."), undo=url_for("ordering.standing_unskip", number=number, day=day))
    return go("ordering.standing_show", number=number)


@blueprint.post("/standing-orders/<number:number>/runs/<day>/unskip")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_unskip(number: str, day: str) -> Response:
    service.unskip_run(actor(), number, demand_day(day))
    tell(_("The run takes place."))
    return go("ordering.standing_show", number=number)


@blueprint.post("/standing-orders/<number:number>/runs/<day>/now")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_run_now(number: str, day: str) -> Response:
    planned = demand_day(day)
    return _done(number, day, service.run_now(actor(), number, planned))


@blueprint.post("/standing-orders/<number:number>/runs/<day>/answer")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_answer(number: str, day: str) -> Response:
    """`choice-<line id>` and `quantity-<line id>` for each line that asks; `total` accepts what is above the ceiling."""
    head = standing_order(actor(), number)
    one = _coming(head, day)
    try:
        run_id = service.answer(actor(), number, one.planned, _answers(), accepted_total=_total())
    except (Invalid, Conflict) as error:
        return _show(head, _coming(head, day), None, error)
    return _done(number, day, run_id)


def _answers() -> dict[int, Answer]:
    answers = {}
    for name, value in request.form.items():
        line_id = name.removeprefix("choice-")
        if line_id == name or not line_id.isdecimal() or value not in set(Choice):
            continue
        answers[int(line_id)] = Answer(Choice(value), _quantity(f"quantity-{line_id}"))
    return answers


def _quantity(name: str) -> Decimal | None:
    text = request.form.get(name, "")
    if not text.strip():
        return None
    try:
        return parse_decimal(text, language())
    except (ArithmeticError, ValueError):
        raise Invalid("answers", say(_("“{given}” is not a number.", given=text))) from None


def _total() -> Decimal | None:
    return _quantity("total") if request.form.get("accept_total") else None


def _done(number: str, day: str, run_id: int) -> Response:
    """Do the run here and now where it orders in the name of the person who asks; else the job does it."""
    work_off_own(actor(), run_id)
    run = run_of(actor(), standing_order(actor(), number).id, demand_day(day))
    if run is not None and run.order_number:
        tell(_("Order {number} is placed.", number=run.order_number))
        return go("ordering.order", number=run.order_number)
    if run is not None and run.state is RunState.REVIEW:
        tell(_("It still cannot be ordered as it is. Look at what it asks."), "warn")
    elif run is not None and run.state is RunState.WAITING:
        tell(_("The order waits for approval."), "info")
    else:
        tell(_("The run goes on in a moment, in the name of its owner."), "info")
    return go("ordering.standing_run", number=number, day=day)
