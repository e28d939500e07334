"""Standing orders: the list, one of them with its runs to come and its history, making and changing it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, request, url_for

from app.core import audit, clock
from app.core.actor import Scope
from app.core.errors import Forbidden, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.standing import RunState, StandingState
from app.ordering.forms.standing import DayOffForm, StandingForm
from app.ordering.policy import Permission
from app.ordering.queries.requisition_lists import list_head
from app.ordering.queries.requisition_orders import cart_lines_wanted, lines_to_order, order_lines_wanted
from app.ordering.queries.standing import (
    StandingHead,
    days_off,
    goods_net,
    judged,
    lines_of,
    past_runs,
    standing_order,
)
from app.ordering.queries.standing_ahead import coming_runs
from app.ordering.queries.standing_forecast import forecast
from app.ordering.queries.standing_list import StandingFilters, asking_count, standing_orders
from app.ordering.service import standing as service
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.standing_form import (
    EditRow,
    lines_entered,
    rows_entered,
    rows_of,
    rows_wanted,
    standing_form,
    terms_of,
)
from app.ordering.views.standing_words import happening, standing_chip
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

nav_entry(
    60, "ordering.standing_index", _("Standing orders"), Permission.READ, "calendar", group="more", scope=Scope.TENANT
)
nav_entry(
    60,
    "ordering.sales_standing",
    _("Standing orders"),
    Permission.READ_ALL,
    "calendar",
    group="more",
    scope=Scope.OPERATOR,
)
_PAST = 30


@blueprint.get("/standing-orders")
@requires(Permission.READ, scope=Scope.TENANT)
def standing_index() -> Response:
    return _index(is_sales=False)


@blueprint.get("/sales/standing-orders")
@requires(Permission.READ_ALL, scope=Scope.OPERATOR)
def sales_standing() -> Response:
    return _index(is_sales=True)


def _index(*, is_sales: bool) -> Response:
    state = request.args.get("state", "")
    filters = StandingFilters(request.args.get("q", "").strip()[:60], state if state in set(StandingState) else "")
    keyset = keyset_from_request(parts=(int,))
    rows = standing_orders(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "ordering/standing_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != StandingFilters(),
        states=[("", _("All"))] + [(str(one), standing_chip(one)[1]) for one in StandingState],
        is_sales=is_sales,
        asking=asking_count(actor()),
        may_make=actor().can(Permission.STANDING) and not is_sales,
    )


@blueprint.get("/standing-orders/<number:number>")
@requires(Permission.READ, scope=Scope.TENANT)
def standing_show(number: str) -> Response:
    return _show(standing_order(actor(), number), url_for("ordering.standing_index"))


@blueprint.get("/sales/standing-orders/<account>/<number:number>")
@requires(Permission.READ_ALL, scope=Scope.OPERATOR)
def sales_standing_show(account: str, number: str) -> Response:
    return _show(standing_order(actor(), number, account=account), url_for("ordering.sales_standing"))


def _show(head: StandingHead, back: str) -> Response:
    coming = coming_runs(actor(), head)
    following = next((one for one in coming if one.state in {RunState.PLANNED, RunState.ANNOUNCED}), None)
    lines = judged(actor(), head, lines_of(actor(), head.id), following.on if following else None)
    events = [
        {"at": entry.at, "who": entry.user_name, "what": words, "note": note}
        for entry in audit.history(actor(), "standing_order", head.id)
        for words, note in (happening(entry.action, entry.changes),)
    ]
    return render_page(
        "ordering/standing_show.html",
        head=head,
        back=back,
        coming=coming,
        following=following,
        asking=[one for one in coming if one.state is RunState.REVIEW],
        lines=lines,
        net=goods_net(lines),
        past=past_runs(actor(), head.id, _PAST),
        events=events[::-1],
        may_edit=service.may_edit(actor(), head) and head.state is not StandingState.ENDED,
        may_take=not actor().is_operator
        and head.owner_id != actor().user_id
        and actor().can(Permission.STANDING_ALL)
        and head.state is not StandingState.ENDED,
        is_sales=actor().is_operator,
    )


@blueprint.route("/standing-orders/new", methods=["GET", "POST"])
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_new() -> Response:
    """By hand, or with the lines of a cart (`?cart=`), an order (`?order=`) or a list (`?list=`)."""
    form = standing_form()
    if form.is_submitted():
        source = request.form.get("source", "")
        if form.validate():
            with form.catching():
                number = service.create_standing(
                    actor(), terms_of(form), lines_entered(), client_ref=form.client_ref.data, source=source
                )
                tell(_("Standing order {number} is made.", number=number))
                return go("ordering.standing_show", number=number)
        return _form_page(form, rows_entered(), None, source)
    wanted, source = _source()
    return _form_page(form, rows_wanted(wanted), None, source)


def _source() -> tuple[list[WantedLine], str]:
    """Lines to begin with, and what they come from."""
    cart_id, list_id = (request.args.get(name, type=int) for name in ("cart", "list"))
    number = request.args.get("order", "")[:40]
    if cart_id is not None:
        return cart_lines_wanted(actor(), cart_id), "cart"
    if list_id is not None:
        head = list_head(actor(), list_id)
        return list(lines_to_order(actor(), head).values()), f"list {head.name}"[:60]
    if number:
        return order_lines_wanted(actor(), number), f"order {number}"
    return [], ""


@blueprint.route("/standing-orders/<number:number>/edit", methods=["GET", "POST"])
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_edit(number: str) -> Response:
    head = standing_order(actor(), number)
    if not service.may_edit(actor(), head):
        raise Forbidden(N_("This standing order belongs to {name}. Ask your administrator.", name=head.owner))
    form = standing_form(head)
    if form.is_submitted():
        if form.validate():
            with form.catching():
                service.edit_standing(
                    actor(), number, terms_of(form), lines_entered(), version=form.version.data
                )  # fmt: skip
                tell(_("Saved. It holds from the next run on; runs that were changed by hand keep their change."))
                return go("ordering.standing_show", number=number)
        return _form_page(form, rows_entered(), head, head.source)
    return _form_page(form, rows_of(lines_of(actor(), head.id)), head, head.source)


def _form_page(form: StandingForm, rows: list[EditRow], head: StandingHead | None, source: str) -> Response:
    return render_page(
        "ordering/standing_edit.html",
        form=form,
        rows=rows,
        head=head,
        source=source,
        more=request.form.get("more", ""),
        status=form.status,
    )


@blueprint.post("/standing-orders/<number:number>/pause")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_pause(number: str) -> Response:
    service.pause_standing(actor(), number)
    tell(_("Paused. Nothing is ordered until you resume it."), undo=url_for("ordering.standing_resume", number=number))
    return go("ordering.standing_show", number=number)


@blueprint.post("/standing-orders/<number:number>/resume")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_resume(number: str) -> Response:
    service.resume_standing(actor(), number)
    tell(_("It goes on with the next date ahead."))
    return go("ordering.standing_show", number=number)


@blueprint.post("/standing-orders/<number:number>/end")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_end(number: str) -> Response:
    service.end_standing(actor(), number)
    tell(_("Ended. Orders that were made stay as they are."))
    return go("ordering.standing_show", number=number)


@blueprint.post("/standing-orders/<number:number>/take-over")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_take_over(number: str) -> Response:
    service.take_over(actor(), number)
    tell(_("It is yours now and orders in your name."))
    return go("ordering.standing_show", number=number)


@blueprint.get("/standing-orders/forecast")
@requires(Permission.READ, scope=Scope.TENANT)
def standing_forecast() -> Response:
    """What standing orders come to in a month (`?month=2027-01`, by default this one)."""
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        first = clock.today(actor().time_zone).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return render_page(
        "ordering/standing_forecast.html",
        first=first,
        last=following - timedelta(days=1),
        earlier=(first - timedelta(days=1)).strftime("%Y-%m"),
        later=following.strftime("%Y-%m"),
        found=forecast(actor(), first),
    )


@blueprint.route("/standing-orders/days-off", methods=["GET", "POST"])
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_days_off() -> Response:
    """Days the account is closed, beside weekends and the holidays of the wholesaler."""
    form = DayOffForm()
    if form.validate_on_submit():
        added = service.add_days_off(actor(), [(form.day.data, form.name.data or "")])
        if added:
            tell(_("The day is kept; standing orders go round it."))
        else:
            tell(_("This day was known already."), "info")
        return go("ordering.standing_days_off")
    days = days_off(actor(), actor().company_id, clock.today(actor().time_zone))
    return render_page("ordering/standing_days_off.html", form=form, days=days, status=form.status)


@blueprint.post("/standing-orders/days-off/remove")
@requires(Permission.STANDING, scope=Scope.TENANT)
def standing_day_on() -> Response:
    service.remove_day_off(actor(), demand_day(request.form.get("day", "")))
    tell(_("The day is an ordinary one again."))
    return go("ordering.standing_days_off")


def demand_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
