"""The way of batches and pieces."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.core.actor import Scope
from app.core.tables.writing import csv_chunks
from app.inventory.forms import TrackingForm
from app.inventory.policy import Permission
from app.inventory.queries.tracing import needs_of
from app.inventory.queries.tracing import trace as find_trace
from app.inventory.views import blueprint
from app.web.access import actor, requires
from app.web.fragments import render_page


@blueprint.get("/stock-trace")
@requires(Permission.READ, scope=Scope.OPERATOR)
def trace() -> Response:
    words = request.args.get("q", "").strip()[:60]
    found = find_trace(actor(), words) if words else None
    needs = needs_of(actor(), words) if words else None
    form = TrackingForm(formdata=None, obj=needs) if needs is not None else None
    return render_page(
        "inventory/trace.html", words=words, found=found, needs=needs, form=form,
        may_set=actor().can(Permission.RULES),
    )  # fmt: skip


@blueprint.get("/stock-trace/export.csv")
@requires(Permission.READ, scope=Scope.OPERATOR)
def export_trace() -> Response:
    """The way as a table, for a recall: who received what of it."""
    words = request.args.get("q", "").strip()[:60]
    moves = find_trace(actor(), words).moves if words else []
    rows: list[list[Any]] = [
        ["at", "sku", "batch", "serial_numbers", "warehouse", "bin", "quantity", "unit", "account", "why", "number",
         "supplier", "customer"],
        *([move.at.isoformat(), move.sku, move.batch, move.serials, move.warehouse, move.bin,
           move.quantity.normalize() + 0, move.unit, move.condition, move.reason, move.reference, move.supplier,
           move.customer] for move in moves),
    ]  # fmt: skip
    response = Response(b"".join(csv_chunks(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="trace.csv")
    return response
