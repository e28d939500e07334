"""The operator's pages of 1C: connections, what is taken, what came; and what 1C says of an order."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Response, render_template, url_for

from app.core.actor import Scope
from app.exchange.forms.one_c import ConnectionForm, NewConnectionForm, PasswordForm, names_form
from app.exchange.policy import Permission
from app.exchange.queries import one_c as queries
from app.exchange.queries.partners import partners
from app.exchange.service import one_c_connections as service
from app.exchange.views import blueprint
from app.exchange.views.message_tabs import tabs_for
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _

F = TypeVar("F", bound=ConnectionForm)
STATES = {
    "receiving": ("plain", _("arriving")), "working": ("plain", _("in work")), "done": ("good", _("done")),
    "failed": ("bad", _("failed")), "dropped": ("plain", _("given up")),
}  # fmt: skip


@blueprint.get("/1c")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_index() -> Response:
    return render_page("exchange/one_c_index.html", rows=queries.connections(actor()), tabs=tabs_for("one_c"))


@blueprint.route("/1c/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_new() -> Response:
    form = _with_partners(NewConnectionForm())
    if form.validate_on_submit():
        with form.catching():
            connection_id, password = service.add_connection(actor(), form.row(), form.login.data)
            return _shown(connection_id, password)
    return render_page("exchange/one_c_edit.html", form=form, row=None, status=form.status)


def _with_partners(form: F) -> F:
    form.partner_id.choices = choices([("", _("none")), *((str(one.id), one.name) for one in partners(actor()))])
    return form


def _shown(connection_id: int, password: str) -> Response:
    """The password, this once. Nobody can look it up later, so it is no address of its own."""
    row = queries.connection(actor(), connection_id)
    response = render_page("exchange/one_c_password.html", row=row, password=password, address=_address())
    response.headers["Cache-Control"] = "no-store"
    return response


def _address() -> str:
    return url_for("exchange.one_c_exchange", _external=True)


@blueprint.get("/1c/<int:connection_id>")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_show(connection_id: int) -> Response:
    row = queries.connection(actor(), connection_id)
    return _show(row, names_form(row.price_kinds, row.warehouses, queries.list_codes(actor()), row.row_version))


def _show(row: Any, names: Any) -> Response:
    return render_page(
        "exchange/one_c_show.html",
        row=row,
        address=_address(),
        names=names,
        files=queries.newest_files(actor(), row.id),
        states=STATES,
        status=names.status,
    )


@blueprint.route("/1c/<int:connection_id>/edit", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_edit(connection_id: int) -> Response:
    row = queries.connection(actor(), connection_id)
    form = _with_partners(ConnectionForm(obj=row))
    if form.validate_on_submit():
        with form.catching():
            service.save_connection(actor(), connection_id, form.row(), row_version=form.version)
            tell(_("The connection is kept."))
            return _go(connection_id)
    return render_page("exchange/one_c_edit.html", form=form, row=row, status=form.status)


@blueprint.post("/1c/<int:connection_id>/names")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_names(connection_id: int) -> Response:
    row = queries.connection(actor(), connection_id)
    form = names_form(row.price_kinds, row.warehouses, queries.list_codes(actor()), row.row_version)
    if form.validate_on_submit():
        with form.catching():
            service.map_names(actor(), connection_id, form.of("list"), form.of("place"), row_version=form.version)
            tell(_("From the next exchange on it is so."))
            return _go(connection_id)
    return _show(row, form)


@blueprint.post("/1c/<int:connection_id>/password")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def one_c_password(connection_id: int) -> Response:
    form = PasswordForm()
    form.validate_on_submit()
    return _shown(connection_id, service.new_password(actor(), connection_id, row_version=form.version))


def _go(connection_id: int) -> Response:
    return Response(status=303, headers={"Location": url_for("exchange.one_c_show", connection_id=connection_id)})


@slot("ordering.order.side", order=70)
def order_in_one_c(*, order: Any, **_context: Any) -> str | None:
    """What 1C says of the order, for the operator's people."""
    me = actor()
    if not me.is_operator or not me.can(Permission.MESSAGES):
        return None
    said = queries.said_of_order(me, order.id)
    return render_template("exchange/_one_c_of_order.html", said=said) if said else None
