"""Transfers between warehouses: planned, sent, received."""

from __future__ import annotations

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.forms import LinesForm, NewTransferForm
from app.inventory.policy import Permission
from app.inventory.queries import papers
from app.inventory.queries.shelves import warehouses
from app.inventory.service.transfers import (
    Arrived,
    TransferRow,
    cancel_transfer,
    plan_transfer,
    receive_transfer,
    send_transfer,
)
from app.inventory.views import blueprint
from app.inventory.views.entered import entered, entered_number, entered_pieces, number_of
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _

_ONE = "/stock-transfers/<int:transfer_id>"
_LINES = 200


@blueprint.get("/stock-transfers")
@requires(Permission.READ, scope=Scope.OPERATOR)
def transfers() -> Response:
    return render_page(
        "inventory/transfers.html", rows=papers.transfers(actor()), may_move=actor().can(Permission.RECEIVE)
    )


@blueprint.route("/stock-transfers/new", methods=["GET", "POST"])
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def new_transfer() -> Response:
    form = NewTransferForm()
    places = [(place.code, place.name) for place in warehouses(actor())]
    form.source.choices, form.target.choices = choices(places), choices(places[::-1])
    if form.validate_on_submit():
        with form.catching():
            transfer_id = plan_transfer(
                actor(), form.source.data or "", form.target.data or "", _rows(form.lines.data or ""),
                client_ref=form.client_ref.data, expected_on=form.expected_on.data, note=(form.note.data or "").strip(),
            )  # fmt: skip
            return go("inventory.show_transfer", transfer_id=transfer_id)
    return render_page("inventory/transfer_new.html", form=form, status=form.status)


def _rows(typed: str) -> list[TransferRow]:
    """One a line: article, quantity, batch; parted by blanks or semicolons. Raises Invalid("lines")."""
    rows = []
    for line in typed.splitlines():
        parts = line.replace(";", " ").replace("\t", " ").split()
        if not parts:
            continue
        if len(parts) not in (2, 3):
            raise Invalid(
                "lines", N_("“{given}”: write the article, the quantity and perhaps a batch.", given=line[:60])
            )
        rows.append(TransferRow(parts[0], number_of(parts[1], parts[0]), parts[2] if len(parts) == 3 else ""))
    if len(rows) > _LINES:
        raise Invalid("lines", N_("At most {count} lines at once.", count=_LINES))
    return rows


@blueprint.get(_ONE)
@requires(Permission.READ, scope=Scope.OPERATOR)
def show_transfer(transfer_id: int) -> Response:
    return _shown(transfer_id, LinesForm(formdata=None))


@blueprint.post(f"{_ONE}/send")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def send(transfer_id: int) -> Response:
    form = LinesForm()
    if form.validate():
        with form.catching():
            send_transfer(actor(), transfer_id)
            tell(_("The goods are on their way."))
            return go("inventory.show_transfer", transfer_id=transfer_id)
    return _shown(transfer_id, form)


@blueprint.post(f"{_ONE}/receive")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def receive_transferred(transfer_id: int) -> Response:
    """An empty field: all of it arrived."""
    _paper, lines = papers.transfer(actor(), transfer_id)
    form = LinesForm()
    if form.validate():
        with form.catching():
            arrived = {}
            for line in lines:
                quantity = entered_number(line.id, "quantity", line.sku)
                pieces = entered_pieces(line.id, "serials") or (tuple(line.serials) if quantity is None else ())
                arrived[line.id] = Arrived(line.sent if quantity is None else quantity, entered(line.id, "bin"), pieces)
            receive_transfer(actor(), transfer_id, arrived, note=request.form.get("note", "").strip()[:200])
            tell(_("The goods are in the warehouse."))
            return go("inventory.show_transfer", transfer_id=transfer_id)
    return _shown(transfer_id, form)


@blueprint.post(f"{_ONE}/cancel")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def drop_transfer(transfer_id: int) -> Response:
    cancel_transfer(actor(), transfer_id)
    tell(_("The transfer is cancelled."))
    return go("inventory.transfers")


def _shown(transfer_id: int, form: LinesForm) -> Response:
    paper, lines = papers.transfer(actor(), transfer_id)
    return render_page(
        "inventory/transfer_show.html", paper=paper, lines=lines, form=form, sent=request.form,
        may_move=actor().can(Permission.RECEIVE), status=form.status,
    )  # fmt: skip
