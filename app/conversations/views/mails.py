"""Mails that fit nowhere: a person puts them into a conversation, or discards them."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, send_file, url_for

from app.conversations.domain.subjects import KIND_WORDS, KINDS
from app.conversations.forms.mails import PlaceForm
from app.conversations.policy import Permission
from app.conversations.queries.mails import (
    PLACES,
    STATES,
    mail_file,
    mail_page,
    mails_page,
    subject_by_number,
    waiting_mails,
)
from app.conversations.service.inbound import assign_mail, discard_mail
from app.conversations.views import blueprint
from app.core import storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say


@blueprint.get("/conversations/mails")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def mails() -> Response:
    words = {
        "waiting": _("To place"), "ignored": _("Ignored"), "discarded": _("Discarded"), "posted": _("Placed"),
    }  # fmt: skip
    show = request.args.get("show", "waiting")
    show = show if show in STATES else "waiting"
    keyset = keyset_from_request(parts=(int,))
    after, before = ((int(key[0]),) if key else None for key in (keyset.after, keyset.before))
    rows = mails_page(actor(), show, after=after, before=before, limit=keyset.limit)
    n = waiting_mails(actor())
    return render_page(
        "conversations/mails.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        views=[
            (words[code], url_for("conversations.mails", show=code), code == show, n if code == "waiting" else 0)
            for code in STATES
        ],
        show=show,
    )


@blueprint.get("/conversations/mails/<int:mail_id>")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def mail_show(mail_id: int) -> Response:
    return _page(mail_id, _form())


def _form() -> PlaceForm:
    form = PlaceForm()
    form.kind.choices = choices((kind, say(KIND_WORDS[kind])) for kind in PLACES)
    return form


def _page(mail_id: int, form: PlaceForm) -> Response:
    return render_page("conversations/mail.html", mail=mail_page(actor(), mail_id), form=form, status=form.status)


@blueprint.post("/conversations/mails/<int:mail_id>/place")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def mail_place(mail_id: int) -> Response:
    """Into the thread that a button names, or that of what a number names."""
    form, kind = _form(), request.form.get("about", "")
    if kind:
        about = (kind, int(request.form.get("about_id", "0") or 0)) if kind in KINDS else None
        if about is None:
            raise NotFound
        return _placed(mail_id, about)
    if form.validate_on_submit():
        with form.catching():
            return _placed(mail_id, subject_by_number(actor(), form.kind.data, form.number.data))
    return _page(mail_id, form)


def _placed(mail_id: int, about: tuple[str, int]) -> Response:
    thread_id = assign_mail(actor(), mail_id, about)
    tell(_("The mail stands in the conversation."))
    return _go(url_for("conversations.show", conversation_id=thread_id))


@blueprint.post("/conversations/mails/<int:mail_id>/discard")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def mail_discard(mail_id: int) -> Response:
    discard_mail(actor(), mail_id)
    tell(_("The mail is discarded."))
    return _go(url_for("conversations.mails"))


@blueprint.get("/conversations/mails/<int:mail_id>/whole")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def mail_whole(mail_id: int) -> Response:
    """The mail as it came, for download only."""
    file = mail_file(actor(), mail_id)
    response = send_file(
        storage.open_file(file), mimetype="application/octet-stream", as_attachment=True, download_name=file.name,
        max_age=0,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))
