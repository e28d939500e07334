"""Costs of articles, margins that shall not be undercut, requests to do so."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.article import key_of
from app.core.actor import Scope
from app.core.errors import Invalid
from app.pricing.forms.rules import AskFloorForm, CostForm, FloorForm
from app.pricing.policy import Permission
from app.pricing.queries import floors as queries
from app.pricing.queries.lists import price_list
from app.pricing.service.costs import CostRow, remove_floor, set_costs, set_floor
from app.pricing.service.floors import ask_below_floor, decide_below_floor
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.get("/prices/costs")
@requires(Permission.READ_COSTS, scope=Scope.OPERATOR)
def costs() -> Response:
    return _costs(CostForm())


@blueprint.post("/prices/costs")
@requires(Permission.EDIT_COSTS, scope=Scope.OPERATOR)
def set_cost() -> Response:
    form = CostForm()
    if form.validate():
        with form.catching():
            row = CostRow(form.sku.data or "", form.cost.data or Decimal(0), form.currency.data, form.valid_from.data)
            ((outcome, problem),) = set_costs(actor(), [row])
            if problem is not None:
                raise Invalid("sku", problem)
            tell(_("Nothing has changed.") if outcome == "same" else _("The cost holds from its day on."))
            return _go("pricing.costs")
    return _costs(form)


def _costs(form: CostForm) -> Response:
    keyset = keyset_from_request(parts=(str, int))
    search = request.args.get("q", "").strip()[:60]
    rows = queries.costs(
        actor(), key_of(search), after=keyset.after, before=keyset.before, limit=keyset.limit
    )  # fmt: skip
    return render_page(
        "pricing/costs.html", page=page_of(rows, keyset, key=lambda line: (line.sku_key, line.id)), form=form,
        search=search, may_edit=actor().can(Permission.EDIT_COSTS), status=form.status,
    )  # fmt: skip


@blueprint.get("/prices/floors")
@requires(Permission.READ_COSTS, scope=Scope.OPERATOR)
def floors() -> Response:
    return _floors(FloorForm())


@blueprint.post("/prices/floors")
@requires(Permission.EDIT_COSTS, scope=Scope.OPERATOR)
def floor_set() -> Response:
    form = FloorForm()
    if form.validate():
        with form.catching():
            set_floor(actor(), form.target.data, (form.key.data or "").strip(), form.margin.data or Decimal(0))
            tell(_("Prices below it need approval from now on."))
            return _go("pricing.floors")
    return _floors(form)


@blueprint.post("/prices/floors/<int:floor_id>/remove")
@requires(Permission.EDIT_COSTS, scope=Scope.OPERATOR)
def floor_remove(floor_id: int) -> Response:
    remove_floor(actor(), floor_id)
    tell(_("This margin is demanded no longer."))
    return _go("pricing.floors")


@blueprint.route("/prices/lists/<number:code>/below-floor", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def floor_ask(code: str) -> Response:
    found = price_list(actor(), code)
    form = AskFloorForm(sku=request.args.get("sku", ""))
    if form.validate_on_submit():
        with form.catching():
            ask_below_floor(actor(), found.id, form.row(), form.reason.data or "")
            tell(_("Asked. The price holds when somebody has approved it."))
            return make_response(redirect(url_for("pricing.show", code=code), code=303))
    return render_page("pricing/floor_ask.html", form=form, found=found, status=form.status)


@blueprint.post("/prices/floors/requests/<int:request_id>")
@requires(Permission.APPROVE_FLOOR, scope=Scope.OPERATOR)
def floor_decide(request_id: int) -> Response:
    is_approved = request.form.get("decision") == "approve"
    decide_below_floor(actor(), request_id, is_approved=is_approved)
    tell(_("Approved: the price holds.") if is_approved else _("Refused: the list stays as it is."))
    return _go("pricing.floors")


def _floors(form: FloorForm) -> Response:
    return render_page(
        "pricing/floors.html", floors=queries.floor_lines(actor()), requests=queries.floor_requests(actor()), form=form,
        may_edit=actor().can(Permission.EDIT_COSTS), may_decide=actor().can(Permission.APPROVE_FLOOR), status=form.status,
    )  # fmt: skip


def _go(endpoint: str) -> Response:
    return make_response(redirect(url_for(endpoint), code=303))
