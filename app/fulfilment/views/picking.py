"""Picking a list: at the desk, or on a phone with a scanner or the camera."""

from __future__ import annotations

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.fulfilment.forms.warehouse import REASON_NAMES, ScanForm, TakeForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.waves import list_page
from app.fulfilment.service.picking import begin, enter, scan, take_back
from app.fulfilment.views import blueprint
from app.fulfilment.views.waves import chip_of, go, told
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say

_PATH = "/warehouse/lists/<int:list_id>"


@blueprint.get(_PATH)
@requires(Permission.PICK, scope=Scope.OPERATOR)
def pick_list(list_id: int) -> Response:
    return _show(list_id, ScanForm(formdata=None), None)


@blueprint.post(f"{_PATH}/begin")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def begin_list(list_id: int) -> Response:
    list_page(actor(), list_id)
    try:
        begin(actor(), list_id, takes_over=bool(request.form.get("take_over")))
    except Conflict as error:
        told(error)
    return go("fulfilment.pick_list", list_id=list_id)


@blueprint.post(f"{_PATH}/scan")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def scan_list(list_id: int) -> Response:
    """A wrong code stays in the field: the next scan replaces it."""
    list_page(actor(), list_id)
    form = ScanForm()
    if form.validate():
        with form.catching():
            tell(say(scan(actor(), list_id, form.code.data or "").words))
            return go("fulfilment.pick_list", list_id=list_id)
    return _show(list_id, form, None)


@blueprint.post(f"{_PATH}/lines/<int:line_id>/take")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def take_line(list_id: int, line_id: int) -> Response:
    list_page(actor(), list_id)
    form = TakeForm()
    form.offer()
    if form.validate() and form.quantity.data is not None:
        with form.catching():
            serials = (form.serials.data or "").replace(",", " ").split()
            enter(actor(), list_id, line_id, form.quantity.data, reason=form.reason.data or "", serials=serials)
            return go("fulfilment.pick_list", list_id=list_id)
    return _show(list_id, ScanForm(formdata=None), form, line_id)


@blueprint.post(f"{_PATH}/lines/<int:line_id>/back")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def take_line_back(list_id: int, line_id: int) -> Response:
    list_page(actor(), list_id)
    try:
        take_back(actor(), list_id, line_id)
    except (Conflict, Invalid) as error:
        told(error)
    else:
        tell(_("The line is open again."))
    return go("fulfilment.pick_list", list_id=list_id)


def _show(list_id: int, form: ScanForm, take: TakeForm | None, line_id: int = 0) -> Response:
    found = list_page(actor(), list_id)
    wished = request.args.get("line", "")
    wanted = line_id or (int(wished) if wished.isdigit() and len(wished) < 18 else 0)
    waiting = {line.id: line for line in found.lines if line.state == "waiting"}
    current = waiting.get(wanted) or found.current
    if take is None:
        take = TakeForm(formdata=None, quantity=current.quantity.normalize() + 0 if current is not None else None)
        take.offer()
    is_open = found.wave_state == "open" and found.state in ("waiting", "picking")
    return render_page(
        "fulfilment/pick_list.html",
        list=found,
        current=current if is_open else None,
        is_open=is_open,
        is_others=found.state == "picking" and found.picker_id != actor().user_id,
        form=form,
        take=take,
        chip_of=chip_of,
        reasons=REASON_NAMES,
        status=max(form.status, take.status),
    )
