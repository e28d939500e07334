"""Carts left behind: the list and one of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from app.core.actor import Scope
from app.core.texts import N_
from app.insights import queries, service
from app.insights.domain.abandonment import WAITING
from app.insights.forms import DismissForm
from app.insights.policy import Permission
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

blueprint = Blueprint("insights", __name__)
nav_entry(15, "insights.index", _("Abandoned carts"), Permission.READ_CARTS, icon="abandoned", scope=Scope.OPERATOR)

STATES = {
    "open": ("seal", _("Waits for you")),
    "reminded": ("info", _("Buyer reminded")),
    "recovered": ("good", _("Ordered")),
    "resumed": ("plain", _("Buyer went on")),
    "dismissed": ("plain", _("Closed")),
}
ACTIONS = {
    "noticed": N_("Noticed as abandoned"),
    "reminded": N_("Buyer reminded by mail"),
    "recovered": N_("Ordered"),
    "resumed": N_("The buyer went on"),
    "dismissed": N_("Closed by the sales desk"),
}


@blueprint.get("/abandoned-carts")
@requires(Permission.READ_CARTS, scope=Scope.OPERATOR)
def index() -> Response:
    is_waiting = request.args.get("view") != "closed"
    text = request.args.get("q", "").strip()
    keyset = keyset_from_request(size=50)
    rows = queries.abandoned_carts(
        actor(), text=text, is_waiting=is_waiting, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "insights/abandoned_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.value, row.id)),
        sums=queries.abandoned_sums(actor()),
        is_waiting=is_waiting,
        text=text,
        states=STATES,
    )


@blueprint.route("/abandoned-carts/<int:abandonment_id>", methods=["GET", "POST"])
@requires(Permission.READ_CARTS, scope=Scope.OPERATOR)
def show(abandonment_id: int) -> Any:
    form = DismissForm()
    may_close = actor().can(Permission.CLOSE_CARTS)
    if may_close and form.validate_on_submit():
        with form.catching():
            service.dismiss(actor(), abandonment_id, form.note.data or "")
            tell(_("The cart is closed."))
            return redirect(url_for("insights.index"), code=303)
    page = queries.abandoned_cart(actor(), abandonment_id)
    return render_page(
        "insights/abandoned_show.html",
        page=page,
        row=page.row,
        form=form if may_close and page.row.state in WAITING else None,
        state=STATES[page.row.state],
        actions=ACTIONS,
        status=form.status,
    )
