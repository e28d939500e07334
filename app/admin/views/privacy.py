"""Data about people: copies that were asked for, erasures that wait for a second pair of eyes, what is held where."""

from __future__ import annotations

from flask import Response, make_response, redirect, send_file, url_for

from app.accounts.forms.privacy import CopyForm, ErasureForm, RefusalForm
from app.accounts.queries.privacy import copies, erasure, erasures, held_on, obstacles, person_by_email, subject
from app.accounts.service.erasing import approve_erasure, ask_erasure, refuse_erasure
from app.accounts.service.person_copies import ask_copy, copy_file
from app.accounts.views.privacy import FATES, STATES
from app.admin.policy import Permission
from app.admin.views import blueprint
from app.core import storage
from app.core.actor import Scope
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.personal_data import AREAS, LAWS, declared_personal
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say

COPY_STATES = {
    "waiting": ("info", _("is being made")),
    "done": ("good", _("ready")),
    "failed": ("bad", _("failed")),
    "expired": ("plain", _("expired")),
}


@blueprint.get("/privacy")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def privacy() -> Response:
    return _list(ErasureForm(formdata=None), CopyForm(formdata=None))


def _list(form: ErasureForm, copy_form: CopyForm) -> Response:
    return render_page(
        "admin/privacy.html",
        erasures=erasures(actor()),
        copies=copies(actor()),
        form=form,
        copy_form=copy_form,
        states=STATES,
        copy_states=COPY_STATES,
        status=form.status if form.has_errors else copy_form.status,
    )


@blueprint.post("/privacy/erasures")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def enter_erasure() -> Response:
    form = ErasureForm()
    if form.validate():
        with form.catching():
            asked = ask_erasure(
                actor(), email=(form.email.data or "").strip(), company=(form.company.data or "").strip(),
                reason=form.reason.data or "", client_ref=form.client_ref.data,
            )  # fmt: skip
            return _to(asked)
    return _list(form, CopyForm(formdata=None))


@blueprint.get("/privacy/erasures/<int:erasure_id>")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def show_erasure(erasure_id: int) -> Response:
    return _show(erasure_id, RefusalForm(formdata=None))


def _show(erasure_id: int, form: RefusalForm) -> Response:
    """What is erased, what loses its name, what is kept by law and until when, before anybody decides."""
    line = erasure(actor(), erasure_id)
    is_open = line.state in ("asked", "approved")
    person = subject(line.user_id) if line.user_id is not None and is_open else None
    return render_page(
        "admin/privacy_erasure.html",
        line=line,
        person=person,
        held=held_on(person.user_id, person.email) if person else [],
        obstacles=obstacles(user_id=line.user_id, company_id=line.company_id) if is_open else [],
        form=form,
        is_own=actor().user_id in (line.requested_by_id, line.user_id),
        areas=AREAS,
        laws=LAWS,
        fates=FATES,
        states=STATES,
        status=form.status,
    )


@blueprint.post("/privacy/erasures/<int:erasure_id>/approve")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def approve(erasure_id: int) -> Response:
    try:
        approve_erasure(actor(), erasure_id)
    except (Conflict, Forbidden) as error:
        tell(say(error.message), "bad")
    else:
        tell(_("Approved. The data is erased in the next minutes."))
    return _to(erasure_id)


@blueprint.post("/privacy/erasures/<int:erasure_id>/refuse")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def refuse(erasure_id: int) -> Response:
    form = RefusalForm()
    if form.validate():
        with form.catching():
            refuse_erasure(actor(), erasure_id, reason=form.reason.data or "")
            tell(_("Refused. The person reads the reason."))
            return _to(erasure_id)
    return _show(erasure_id, form)


@blueprint.post("/privacy/copies")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def enter_copy() -> Response:
    form = CopyForm()
    if form.validate():
        with form.catching():
            user_id = person_by_email(actor(), form.email.data or "")
            if user_id is None:
                raise Invalid("email", N_("Nobody here has the address {email}.", email=form.email.data or ""))
            ask_copy(actor(), user_id, client_ref=form.client_ref.data)
            tell(_("The copy is being made. It stands here in a minute or two."))
            return make_response(redirect(url_for("admin.privacy", _anchor="copies"), code=303))
    return _list(ErasureForm(formdata=None), form)


@blueprint.get("/privacy/copies/<int:export_id>")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def take_copy(export_id: int) -> Response:
    file = copy_file(actor(), export_id)
    return send_file(
        storage.open_file(file), mimetype=file.media_type, as_attachment=True, download_name=file.name, max_age=0
    )


@blueprint.get("/privacy/where")
@requires(Permission.PRIVACY, scope=Scope.OPERATOR)
def where() -> Response:
    """The register: every table and column about people, and what becomes of it."""
    return render_page("admin/privacy_where.html", declared=declared_personal(), areas=AREAS, laws=LAWS, fates=FATES)


def _to(erasure_id: int) -> Response:
    return make_response(redirect(url_for("admin.show_erasure", erasure_id=erasure_id), code=303))
