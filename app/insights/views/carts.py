"""Carts left behind: the list and one of them."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for

from app.core.actor import Scope
from app.insights.domain.abandonment import WAITING
from app.insights.forms.carts import DismissForm
from app.insights.policy import Permission
from app.insights.queries import carts as queries
from app.insights.service import carts as service
from app.insights.views import blueprint
from app.insights.views.labels import STATES, page_words, told
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import here_with, keyset_from_request, page_of, sort_from_request
from app.web.texts import _

LINES_SHOWN = 100


@blueprint.get("/abandoned-carts")
@requires(Permission.READ_CARTS, scope=Scope.OPERATOR)
def index() -> Response:
    filters = queries.AbandonedFilters(
        is_waiting=request.args.get("view") != "closed",
        text=request.args.get("q", "").strip()[:80],
        manager_id=actor().user_id if request.args.get("whose") == "mine" else None,
    )
    usual = "-value" if filters.is_waiting else "-idle"
    sort, keyset = sort_from_request(queries.SORTS, usual), keyset_from_request(size=50)
    rows = queries.abandoned_carts(
        actor(), filters, sort=sort.column, is_descending=sort.is_descending, after=keyset.after,
        before=keyset.before, limit=keyset.limit,
    )  # fmt: skip
    return render_page(
        "insights/abandoned_index.html",
        page=page_of(rows, keyset, key=lambda row: queries.sort_key(row, sort.column)),
        sums=queries.abandoned_sums(actor(), filters),
        filters=filters,
        sort=sort,
        is_sorted=str(sort) != usual,
        views=[
            (str(_("Waiting")), here_with(view=None, sort=None, after=None, before=None), filters.is_waiting, None),
            (
                str(_("Closed")),
                here_with(view="closed", sort=None, after=None, before=None),
                not filters.is_waiting,
                None,
            ),
        ],
        whose=[("", _("All accounts")), ("mine", _("My accounts"))],
        states=STATES,
        page_words=page_words,
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
    lines = page.cart.rows if page.cart else []
    return render_page(
        "insights/abandoned_show.html",
        page=page,
        row=page.row,
        lines=lines if "lines" in request.args else lines[:LINES_SHOWN],
        form=form if may_close and (page.row.state in WAITING or form.is_conflict) else None,
        state=STATES[page.row.state],
        page_words=page_words,
        events=told(page.history),
        status=form.status,
    )
