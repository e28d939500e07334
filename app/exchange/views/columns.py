"""Which column of a file feeds which field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for

from app.core.errors import Forbidden
from app.core.texts import N_
from app.exchange.domain.reading import Column
from app.exchange.domain.runs import CAN_CHOOSE_COLUMNS
from app.exchange.forms.imports import ColumnsForm, column_name, columns_form
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.exchange.queries.codes import warehouse_codes
from app.exchange.queries.runs import run as run_of
from app.exchange.queries.runs import saved_mappings
from app.exchange.service.runs import Choice, choose_columns
from app.exchange.views import blueprint
from app.exchange.views.words import DELIMITERS, ENCODINGS, KINDS, SIGNS
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.route("/imports/<int:run_id>/columns", methods=["GET", "POST"])
@requires(Permission.CATALOGUE, Permission.PRICES, Permission.STOCK, Permission.ACCOUNTS, Permission.HISTORY)
def columns(run_id: int) -> Response:
    run = run_of(actor(), run_id)
    importer = IMPORTERS[run.kind]
    if not actor().can(importer.permission):
        raise Forbidden(N_("You have no right to import this kind of file."))
    if run.state not in CAN_CHOOSE_COLUMNS:
        return _to_run(run_id)
    found = read_columns(run.reading)
    saved = saved_mappings(actor(), run.kind)
    mapping = saved.get(request.args.get("mapping", "")) or run.mapping
    form = columns_form(
        importer, found, mapping=mapping, options=run.options, decimal_sign=run.decimal_sign, codes=_codes(importer)
    )
    if form.validate_on_submit() and (choice := _choice(form, found, importer)):
        with form.catching():
            choose_columns(actor(), run_id, choice)
            return _to_run(run_id)
    rows = [(column, form[column_name(column)]) for column in found]
    options = [form[f"option_{option.name}"] for option in importer.options]
    return render_page(
        "exchange/imports_columns.html", run=run, importer=importer, form=form, rows=rows, options=options,
        saved=list(saved), facts_found=reading_facts(run.reading), needed=_needed(importer), status=form.status,
    )  # fmt: skip


def _to_run(run_id: int) -> Response:
    address = url_for("exchange.show", run_id=run_id)
    return Response(status=303, headers={"Location": address})


def _choice(form: ColumnsForm, found: list[Column], importer: Importer) -> Choice | None:
    mapping, twice = form.choice_of(found)
    if twice:
        return None
    return Choice(mapping, form.options(importer), form.decimal_sign.data or "", form.save_as.data or "")


def _needed(importer: Importer) -> str:
    return ", ".join(str(say(field.label)) for field in importer.fields if field.is_required)


def _codes(importer: Importer) -> list[str]:
    """Known variants of fields by code; only stock has such fields."""
    return warehouse_codes(actor()) if importer.code == "stock" else []


def read_columns(reading: Mapping[str, Any]) -> list[Column]:
    return [Column(c["index"], c["name"], c["header"], tuple(c["samples"])) for c in reading["columns"]]


def reading_facts(reading: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """How the file was understood, as pairs for the page."""
    facts = [(_("File"), KINDS[reading["kind"]])]
    if reading["sheet"]:
        facts.append((_("Sheet"), reading["sheet"]))
    if reading["sheets_ignored"]:
        facts.append((_("Other sheets, not read"), ", ".join(reading["sheets_ignored"])))
    if reading["encoding"]:
        facts.append((_("Encoding"), ENCODINGS.get(reading["encoding"], reading["encoding"].upper())))
    if reading["delimiter"]:
        facts.append((_("Separator"), DELIMITERS.get(reading["delimiter"], reading["delimiter"])))
    header = _("row {row}", row=reading["header_row"]) if reading["header_row"] else _("none")
    facts.append((_("Headers"), header))
    if reading.get("decimal_sign"):
        facts.append((_("Decimal sign"), SIGNS[reading["decimal_sign"]]))
    return facts
