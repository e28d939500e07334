"""Cost centres of the own company: list, editing, rows in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response

from app.accounts.forms.money import CostCentreFileForm, CostCentreForm
from app.accounts.policy import Permission
from app.accounts.queries import cost_centres as queries
from app.accounts.queries.people import people as people_of
from app.accounts.service import cost_centres as service
from app.accounts.service.cost_centres import CostCentreFacts, CostCentreRow
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.money_labels import told
from app.core import audit
from app.core.actor import Scope
from app.core.errors import Invalid, RowProblem
from app.core.tables.opening import open_table
from app.core.tables.rows import UPLOAD_LIMITS, Cell, Row, cell_text
from app.core.tables.sources import Source
from app.core.tables.writing import csv_chunks
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _

COLUMNS = ("code", "name", "active", "manager")
_YES, _NO = {"yes", "1", "true", "x", "ja", "да", "так"}, {"no", "0", "false", "nein", "нет", "ні"}


@blueprint.get("/company/cost-centres")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def cost_centres() -> Response:
    return render_page(
        "accounts/cost_centres.html",
        centres=queries.cost_centre_lines(actor()),
        may_edit=actor().can(Permission.COST_CENTRES),
    )


@blueprint.route("/company/cost-centres/new", methods=["GET", "POST"])
@requires(Permission.COST_CENTRES, scope=Scope.TENANT)
def new_cost_centre() -> Response:
    form = CostCentreForm()
    _offer_people(form)
    if form.validate_on_submit():
        with form.catching():
            service.set_cost_centre(actor(), _facts(form))
            tell(_("Cost centre {code} is there.", code=form.code.data.strip()))
            return go("accounts.cost_centres")
    return render_page("accounts/cost_centre_edit.html", form=form, found=None, history=(), status=form.status)


@blueprint.route("/company/cost-centres/<int:cost_centre_id>", methods=["GET", "POST"])
@requires(Permission.COST_CENTRES, scope=Scope.TENANT)
def edit_cost_centre(cost_centre_id: int) -> Response:
    found = queries.cost_centre(actor(), cost_centre_id)
    form = CostCentreForm(
        code=found.centre.code, name=found.centre.name, is_active=found.centre.is_active, is_for_all=found.is_for_all,
        manager_id=found.centre.manager_id or 0, people=[user_id for user_id, _name in found.people],
    )  # fmt: skip
    _offer_people(form)
    if form.validate_on_submit():
        with form.catching():
            service.set_cost_centre(actor(), _facts(form), cost_centre_id)
            tell(_("Saved."))
            return go("accounts.cost_centres")
    return render_page(
        "accounts/cost_centre_edit.html", form=form, found=found,
        history=told(audit.history(actor(), "cost_centre", cost_centre_id)), status=form.status,
    )  # fmt: skip


@blueprint.get("/company/cost-centres.csv")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def cost_centres_csv() -> Response:
    """All of them, in the columns the page takes."""
    emails = {one.user_id: one.email for one in people_of(actor())}
    lines = (
        (one.code, one.name, "yes" if one.is_active else "no", emails.get(one.manager_id or 0, ""))
        for one in queries.cost_centre_lines(actor())
    )
    answer = Response(b"".join(csv_chunks([COLUMNS, *lines])), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="cost-centres.csv")
    return answer


@blueprint.route("/company/cost-centres/import", methods=["GET", "POST"])
@requires(Permission.COST_CENTRES, scope=Scope.TENANT)
def import_cost_centres() -> Response:
    form = CostCentreFileForm()
    problems: list[RowProblem] = []
    if form.validate_on_submit():
        with form.catching():
            try:
                done = service.import_cost_centres(actor(), list(_rows(form)))
            except Invalid as error:
                problems = error.details or []
                raise
            tell(_("{created} new, {changed} changed, {same} as before.", created=done.created, changed=done.changed,
                   same=done.same))  # fmt: skip
            return go("accounts.cost_centres")
    return render_page(
        "accounts/cost_centres_import.html", form=form, problems=problems[:100], more=max(len(problems) - 100, 0),
        columns=", ".join(COLUMNS), status=form.status,
    )  # fmt: skip


def _offer_people(form: CostCentreForm) -> None:
    colleagues = [(one.user_id, one.name) for one in people_of(actor()) if one.is_active]
    form.manager_id.choices = choices([(0, str(_("nobody"))), *colleagues])
    form.people.choices = choices(colleagues)


def _facts(form: CostCentreForm) -> CostCentreFacts:
    people = None if form.is_for_all.data else frozenset(form.people.data or ())
    return CostCentreFacts(
        form.code.data, form.name.data, form.is_active.data, form.manager_id.data or None, people
    )  # fmt: skip


def _rows(form: CostCentreFileForm) -> Iterator[CostCentreRow]:
    """The file, or what was pasted; raises Invalid when there is neither, or no column of codes."""
    source: Source = (form.rows.data or "").strip().encode()
    if form.file.data:
        source = form.file.data.stream
    if not source:
        raise Invalid("rows", N_("Paste rows, or choose a file."))
    with open_table(source, limits=UPLOAD_LIMITS, is_header=_is_header) as table:
        yield from _read(table.rows())


def _is_header(cells: Sequence[Cell]) -> bool:
    return "code" in {cell_text(cell).strip().lower() for cell in cells}


def _read(rows: Iterator[Row]) -> Iterator[CostCentreRow]:
    header = next(rows, None)
    names = [cell_text(cell).strip().lower() for cell in header.cells] if header else []
    if "code" not in names:
        raise Invalid("rows", N_("The first row must name the columns: code, name, active, manager."))
    for row in rows:
        cells = {name: cell_text(row.cell(place)).strip() for place, name in enumerate(names)}
        active = cells.get("active", "").lower()
        if active and active not in _YES | _NO:
            raise Invalid("rows", N_("Row {row}: “{given}” is neither yes nor no.", row=row.number, given=active))
        yield CostCentreRow(
            row.number, cells["code"], cells.get("name") or None, active in _YES if active else None,
            cells.get("manager"),
        )  # fmt: skip
