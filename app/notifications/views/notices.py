"""The bell and the list of notices."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for

from app.notifications.queries.notices import page_notice, page_notices, unread_count
from app.notifications.service.telling import mark_read
from app.notifications.views import blueprint
from app.web.access import actor, in_person, safe_next
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot


@slot("layout.top.notices")
def bell() -> str | None:
    if actor().staff_id is not None:
        return None  # the notices are the buyer's own
    return render_template("notifications/_bell.html", unread=unread_count(actor()))


@blueprint.get("/notices")
@in_person
def index() -> Response:
    keyset = keyset_from_request(size=20)
    found = page_notices(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "notifications/index.html",
        page=page_of(found, keyset, key=lambda notice: (notice.id,)),
        has_new=any(notice.is_new for notice in found),
    )


@blueprint.post("/notices/<int:notice_id>/open")
@in_person
def open_notice(notice_id: int) -> Response:
    """Mark one as read and go where it leads."""
    notice = page_notice(actor(), notice_id)
    mark_read(actor(), notice_id)
    return make_response(redirect(safe_next(notice.link) or url_for("notifications.index"), code=303))


@blueprint.post("/notices/read")
@in_person
def read_all() -> Response:
    mark_read(actor())
    return make_response(redirect(url_for("notifications.index"), code=303))
