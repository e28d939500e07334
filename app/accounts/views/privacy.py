"""What is held on oneself: seen, taken away as a file, erased."""

from __future__ import annotations

from flask import Response, render_template, send_file

from app.accounts.forms.privacy import OwnErasureForm, OwnRequestForm
from app.accounts.queries.privacy import own_held, own_requests
from app.accounts.service.erasing import ask_own_erasure, withdraw_own_erasure
from app.accounts.service.person_copies import ask_own_copy, own_copy
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core import storage
from app.core.errors import Conflict
from app.core.personal_data import AREAS, LAWS
from app.web.access import actor, in_person
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, say

FATES = {
    "delete": _("is deleted"),
    "unname": _("loses the name"),
    "pointer": _("leads to nobody any more"),
    "keep": _("is kept by law"),
}
STATES = {
    "asked": ("seal", _("waits for a decision")),
    "approved": ("info", _("approved")),
    "done": ("good", _("done")),
    "refused": ("bad", _("refused")),
    "withdrawn": ("plain", _("taken back")),
}


@blueprint.get("/profile/data")
@in_person
def own_data() -> Response:
    return _page(OwnErasureForm(formdata=None))


def _page(form: OwnErasureForm) -> Response:
    return render_page(
        "accounts/own_data.html",
        held=own_held(actor()),
        asked=own_requests(actor()),
        form=form,
        copy_form=OwnRequestForm(formdata=None),
        areas=AREAS,
        laws=LAWS,
        fates=FATES,
        states=STATES,
        status=form.status,
    )


@blueprint.post("/profile/data/copy")
@in_person
def ask_data_copy() -> Response:
    form = OwnRequestForm()
    if form.validate_on_submit():
        with form.catching():
            ask_own_copy(actor(), client_ref=form.client_ref.data)
            tell(_("The copy is being made. It stands here in a minute or two."))
    return go("accounts.own_data", _anchor="copy")


@blueprint.get("/profile/data/copy/<int:export_id>")
@in_person
def data_copy(export_id: int) -> Response:
    file = own_copy(actor(), export_id)
    return send_file(
        storage.open_file(file), mimetype=file.media_type, as_attachment=True, download_name=file.name, max_age=0
    )


@blueprint.post("/profile/data/erasure")
@in_person
def ask_data_erasure() -> Response:
    form = OwnErasureForm()
    if form.validate_on_submit():
        with form.catching():
            ask_own_erasure(actor(), reason=form.reason.data or "", client_ref=form.client_ref.data)
            tell(_("We have your request. Until it is carried out you can take it back."))
            return go("accounts.own_data", _anchor="erasure")
    return _page(form)


@blueprint.post("/profile/data/erasure/withdraw")
@in_person
def withdraw_data_erasure() -> Response:
    try:
        withdraw_own_erasure(actor())
    except Conflict as error:
        tell(say(error.message), "bad")
    else:
        tell(_("Your request is taken back. Nothing is erased."))
    return go("accounts.own_data", _anchor="erasure")


@slot("accounts.profile.foot")
def data_link(**_context: object) -> str:
    return render_template("accounts/_own_data_link.html")
