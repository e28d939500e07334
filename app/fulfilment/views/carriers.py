"""Carriers, and how packages are numbered."""

from __future__ import annotations

from flask import Response

from app.core.actor import Scope
from app.fulfilment.forms.warehouse import CarrierForm, PackingSettingsForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.carriers import carrier, carriers, packing_settings
from app.fulfilment.service.carriers import CarrierEntry, save_carrier, set_packing
from app.fulfilment.views import blueprint
from app.fulfilment.views.waves import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/warehouse/carriers")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def carrier_list() -> Response:
    return _show(PackingSettingsForm(formdata=None, obj=packing_settings(actor())))


@blueprint.post("/warehouse/carriers")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_packing() -> Response:
    form = PackingSettingsForm()
    if form.validate():
        with form.catching():
            prefix = (form.company_prefix.data or "").strip()
            set_packing(actor(), prefix, form.extension.data, form.list_lines.data)
            tell(_("Saved."))
            return go("fulfilment.carrier_list")
    return _show(form)


def _show(form: PackingSettingsForm) -> Response:
    return render_page(
        "fulfilment/carriers.html", carriers=carriers(actor(), only_active=False), form=form, status=form.status
    )


@blueprint.route("/warehouse/carriers/new", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def new_carrier() -> Response:
    return _edit(CarrierForm(), "")


@blueprint.route("/warehouse/carriers/<sku:code>", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def edit_carrier(code: str) -> Response:
    return _edit(CarrierForm(obj=carrier(actor(), code)), code)


def _edit(form: CarrierForm, code: str) -> Response:
    if form.validate_on_submit():
        with form.catching():
            entry = CarrierEntry(
                code or form.code.data.strip(), form.name.data.strip(), (form.tracking_url.data or "").strip(),
                (form.label_text.data or "").strip(), form.package_limit.data, form.position.data, form.is_active.data,
            )  # fmt: skip
            save_carrier(actor(), entry)
            tell(_("{name} is saved.", name=entry.name))
            return go("fulfilment.carrier_list")
    return render_page("fulfilment/carrier_edit.html", form=form, code=code, status=form.status)
