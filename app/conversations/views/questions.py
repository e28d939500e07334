"""Frequently asked questions: kept by sales, suggested to customers before they send."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.conversations.domain.subjects import KIND_WORDS, KINDS
from app.conversations.forms.questions import QuestionForm
from app.conversations.policy import Permission
from app.conversations.queries.questions import FaqRow, faq_row, faq_rows, suggest
from app.conversations.service.questions import keep_question, note_use
from app.conversations.views import blueprint
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.operator_setting_kinds import LANGUAGES
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.fragments import render_page, render_part
from app.web.texts import _

_LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "uk": "Українська"}


@blueprint.get("/conversations/questions")
@requires(Permission.EDIT_FAQ, scope=Scope.OPERATOR)
def questions() -> Response:
    return render_page("conversations/questions.html", rows=faq_rows(actor()), kinds=KIND_WORDS)


@blueprint.route("/conversations/questions/new", methods=["GET", "POST"])
@requires(Permission.EDIT_FAQ, scope=Scope.OPERATOR)
def question_new() -> Response:
    return _edit(None)


@blueprint.route("/conversations/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_FAQ, scope=Scope.OPERATOR)
def question_edit(question_id: int) -> Response:
    return _edit(faq_row(actor(), question_id))


def _edit(row: FaqRow | None) -> Response:
    form = QuestionForm()
    form.offer_kinds()
    if row is not None and request.method == "GET":
        form.kinds.data, form.position.data, form.is_active.data = list(row.subject_kinds), row.position, row.is_active
        form.show(row.words)
    if form.validate_on_submit():
        with form.catching():
            keep_question(
                actor(), row.id if row else None, form.words(), client_ref=form.client_ref.data,
                subject_kinds=form.kinds.data or [], is_active=form.is_active.data, position=form.position.data or 0,
            )  # fmt: skip
            tell(_("The question is kept."))
            return make_response(redirect(url_for("conversations.questions"), code=303))
    return render_page(
        "conversations/question_edit.html",
        form=form,
        row=row,
        languages=[(code, _LANGUAGE_NAMES[code]) for code in LANGUAGES],
        status=form.status,
    )


@blueprint.get("/conversations/questions/suggested")
@requires(Permission.WRITE, scope=Scope.TENANT)
def suggested() -> Response:
    """What fits to the words typed so far, as a part of the page."""
    kind = request.args.get("kind", "")
    found = suggest(actor(), kind, request.args.get("text", "")[:2000]) if kind in KINDS else []
    return render_part(
        "conversations/_suggested.html", found=found, client_ref=request.args.get("client_ref", "")[:80],
        back=safe_next(request.args.get("next")) or "",
    )  # fmt: skip


@blueprint.post("/conversations/questions/<int:question_id>/helped")
@requires(Permission.WRITE, scope=Scope.TENANT)
def question_helped(question_id: int) -> Response:
    """An answer was enough: no message is sent."""
    client_ref = request.form.get("client_ref", "")
    if not client_ref:
        raise NotFound
    note_use(actor(), [question_id], "helped", client_ref)
    tell(_("Good. Nothing was sent."))
    return make_response(
        redirect(safe_next(request.form.get("next")) or url_for("conversations.index"), code=303)
    )  # fmt: skip
