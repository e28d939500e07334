"""Events on their way to their handlers; what failed eight times waits here for replay."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.accounts.queries.sign_ins import id_of
from app.admin.policy import Permission
from app.admin.views import blueprint
from app.core import outbox as core_outbox
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

_STATES = (("", _("All")), ("parked", _("Parked")), ("waiting", _("Waiting")), ("done", _("Done")))


@blueprint.get("/outbox")
@requires(Permission.READ_OUTBOX, scope=Scope.OPERATOR)
def outbox() -> Response:
    keyset = keyset_from_request()
    state = request.args.get("state", "")
    rows = core_outbox.entries(
        actor(), state=state, before_id=id_of(keyset.after), after_id=id_of(keyset.before), limit=keyset.limit
    )
    return render_page(
        "admin/outbox.html",
        part="admin/_outbox.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        state=state,
        states=[(code, str(text)) for code, text in _STATES],
        parked=core_outbox.parked_count(actor()),
        can_replay=actor().can(Permission.REPLAY),
    )


@blueprint.post("/outbox/<int:entry_id>/replay")
@requires(Permission.REPLAY, scope=Scope.OPERATOR)
def replay(entry_id: int) -> Response:
    core_outbox.replay(actor(), entry_id)
    tell(_("It gets eight new attempts."))
    return make_response(redirect(url_for("admin.outbox", state="parked"), code=303))
