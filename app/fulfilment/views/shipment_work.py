"""What the warehouse does with shipments: pack an order, send, take back, enter the proof of delivery."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Response, make_response, redirect, request, url_for

from app.core import clock
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.fulfilment.domain.shipment import DIFFERENCE_NAMES, DifferenceKind, LineDifference, Proof
from app.fulfilment.forms.shipments import ProofForm, SendForm, ShipForm, picture
from app.fulfilment.policy import Permission
from app.fulfilment.queries.carriers import carriers
from app.fulfilment.queries.shipments import ShipmentFacts, ShippedLine, shipment, shipment_facts
from app.fulfilment.queries.shipping import LINES_SHOWN, OpenLine, Shippable, shippable
from app.fulfilment.service.order_shipments import LineWish, Wish, ship_order
from app.fulfilment.service.shipments import deliver, discard, send, track
from app.fulfilment.views import blueprint
from app.fulfilment.views.shipments import show_shipment
from app.ordering.queries.orders import OrderPage
from app.ordering.queries.orders import order as find_order
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, say

_PATH = "/warehouse/shipments/<number:number>"
_SHIP = "/warehouse/ship/<account>/<number:number>"


def _go(number: str) -> Response:
    return make_response(redirect(url_for("fulfilment.warehouse_shipment", number=number), code=303))


@blueprint.get(_SHIP)
@requires(Permission.SEND, scope=Scope.OPERATOR)
def ship_page(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    found = shippable(actor(), order.id, _delivery())
    form = ShipForm(formdata=None, data={"warehouse": str(found.warehouse_id), "package_count": 1})
    return _show_ship(order, found, form)


def _delivery() -> int | None:
    text = request.values.get("delivery", "")
    return int(text) if text.isdigit() and len(text) < 18 else None


@blueprint.post(_SHIP)
@requires(Permission.SEND, scope=Scope.OPERATOR)
def ship(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    found = shippable(actor(), order.id, _delivery())
    form = ShipForm()
    _offer(form, found)
    if form.validate():
        with form.catching():
            wish = Wish(
                int(form.warehouse.data), _wished(found), found.delivery.id if found.delivery else None,
                form.package_count.data or 0, int(form.carrier.data) if form.carrier.data else None,
                form.note.data or "", form.expected_on.data,
            )  # fmt: skip
            made = ship_order(actor(), order.company_id, order.id, wish, client_ref=form.client_ref.data)
            packed = shipment_facts(actor(), made)
            tell(_("Shipment {number} is packed. Send it when the carrier takes it.", number=packed.number))
            return _go(packed.number)
    return _show_ship(order, found, form)


def _offer(form: ShipForm, found: Shippable) -> None:
    form.offer(
        [(one.id, f"{one.code} {one.name}") for one in found.warehouses],
        [(one.id, one.name) for one in carriers(actor())],
    )


def _show_ship(order: OrderPage, found: Shippable, form: ShipForm) -> Response:
    _offer(form, found)
    return render_page(
        "fulfilment/ship_order.html",
        order=order,
        found=found,
        lines=found.lines[:LINES_SHOWN],
        more=len(found.lines) - LINES_SHOWN,
        form=form,
        entered=request.form,
        takes_lines=request.form.get("part") == "lines",
        back=url_for("ordering.sales_order", account=order.account, number=order.number),
        status=form.status,
    )


def _wished(found: Shippable) -> dict[int, LineWish] | None:
    """How much of which line was entered; None when all that is open was chosen. Raises Invalid."""
    if request.form.get("part") != "lines":
        if any(text.strip() for key, text in request.form.items() if key.startswith("quantity-")):
            raise Invalid(
                "lines", N_("You entered quantities and chose the whole order. Please choose one of the two.")
            )
        return None
    wished: dict[int, LineWish] = {}
    for line in found.lines[:LINES_SHOWN]:
        text = request.form.get(f"quantity-{line.id}", "").strip()
        quantity = _number(text, line) if text else Decimal(0)
        if quantity:
            batch = request.form.get(f"batch-{line.id}", "").strip()[:60]
            serials = request.form.get(f"serials-{line.id}", "").replace(",", " ").split()
            wished[line.id] = LineWish(quantity, batch, tuple(serials))
    if not wished:
        raise Invalid("lines", N_("Enter how much of at least one line leaves."))
    return wished


def _number(text: str, line: OpenLine | ShippedLine) -> Decimal:
    try:
        return parse_decimal(text, language())
    except ValueError:
        raise Invalid(
            "lines", N_("Line {position}: “{given}” is not a number.", position=line.position, given=text[:40])
        ) from None


@blueprint.post(f"{_PATH}/send")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def send_shipment(number: str) -> Response:
    found = shipment(actor(), number)
    form = SendForm()
    if form.validate():
        with form.catching():
            send(actor(), found.id, tracking_numbers=form.numbers)
            tell(_("Shipment {number} is on its way.", number=number))
            return _go(number)
    return show_shipment(found, form)


@blueprint.post(f"{_PATH}/tracking")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def track_shipment(number: str) -> Response:
    found = shipment(actor(), number)
    form = SendForm()
    if form.validate():
        with form.catching():
            track(actor(), found.id, form.numbers)
            tell(_("Saved."))
            return _go(number)
    return show_shipment(found, form)


@blueprint.post(f"{_PATH}/take-back")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def take_back(number: str) -> Response:
    found = shipment(actor(), number)
    try:
        discard(actor(), found.id)
    except Conflict as error:
        tell(say(error.message), "warn")
    else:
        tell(_("Shipment {number} is taken back. Its goods can be packed again.", number=number))
    return _go(number)


@blueprint.get(f"{_PATH}/proof")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def proof_page(number: str) -> Response:
    now = clock.now().astimezone(ZoneInfo(actor().time_zone)).replace(tzinfo=None)
    return _show_proof(shipment(actor(), number), ProofForm(formdata=None, data={"received_at": now}))


@blueprint.post(f"{_PATH}/proof")
@requires(Permission.SEND, scope=Scope.OPERATOR)
def enter_proof(number: str) -> Response:
    found = shipment(actor(), number)
    form = ProofForm()
    if form.validate():
        with form.catching():
            deliver(actor(), found.id, _proof(found, form))
            tell(_("Shipment {number} is delivered.", number=number))
            return _go(number)
    return _show_proof(found, form)


def _show_proof(found: ShipmentFacts, form: ProofForm) -> Response:
    return render_page(
        "fulfilment/shipment_proof.html",
        shipment=found,
        lines=found.lines[:LINES_SHOWN],
        form=form,
        entered=request.form,
        kinds=[("", _("Took all of it")), *((str(kind), say(name)) for kind, name in DIFFERENCE_NAMES.items())],
        back=url_for("fulfilment.warehouse_shipment", number=found.number),
        status=form.status,
    )


def _proof(found: ShipmentFacts, form: ProofForm) -> Proof:
    moment: datetime = form.received_at.data
    return Proof(
        form.receiver.data, moment.replace(tzinfo=ZoneInfo(actor().time_zone)), form.note.data or "",
        picture(form.photo), picture(form.signature), _differences(found.lines[:LINES_SHOWN]),
    )  # fmt: skip


def _differences(lines: tuple[ShippedLine, ...]) -> list[LineDifference]:
    """Lines of which the receiver did not take all."""
    found = []
    for line in lines:
        kind, text = request.form.get(f"why-{line.id}", ""), request.form.get(f"taken-{line.id}", "").strip()
        if kind not in set(DifferenceKind):
            if text:
                raise Invalid("lines", N_("Line {position}: say why not all of it was taken.", position=line.position))
            continue
        note = request.form.get(f"note-{line.id}", "")
        found.append(LineDifference(line.id, _number(text or "0", line), DifferenceKind(kind), note))
    return found
