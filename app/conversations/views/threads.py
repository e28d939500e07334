"""The list of threads, the page of one, and writing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, redirect, request, send_file, url_for

from app.conversations.domain.messages import Upload
from app.conversations.domain.subjects import KIND_WORDS, KINDS, STATE_TONES, STATE_WORDS, kinds_of, name_of
from app.conversations.forms.messages import MessageForm
from app.conversations.policy import Permission
from app.conversations.queries.mails import waiting_mails
from app.conversations.queries.questions import Suggestion, suggest
from app.conversations.queries.subjects import RIGHTS, Subject, colleagues, subject
from app.conversations.queries.threads import (
    ThreadFilter,
    key_of,
    message_file,
    thread,
    thread_counts,
    thread_id_of,
    threads_page,
)
from app.conversations.service.questions import note_use
from app.conversations.service.threads import close, follow, mark_read, post_with_files, reopen
from app.conversations.views import blueprint
from app.conversations.views.places import page_of_subject
from app.core import storage
from app.core.errors import NotFound
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

_OPERATOR_VIEWS = ("unanswered", "overdue", "mine", "open", "all")
_CUSTOMER_VIEWS = ("mine", "unread", "all")


def _about(kind: str, subject_id: int) -> tuple[str, int]:
    if kind not in KINDS:
        raise NotFound
    return kind, subject_id


@blueprint.get("/conversations")
@requires(Permission.READ)
def index() -> Response:
    me = actor()
    words = {
        "unanswered": _("Unanswered"), "overdue": _("Overdue"), "mine": _("Mine"), "open": _("Open"),
        "unread": _("Unread"), "all": _("All"),
    }  # fmt: skip
    shown = _OPERATOR_VIEWS if me.is_operator else _CUSTOMER_VIEWS
    show = request.args.get("show", "")
    show = show if show in shown else shown[0]
    kind = request.args.get("kind", "")
    filters = ThreadFilter(
        show, kind if kind in KINDS else "", request.args.get("q", "").strip()[:60],
        request.args.get("account", "").strip()[:40],
    )  # fmt: skip
    keyset = keyset_from_request(parts=(str, int))
    rows = threads_page(me, filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    counts = thread_counts(me)
    return render_page(
        "conversations/index.html",
        page=page_of(rows, keyset, key=lambda row: key_of(row, show)),
        views=[
            (words[code], url_for("conversations.index", show=code), code == show, counts.get(code, 0))
            for code in shown
        ],
        filters=filters,
        kinds=[("", _("all")), *((code, say(KIND_WORDS[code])) for code in kinds_of(me, RIGHTS))],
        kind_words=KIND_WORDS,
        states=STATE_WORDS,
        tones=STATE_TONES,
        is_filtered=bool(filters.text or filters.kind or filters.account),
        may_answer=me.can(Permission.ANSWER),
        may_edit_faq=me.can(Permission.EDIT_FAQ),
        mails=waiting_mails(me) if me.can(Permission.ANSWER) else 0,
        own_company=None if me.is_operator else me.company_id,
    )


@blueprint.get("/conversations/<int:conversation_id>")
@requires(Permission.READ)
def show(conversation_id: int) -> Response:
    response = _thread_page(conversation_id, MessageForm(formdata=None))
    if actor().staff_id is None:
        mark_read(actor(), conversation_id)
    return response


def _thread_page(conversation_id: int, form: MessageForm) -> Response:
    me, found = actor(), thread(actor(), conversation_id)
    return render_page(
        "conversations/show.html",
        page=found,
        row=found.row,
        form=form,
        kind_words=KIND_WORDS,
        states=STATE_WORDS,
        tones=STATE_TONES,
        address=page_of_subject(me, found.row.kind, found.row.number, found.row.company_code),
        may_write=me.can(Permission.WRITE),
        is_operator=me.is_operator,
        picked=request.form.getlist("mention"),
        me=me.user_id,
        status=form.status,
    )


@blueprint.route("/conversations/about/<kind>/<int:subject_id>", methods=["GET", "POST"])
@requires(Permission.WRITE)
def about(kind: str, subject_id: int) -> Response:
    """Write about a subject; its thread, where there is one already, is the page of it."""
    me, asked = actor(), _about(kind, subject_id)
    found, known = subject(me, *asked), thread_id_of(me, asked)
    form = MessageForm()
    if request.method == "GET" and known is not None:
        return _go(url_for("conversations.show", conversation_id=known))
    if request.method == "POST" and known is None and not (me.is_operator or form.anyway.data) and form.validate():
        suggested = suggest(me, kind, form.text.data or "")
        if suggested:
            note_use(me, [one.id for one in suggested], "shown", form.client_ref.data)
            form.anyway.data = "1"
            return _compose(found, form, suggested)
    if form.validate_on_submit() and _written(found, form):
        tell(_("The note is kept.") if form.is_inner.data else _("The message is sent."))
        made = thread_id_of(me, asked)
        back = safe_next(request.form.get("next"))
        return _go(back or url_for("conversations.show", conversation_id=made))
    if known is not None:
        return _thread_page(known, form)
    return _compose(found, form)


def _written(found: Subject, form: MessageForm) -> bool:
    with form.catching():
        post_with_files(
            actor(),
            subject=(found.kind, found.id),
            company_id=found.company_id,
            text=form.text.data or "",
            client_ref=form.client_ref.data,
            is_inner=bool(form.is_inner.data) and actor().is_operator,
            uploads=[
                Upload(one.filename, one.read()) for one in request.files.getlist("files") if one.filename
            ],
            mentions=[int(one) for one in request.form.getlist("mention") if one.isdecimal()],
        )  # fmt: skip
    return not form.has_errors


def _compose(found: Subject, form: MessageForm, suggested: Sequence[Suggestion] = ()) -> Response:
    me = actor()
    return render_page(
        "conversations/new.html",
        about=found,
        name=name_of(found.kind, found.number, found.title),
        address=page_of_subject(me, found.kind, found.number, found.company_code),
        form=form,
        colleagues=colleagues(me, found),
        is_operator=me.is_operator,
        picked=request.form.getlist("mention"),
        found=suggested,
        client_ref=form.client_ref.data,
        back=safe_next(request.form.get("next")) or page_of_subject(me, found.kind, found.number, found.company_code),
        status=form.status,
    )


@blueprint.post("/conversations/<int:conversation_id>/close")
@requires(Permission.WRITE)
def close_thread(conversation_id: int) -> Response:
    close(actor(), conversation_id)
    tell(_("The conversation is closed. A new message opens it again."))
    return _go(url_for("conversations.show", conversation_id=conversation_id))


@blueprint.post("/conversations/<int:conversation_id>/reopen")
@requires(Permission.WRITE)
def reopen_thread(conversation_id: int) -> Response:
    reopen(actor(), conversation_id)
    tell(_("The conversation is open again."))
    return _go(url_for("conversations.show", conversation_id=conversation_id))


@blueprint.post("/conversations/<int:conversation_id>/follow")
@requires(Permission.READ)
def follow_thread(conversation_id: int) -> Response:
    is_on = request.form.get("on") == "1"
    follow(actor(), conversation_id, is_on=is_on)
    tell(_("You are told of new messages here.") if is_on else _("You are not told of new messages here any more."))
    return _go(url_for("conversations.show", conversation_id=conversation_id))


@blueprint.get("/conversations/files/<int:file_id>")
@requires(Permission.READ)
def file_get(file_id: int) -> Response:
    """A picture is shown as what its bytes are; everything else is only offered for download."""
    file, is_picture = message_file(actor(), file_id)
    response = send_file(
        storage.open_file(file), mimetype=file.media_type if is_picture else "application/octet-stream",
        as_attachment=not is_picture, download_name=file.name, etag=file.sha256, max_age=0,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _go(address: str) -> Response:
    return make_response(redirect(address, code=303))
