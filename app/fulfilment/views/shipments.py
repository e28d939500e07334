"""Shipments: the customer's own, and for the operator those of all accounts; papers and pictures of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Response, request, send_file, url_for

from app.accounts.queries.companies import customer_party, operator_party
from app.core import storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.documents.rendering import render_delivery_note, render_packing_list
from app.fulfilment.documents.despatch import despatch_advice
from app.fulfilment.domain.shipment import DIFFERENCE_NAMES, SHIPMENT_STATE_NAMES, DifferenceKind, ShipmentState
from app.fulfilment.forms.shipments import SendForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.shipments import ShipmentFacts, ShipmentFilters, shipment
from app.fulfilment.queries.shipments import shipments as find_shipments
from app.fulfilment.views import blueprint
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.papers import look_for
from app.web.texts import _, say, translator

_TONES: Mapping[ShipmentState, str] = {
    ShipmentState.PACKED: "seal",
    ShipmentState.SENT: "info",
    ShipmentState.DELIVERED: "good",
    ShipmentState.DISCARDED: "warn",
}
_PAPERS = {"delivery-note": render_delivery_note, "packing-list": render_packing_list}


def state_chip(state: ShipmentState) -> tuple[str, str]:
    """Tone and word of a shipment's state."""
    return _TONES[state], say(SHIPMENT_STATE_NAMES[state])


def difference_words(code: str) -> str:
    """Why a quantity was not taken."""
    return say(DIFFERENCE_NAMES[DifferenceKind(code)]) if code else ""


@blueprint.get("/shipments")
@requires(Permission.READ, scope=Scope.TENANT)
def shipments() -> Response:
    return _list(is_warehouse=False)


@blueprint.get("/warehouse/shipments")
@requires(Permission.READ, scope=Scope.OPERATOR)
def warehouse_shipments() -> Response:
    return _list(is_warehouse=True)


def _list(*, is_warehouse: bool) -> Response:
    state = request.args.get("state", "")
    filters = ShipmentFilters(
        text=request.args.get("q", "").strip()[:60],
        state=state if state in set(map(str, ShipmentState)) else "",
        account=request.args.get("account", "").strip()[:60] if is_warehouse else "",
    )
    keyset = keyset_from_request(parts=(datetime.fromisoformat, int))
    rows = find_shipments(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "fulfilment/shipments_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.packed_at, row.id)),
        filters=filters,
        is_filtered=filters != ShipmentFilters(),
        states=[("", _("All")), *((str(one), say(name)) for one, name in SHIPMENT_STATE_NAMES.items())],
        is_warehouse=is_warehouse,
        chip_of=state_chip,
        here=url_for("fulfilment.warehouse_shipments" if is_warehouse else "fulfilment.shipments"),
    )


@blueprint.get("/shipments/<number:number>")
@requires(Permission.READ, scope=Scope.TENANT)
def shipment_page(number: str) -> Response:
    return show_shipment(shipment(actor(), number))


@blueprint.get("/warehouse/shipments/<number:number>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def warehouse_shipment(number: str) -> Response:
    return show_shipment(shipment(actor(), number))


def show_shipment(found: ShipmentFacts, form: SendForm | None = None) -> Response:
    """The page of a shipment, for whoever asks."""
    is_warehouse = actor().is_operator
    form = form or SendForm(formdata=None, data={"tracking": "\n".join(found.tracking_numbers)})
    return render_page(
        "fulfilment/shipment_show.html",
        shipment=found,
        state=state_chip(found.state),
        is_warehouse=is_warehouse,
        may_send=is_warehouse and actor().can(Permission.SEND),
        is_packed=found.state is ShipmentState.PACKED,
        is_sent=found.state is ShipmentState.SENT,
        form=form,
        difference=difference_words,
        back=url_for("fulfilment.warehouse_shipments" if is_warehouse else "fulfilment.shipments"),
        status=form.status,
    )


@blueprint.get("/shipments/<number:number>/<any('delivery-note', 'packing-list'):paper>.pdf")
@requires(Permission.READ)
def shipment_paper(number: str, paper: str) -> Response:
    """In the customer's language, whoever asks."""
    found = shipment(actor(), number)
    buyer = customer_party(actor(), found.company_id)
    document = despatch_advice(found, seller=operator_party(actor()), buyer=buyer)
    brand, language = look_for(actor(), found.company_id, buyer.locale, buyer.country)
    pdf = _PAPERS[paper](document, language=language, translate=translator(buyer.locale), brand=brand)
    return send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=f"{found.number}-{paper}.pdf",
        max_age=0,
    )  # fmt: skip


@blueprint.get("/shipments/<number:number>/proof/<any('photo', 'signature'):kind>")
@requires(Permission.READ)
def proof_picture(number: str, kind: str) -> Response:
    proof = shipment(actor(), number).proof
    file_id: Any = None if proof is None else proof.photo_id if kind == "photo" else proof.signature_id
    if file_id is None:
        raise NotFound
    file = storage.find(actor(), file_id)
    return send_file(storage.open_file(file), mimetype=file.media_type, etag=file.sha256, max_age=0)
