"""The packing table: what was picked goes into packages, these into a shipment; labels."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from flask import Response, request, send_file

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.documents.labels import print_labels
from app.documents.model.package_label import PackageLabel
from app.fulfilment.documents.package_labels import labels_of_packing, labels_of_shipment
from app.fulfilment.domain.packing import KINDS
from app.fulfilment.forms.warehouse import BoxForm, FinishForm, ReasonForm, ScanForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.carriers import carriers, packing_settings
from app.fulfilment.queries.packed import PackingPage, packing_page
from app.fulfilment.queries.shipments import shipment, shipment_facts
from app.fulfilment.service.packing import (
    BoxEntry,
    add_box,
    cancel_packing,
    empty_box,
    finish,
    put_rest,
    scan_into,
    weigh_box,
)
from app.fulfilment.views import blueprint
from app.fulfilment.views.waves import chip_of, go, told
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.texts import _, language, say, translator

_PATH = "/warehouse/packing/<int:packing_id>"


@blueprint.get(_PATH)
@requires(Permission.PICK, scope=Scope.OPERATOR)
def packing(packing_id: int) -> Response:
    return _show(packing_id)


def _chosen_box() -> int | None:
    text = request.values.get("box", "")
    return int(text) if text.isdigit() and len(text) < 18 else None


@blueprint.post(f"{_PATH}/scan")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def scan_packing(packing_id: int) -> Response:
    packing_page(actor(), packing_id)
    form = ScanForm()
    if form.validate():
        with form.catching():
            sku = scan_into(actor(), packing_id, _chosen_box(), form.code.data or "")
            tell(_("{sku} is in the package.", sku=sku))
            return go("fulfilment.packing", packing_id=packing_id, box=_chosen_box())
    return _show(packing_id, scan=form)


@blueprint.post(f"{_PATH}/boxes")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def new_box(packing_id: int) -> Response:
    packing_page(actor(), packing_id)
    box: int | None = None
    try:
        box = add_box(actor(), packing_id, request.form.get("kind", "CT"))
    except (Conflict, Invalid) as error:
        told(error)
    return go("fulfilment.packing", packing_id=packing_id, box=box)


@blueprint.post(f"{_PATH}/rest")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def pack_rest(packing_id: int) -> Response:
    packing_page(actor(), packing_id)
    try:
        put_rest(actor(), packing_id, _chosen_box())
    except Conflict as error:
        told(error)
    return go("fulfilment.packing", packing_id=packing_id, box=_chosen_box())


@blueprint.post(f"{_PATH}/boxes/<int:box_id>/empty")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def empty_package(packing_id: int, box_id: int) -> Response:
    packing_page(actor(), packing_id)
    try:
        empty_box(actor(), packing_id, box_id, removes=bool(request.form.get("remove")))
    except Conflict as error:
        told(error)
    return go("fulfilment.packing", packing_id=packing_id)


@blueprint.post(f"{_PATH}/boxes/<int:box_id>")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def save_box(packing_id: int, box_id: int) -> Response:
    packing_page(actor(), packing_id)
    form = BoxForm()
    form.offer()
    if form.validate():
        with form.catching():
            entry = BoxEntry(
                form.kind.data, form.weight.data, form.length.data, form.width.data, form.height.data
            )  # fmt: skip
            weigh_box(actor(), packing_id, box_id, entry)
            tell(_("Saved."))
            return go("fulfilment.packing", packing_id=packing_id, box=box_id)
    return _show(packing_id, box=form, box_id=box_id)


@blueprint.post(f"{_PATH}/finish")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def finish_packing(packing_id: int) -> Response:
    packing_page(actor(), packing_id)
    form = FinishForm()
    _offer(form)
    if form.validate():
        with form.catching():
            carrier = int(form.carrier.data) if form.carrier.data else None
            made = finish(actor(), packing_id, carrier_id=carrier, note=form.note.data or "")
            number = shipment_facts(actor(), made).number
            tell(_("Shipment {number} is packed. Send it when the carrier takes it.", number=number))
            return go("fulfilment.warehouse_shipment", number=number)
    return _show(packing_id, end=form)


@blueprint.post(f"{_PATH}/cancel")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def cancel_packing_now(packing_id: int) -> Response:
    found, form = packing_page(actor(), packing_id), ReasonForm()
    if form.validate():
        with form.catching():
            cancel_packing(actor(), packing_id, reason=form.reason.data or "")
            tell(_("Given up. What was picked goes back to its bin."))
            return go("fulfilment.wave", number=found.wave)
    return _show(packing_id, reason=form)


def _offer(form: FinishForm) -> None:
    form.offer((one.id, one.name) for one in carriers(actor()))


def _show(
    packing_id: int, *, scan: Form | None = None, box: BoxForm | None = None, box_id: int = 0, end: FinishForm | None = None,
    reason: Form | None = None,
) -> Response:  # fmt: skip
    found = packing_page(actor(), packing_id)
    chosen = next((one for one in found.boxes if one.id == (box_id or _chosen_box())), None)
    if chosen is None and found.boxes:
        chosen = found.boxes[-1]
    if end is None:
        end = FinishForm(formdata=None)
        _offer(end)
    if box is None and chosen is not None:
        box = BoxForm(formdata=None, data=_known(chosen.kind, found, chosen.id))
        box.offer()
    forms = [form for form in (scan, box, end, reason) if form is not None]
    return render_page(
        "fulfilment/pack_show.html",
        packing=found,
        chosen=chosen,
        scan=scan or ScanForm(formdata=None),
        box=box,
        end=end,
        reason=reason or ReasonForm(formdata=None),
        kinds={code: say(name) for code, name in KINDS.items()},
        is_open=found.state == "open",
        has_prefix=bool(packing_settings(actor()).company_prefix),
        chip_of=chip_of,
        status=max(form.status for form in forms),
    )


def _known(kind: str, found: PackingPage, box_id: int) -> dict[str, object]:
    row = next(one for one in found.boxes if one.id == box_id)
    sizes = {"weight": row.weight, "length": row.length, "width": row.width, "height": row.height}
    return {"kind": kind} | {name: _bare(value) for name, value in sizes.items()}


def _bare(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.normalize() + 0


@blueprint.get(f"{_PATH}/labels.pdf")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def packing_labels(packing_id: int) -> Response:
    labels = labels_of_packing(actor(), packing_page(actor(), packing_id))
    return _pdf(labels, f"labels-{packing_id}.pdf")


@blueprint.get("/warehouse/shipments/<number:number>/labels.pdf")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def shipment_labels(number: str) -> Response:
    return _pdf(labels_of_shipment(actor(), shipment(actor(), number)), f"{number}-labels.pdf")


def _pdf(labels: Sequence[PackageLabel], name: str) -> Response:
    if not labels:
        raise NotFound
    pdf = print_labels(labels, language=language(), translate=translator(language()))
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", download_name=name, max_age=0)
