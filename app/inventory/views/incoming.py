"""Goods to come: the list, announcing, moving, receiving."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Invalid
from app.inventory.forms import ChangeIncomingForm, IncomingForm, ReceiveForm
from app.inventory.policy import Permission
from app.inventory.queries import arrivals
from app.inventory.queries.arrivals import IncomingLine
from app.inventory.queries.shelves import warehouses
from app.inventory.service.incoming import IncomingRow, cancel_incoming, change_incoming, receive, set_incoming
from app.inventory.views import blueprint
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

STATES = ("open", "late", "received", "cancelled", "")


@blueprint.get("/incoming")
@requires(Permission.READ, scope=Scope.OPERATOR)
def incoming() -> Response:
    state, words = request.args.get("state", "open"), request.args.get("q", "").strip()[:100]
    state = state if state in STATES else "open"
    keyset = keyset_from_request(parts=(str, int))
    rows = arrivals.incoming(
        actor(), state=state, words=words, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "inventory/incoming_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.expected_on, row.id)),
        state=state,
        words=words,
        may_adjust=actor().can(Permission.ADJUST),
    )


@blueprint.route("/incoming/new", methods=["GET", "POST"])
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def new_incoming() -> Response:
    form = IncomingForm(sku=request.args.get("sku", ""))
    form.warehouse.choices = choices((place.code, place.name) for place in warehouses(actor()))
    if form.validate_on_submit():
        with form.catching():
            row = IncomingRow(
                (form.sku.data or "").strip(), form.warehouse.data or "", form.quantity.data or Decimal(0),
                form.expected_on.data, (form.reference.data or "").strip(), (form.line.data or "").strip(),
                (form.supplier.data or "").strip(),
            )  # fmt: skip
            (result,) = set_incoming(actor(), [row])
            if result.problem is not None:
                raise Invalid("", result.problem)
            tell(_("Saved."))
            return go("inventory.incoming")
    return render_page("inventory/incoming_new.html", form=form, status=form.status)


@blueprint.get("/incoming/<int:incoming_id>")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def show_incoming(incoming_id: int) -> Response:
    line = arrivals.incoming_line(actor(), incoming_id)
    return _shown(line, _change_form(line), _receive_form(line))


@blueprint.post("/incoming/<int:incoming_id>")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def edit_incoming(incoming_id: int) -> Response:
    line = arrivals.incoming_line(actor(), incoming_id)
    form = ChangeIncomingForm(prefix="c-")
    if form.validate():
        with form.catching():
            change_incoming(
                actor(), incoming_id, quantity=form.quantity.data or Decimal(0), expected_on=form.expected_on.data
            )
            tell(_("Saved."))
            return go("inventory.show_incoming", incoming_id=incoming_id)
    return _shown(line, form, _receive_form(line))


@blueprint.post("/incoming/<int:incoming_id>/receive")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def receive_incoming(incoming_id: int) -> Response:
    line = arrivals.incoming_line(actor(), incoming_id)
    form = ReceiveForm()
    if form.validate():
        with form.catching():
            receive(actor(), incoming_id, form.quantity.data or Decimal(0), is_last=bool(form.is_last.data))
            tell(_("The goods are in the warehouse."))
            return go("inventory.incoming")
    return _shown(line, _change_form(line), form)


@blueprint.post("/incoming/<int:incoming_id>/cancel")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def drop_incoming(incoming_id: int) -> Response:
    arrivals.incoming_line(actor(), incoming_id)
    cancel_incoming(actor(), incoming_id)
    tell(_("These goods are no longer expected."))
    return go("inventory.incoming")


def _change_form(line: IncomingLine) -> ChangeIncomingForm:
    return ChangeIncomingForm(
        formdata=None, prefix="c-", quantity=line.quantity.normalize() + 0, expected_on=line.expected_on
    )


def _receive_form(line: IncomingLine) -> ReceiveForm:
    return ReceiveForm(formdata=None, quantity=line.missing.normalize() + 0)


def _shown(line: IncomingLine, change: ChangeIncomingForm, arrival: ReceiveForm) -> Response:
    status = max(change.status, arrival.status)
    return render_page("inventory/incoming_show.html", line=line, change=change, arrival=arrival, status=status)
