"""Giving accounts to a colleague: the list, a new one, one of them."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, redirect, request, url_for

from app.accounts.queries.people import sales_people
from app.core import audit, clock
from app.core.actor import Scope
from app.sales.forms.desk import HandoverForm
from app.sales.policy import Permission
from app.sales.queries import handovers as queries
from app.sales.service import handovers as service
from app.sales.views import blueprint
from app.sales.views.words import HANDOVER_STATES, desk_tabs, told
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/sales/handovers")
@requires(Permission.HAND_OVER, scope=Scope.OPERATOR)
def handovers() -> Response:
    return render_page(
        "sales/handovers.html", rows=queries.handovers(actor()), states=HANDOVER_STATES, tabs_of=desk_tabs("handovers")
    )


@blueprint.route("/sales/handovers/new", methods=["GET", "POST"])
@requires(Permission.HAND_OVER, scope=Scope.OPERATOR)
def handover_new() -> Any:
    """All accounts of a manager, or those whose numbers are entered."""
    people = sales_people(actor())
    form = HandoverForm()
    form.from_id.choices = form.to_id.choices = choices(people)
    if request.method == "GET":
        form.from_id.data = actor().user_id
        form.to_id.data = next((one for one, _name in people if one != actor().user_id), None)
        form.starts_on.data = clock.today(actor().time_zone)
        form.codes.data = request.args.get("code", "")[:40]
    if form.validate_on_submit():
        with form.catching():
            handover_id = service.hand_over(actor(), _wanted(form), client_ref=form.client_ref.data)
            tell(_("The hand-over is noted."))
            return redirect(url_for("sales.handover", handover_id=handover_id), code=303)
    return render_page("sales/handover_new.html", form=form, status=form.status)


def _wanted(form: HandoverForm) -> service.Wanted:
    codes = dict.fromkeys(part for part in re.split(r"[\s,;]+", form.codes.data or "") if part)
    return service.Wanted(
        form.from_id.data, form.to_id.data, form.starts_on.data, form.ends_on.data, tuple(codes), form.note.data or "",
        form.is_told.data,
    )  # fmt: skip


@blueprint.get("/sales/handovers/<int:handover_id>")
@requires(Permission.HAND_OVER, scope=Scope.OPERATOR)
def handover(handover_id: int) -> Response:
    row = queries.handover(actor(), handover_id)
    return render_page(
        "sales/handover.html",
        row=row,
        state=HANDOVER_STATES[row.state],
        accounts=queries.handed_accounts(actor(), handover_id),
        history=told(audit.history(actor(), "handover", handover_id)),
    )


@blueprint.post("/sales/handovers/<int:handover_id>/cancel")
@requires(Permission.HAND_OVER, scope=Scope.OPERATOR)
def handover_cancel(handover_id: int) -> Any:
    """Call it off, or let the accounts return now."""
    service.cancel(actor(), handover_id)
    tell(_("The hand-over is ended."))
    return redirect(url_for("sales.handover", handover_id=handover_id), code=303)
