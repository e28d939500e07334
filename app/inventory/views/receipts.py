"""Receipts of goods: begun, counted, booked."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.inventory.forms import ArticleForm, LinesForm, NewReceiptForm, TrackingForm
from app.inventory.policy import Permission
from app.inventory.queries import papers
from app.inventory.queries.papers import ReceiptLine
from app.inventory.queries.shelves import warehouses
from app.inventory.service.receipts import (
    Counted,
    NewReceipt,
    add_receipt_line,
    book_receipt,
    cancel_receipt,
    count_receipt,
    open_receipt,
    remove_receipt_line,
    set_tracking,
)
from app.inventory.views import blueprint
from app.inventory.views.entered import entered, entered_day, entered_number, entered_pieces
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _

_ONE = "/stock-receipts/<int:receipt_id>"


@blueprint.get("/stock-receipts")
@requires(Permission.READ, scope=Scope.OPERATOR)
def receipts() -> Response:
    return render_page(
        "inventory/receipts.html", rows=papers.receipts(actor()), may_receive=actor().can(Permission.RECEIVE)
    )


@blueprint.route("/stock-receipts/new", methods=["GET", "POST"])
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def new_receipt() -> Response:
    form = NewReceiptForm(arrived_on=clock.today(), purchase=request.args.get("purchase", ""))
    form.warehouse.choices = choices((place.code, place.name) for place in warehouses(actor()))
    if form.validate_on_submit():
        with form.catching():
            receipt_id = open_receipt(
                actor(),
                NewReceipt(
                    form.warehouse.data or "", form.arrived_on.data, (form.supplier.data or "").strip(),
                    (form.delivery_note.data or "").strip(), (form.note.data or "").strip(),
                    (form.purchase.data or "").strip(),
                ),
                client_ref=form.client_ref.data,
            )  # fmt: skip
            return go("inventory.show_receipt", receipt_id=receipt_id)
    return render_page("inventory/receipt_new.html", form=form, status=form.status)


@blueprint.get(_ONE)
@requires(Permission.READ, scope=Scope.OPERATOR)
def show_receipt(receipt_id: int) -> Response:
    return _shown(receipt_id, LinesForm(formdata=None), ArticleForm(formdata=None, prefix="a-"))


@blueprint.post(_ONE)
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def save_receipt(receipt_id: int) -> Response:
    """Keep what was counted; with the button "book" put it into stock."""
    _paper, lines = papers.receipt(actor(), receipt_id)
    form = LinesForm()
    if form.validate():
        with form.catching():
            count_receipt(actor(), receipt_id, {line.id: _counted(line) for line in lines})
            if request.form.get("then") == "book":
                book_receipt(actor(), receipt_id)
                tell(_("The goods are in the warehouse."))
            else:
                tell(_("Saved."))
            return go("inventory.show_receipt", receipt_id=receipt_id)
    return _shown(receipt_id, form, ArticleForm(formdata=None, prefix="a-"))


def _counted(line: ReceiptLine) -> Counted:
    zero = Decimal(0)
    return Counted(
        entered_number(line.id, "received", line.sku) or zero, entered_number(line.id, "damaged", line.sku) or zero,
        entered(line.id, "last") == "y", entered(line.id, "batch"), entered_day(line.id, "expires_on", line.sku),
        entered_pieces(line.id, "serials"), entered(line.id, "bin"),
    )  # fmt: skip


@blueprint.post(f"{_ONE}/lines")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def add_to_receipt(receipt_id: int) -> Response:
    """A line for goods nobody announced."""
    form = ArticleForm(prefix="a-")
    if form.validate():
        with form.catching():
            add_receipt_line(actor(), receipt_id, form.sku.data or "")
            return go("inventory.show_receipt", receipt_id=receipt_id)
    return _shown(receipt_id, LinesForm(formdata=None), form)


@blueprint.post(f"{_ONE}/lines/<int:line_id>/split")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def split_receipt_line(receipt_id: int, line_id: int) -> Response:
    """A second batch of what a line says."""
    add_receipt_line(actor(), receipt_id, "", of_line=line_id)
    return go("inventory.show_receipt", receipt_id=receipt_id)


@blueprint.post(f"{_ONE}/lines/<int:line_id>/remove")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def drop_receipt_line(receipt_id: int, line_id: int) -> Response:
    remove_receipt_line(actor(), receipt_id, line_id)
    return go("inventory.show_receipt", receipt_id=receipt_id)


@blueprint.post(f"{_ONE}/cancel")
@requires(Permission.RECEIVE, scope=Scope.OPERATOR)
def drop_receipt(receipt_id: int) -> Response:
    cancel_receipt(actor(), receipt_id)
    tell(_("The receipt is cancelled. Nothing was booked."))
    return go("inventory.receipts")


@blueprint.post("/stock/tracking/<sku:sku>")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_tracking(sku: str) -> Response:
    """What receipts and shipments must say of an article."""
    form = TrackingForm()
    if form.validate():
        with form.catching():
            set_tracking(
                actor(), sku, batch=bool(form.needs_batch.data), expiry=bool(form.needs_expiry.data),
                serial=bool(form.needs_serial.data),
            )  # fmt: skip
            tell(_("Saved."))
            return go("inventory.trace", q=sku)
    return render_page("inventory/tracking.html", form=form, sku=sku, status=form.status)


def _shown(receipt_id: int, form: LinesForm, article: ArticleForm) -> Response:
    paper, lines = papers.receipt(actor(), receipt_id)
    return render_page(
        "inventory/receipt_show.html", paper=paper, lines=lines, form=form, article=article, sent=request.form,
        may_receive=actor().can(Permission.RECEIVE) and paper.state == "open",
        status=max(form.status, article.status),
    )  # fmt: skip
