"""Mails that left, wait or failed, with their text."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.admin.views import blueprint
from app.core.actor import Scope
from app.notifications.policy import Permission
from app.notifications.queries import notices
from app.notifications.service.telling import send_again
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

STATES = {
    "waiting": ("info", _("waiting")),
    "sent": ("good", _("sent")),
    "failed": ("bad", _("failed")),
    "dropped": ("plain", _("not wanted any more")),
}


@blueprint.get("/mails")
@requires(Permission.READ_MAILS, scope=Scope.OPERATOR)
def mails() -> Response:
    keyset = keyset_from_request()
    search, state = request.args.get("q", "").strip(), request.args.get("state", "")
    rows = notices.mails(
        actor(), search=search, state=state, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "admin/mails.html",
        part="admin/_mails.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        search=search,
        state=state,
        states=[("", str(_("All"))), *((code, str(text)) for code, (_tone, text) in STATES.items())],
        chips=STATES,
        failed=notices.failed_mails(actor()),
    )


@blueprint.get("/mails/<int:notice_id>")
@requires(Permission.READ_MAILS, scope=Scope.OPERATOR)
def mail(notice_id: int) -> Response:
    found = notices.mail(actor(), notice_id)
    return render_page("admin/mail.html", mail=found, line=found.line, chip=STATES[found.line.state])


@blueprint.post("/mails/<int:notice_id>/send-again")
@requires(Permission.SEND_AGAIN, scope=Scope.OPERATOR)
def send_mail_again(notice_id: int) -> Response:
    send_again(actor(), notice_id)
    tell(_("The mail is on its way again."))
    return make_response(redirect(url_for("admin.mail", notice_id=notice_id), code=303))
