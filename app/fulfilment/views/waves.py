"""The warehouse desk: what is ready, waves being picked, what waits for packing."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Response, make_response, redirect, request, send_file, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.fulfilment.documents.pick_paper import pick_paper
from app.fulfilment.domain.waves import METHOD_NAMES, Method
from app.fulfilment.forms.warehouse import REASON_NAMES, ReasonForm, WaveForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.ready import ready
from app.fulfilment.queries.waves import WaveRow, list_page, open_waves, past_waves, to_pack, wave_page
from app.fulfilment.service.waves import cancel_wave, start_wave
from app.fulfilment.views import blueprint
from app.inventory.queries.shelves import WarehouseLine, warehouses
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, say, translator

_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("seal", _("Being picked")),
    "done": ("good", _("Done")),
    "cancelled": ("plain", _("Cancelled")),
    "waiting": ("seal", _("Waits")),
    "picking": ("info", _("Being picked")),
    "picked": ("good", _("Picked")),
    "packed": ("good", _("Packed")),
    "short": ("warn", _("Short")),
}


def chip_of(state: str) -> tuple[str, str]:
    """Tone and word of a state of waves, lists, lines and deliveries."""
    return _STATES[state]


@blueprint.get("/warehouse/picking")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def picking_desk() -> Response:
    return _show_desk(_place(request.args.get("warehouse", "")), None)


@blueprint.post("/warehouse/picking")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def new_wave() -> Response:
    place, form = _place(request.form.get("warehouse", "")), WaveForm()
    form.offer()
    if place is not None and form.validate():
        with form.catching():
            chosen = {int(text) for text in request.form.getlist("pick") if text.isdigit() and len(text) < 18}
            number = start_wave(
                actor(), place.id, chosen, Method(form.method.data), client_ref=form.client_ref.data
            )  # fmt: skip
            tell(_("Wave {number} can be picked.", number=number))
            return go("fulfilment.wave", number=number)
    return _show_desk(place, form)


def _place(code: str) -> WarehouseLine | None:
    """The warehouse named in the address, else the first."""
    places = warehouses(actor())
    for place in places:
        if place.code == code:
            return place
    if code:
        raise NotFound(N_("There is no warehouse {code}.", code=code))
    return places[0] if places else None


def _show_desk(place: WarehouseLine | None, form: WaveForm | None) -> Response:
    if form is None:
        form = WaveForm(formdata=None)
        form.offer()
    return render_page(
        "fulfilment/pick_desk.html",
        place=place,
        places=warehouses(actor()),
        form=form,
        picked=request.form.getlist("pick"),
        ready=ready(actor(), place.id) if place is not None else [],
        waves=open_waves(actor(), place.id) if place is not None else [],
        to_pack=to_pack(actor(), place.id) if place is not None else [],
        say=say,
        may_set_rules=actor().can(Permission.RULES),
        status=form.status,
    )


@blueprint.get("/warehouse/waves")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def waves() -> Response:
    keyset = keyset_from_request(parts=(int,))
    before = int(str(keyset.after[0])) if keyset.after else None
    rows = past_waves(actor(), before=before, limit=keyset.limit)
    return render_page("fulfilment/wave_index.html", page=page_of(rows, keyset, key=_key), chip_of=chip_of)


def _key(row: WaveRow) -> tuple[int]:
    return (row.id,)


@blueprint.get("/warehouse/waves/<number:number>")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def wave(number: str) -> Response:
    return _show_wave(number, ReasonForm(formdata=None))


@blueprint.post("/warehouse/waves/<number:number>/cancel")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def cancel_wave_now(number: str) -> Response:
    form = ReasonForm()
    wave_page(actor(), number)
    if form.validate():
        with form.catching():
            cancel_wave(actor(), number, reason=form.reason.data or "")
            tell(_("Wave {number} is cancelled. What was picked goes back to its bin.", number=number))
            return go("fulfilment.wave", number=number)
    return _show_wave(number, form)


def _show_wave(number: str, form: ReasonForm) -> Response:
    found = wave_page(actor(), number)
    return render_page(
        "fulfilment/wave_show.html",
        wave=found,
        method=say(METHOD_NAMES[Method(found.head.method)]),
        form=form,
        chip_of=chip_of,
        reasons=REASON_NAMES,
        status=form.status,
    )


@blueprint.get("/warehouse/lists/<int:list_id>.pdf")
@requires(Permission.PICK, scope=Scope.OPERATOR)
def list_paper(list_id: int) -> Response:
    found = list_page(actor(), list_id)
    pdf = pick_paper(found, language(), translator(language()))
    name = f"{found.wave}-{found.position}.pdf"
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", download_name=name, max_age=0)


def go(endpoint: str, **values: object) -> Response:
    """See other: reloading repeats nothing."""
    return make_response(redirect(url_for(endpoint, **values), code=303))  # type: ignore[arg-type]


def told(error: Conflict | Invalid) -> None:
    """Say what a button could not do."""
    tell(say(error.message), "warn")
