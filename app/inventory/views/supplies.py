"""Suppliers' stock and batches."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Invalid
from app.inventory.forms import BatchForm
from app.inventory.policy import Permission
from app.inventory.queries import arrivals
from app.inventory.queries.shelves import warehouses
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.views import blueprint
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.get("/supplier-stock")
@requires(Permission.READ, scope=Scope.OPERATOR)
def supplier_stock() -> Response:
    words = request.args.get("q", "").strip()[:100]
    keyset = keyset_from_request(parts=(int,))
    rows = arrivals.supplier_stock(actor(), words=words, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "inventory/supplier_stock.html", page=page_of(rows, keyset, key=lambda row: (row.id,)), words=words
    )


@blueprint.get("/batches")
@requires(Permission.READ, scope=Scope.OPERATOR)
def batches() -> Response:
    form = BatchForm(formdata=None, sku=request.args.get("sku", ""))
    return _batches(form)


@blueprint.post("/batches")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def set_batch() -> Response:
    form = BatchForm()
    form.warehouse.choices = choices((place.code, place.name) for place in warehouses(actor()))
    if form.validate():
        with form.catching():
            row = BatchRow(
                (form.sku.data or "").strip(), form.warehouse.data or "", (form.number.data or "").strip(),
                form.quantity.data or Decimal(0), form.expires_on.data,
            )  # fmt: skip
            done = set_batches(actor(), [row])
            problem = done.results[0].problem
            if problem is not None:
                raise Invalid("", problem)
            tell(_("Saved."))
            if done.over:
                tell(_("The batches hold more than is on hand. Count again."), "warn")
            return go("inventory.batches", q=row.sku)
    return _batches(form)


def _batches(form: BatchForm) -> Response:
    words = request.args.get("q", "").strip()[:100]
    keyset = keyset_from_request(parts=(str, int))
    rows = arrivals.batches(actor(), words=words, after=keyset.after, before=keyset.before, limit=keyset.limit)
    form.warehouse.choices = choices((place.code, place.name) for place in warehouses(actor()))
    return render_page(
        "inventory/batches.html",
        page=page_of(rows, keyset, key=lambda row: (row.expires_on or "infinity", row.id)),
        words=words,
        form=form,
        may_adjust=actor().can(Permission.ADJUST),
        status=form.status,
    )
