"""Suppliers: how they score, who may be invited, and the criteria."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flask import Response, render_template, request

from app.core.errors import Invalid
from app.core.once import once
from app.sourcing.domain.scorecard import DEFAULT_CRITERIA, FACTS, Criterion
from app.sourcing.forms.awards import SupplierForm
from app.sourcing.policy import Permission
from app.sourcing.queries.suppliers import criteria_of, supplier_page, suppliers, troubled
from app.sourcing.service import scorecards as service
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.slots import slot
from app.web.texts import _, language, say

nav_entry(56, "sourcing.suppliers_index", _("Suppliers"), Permission.SUPPLIERS, "people", group="more")
_ROWS = 8


@slot("sourcing.tender.supplier")
def standing_beside(*, supplier_id: int, **_others: object) -> str | None:
    """Beside a supplier that is invited: a warning by its score, or that it is blocked; read once for the page."""
    found = once("standings of suppliers", lambda: troubled(actor())).get(supplier_id)
    return None if found is None else render_template("sourcing/_standing.html", standing=found)


@blueprint.get("/suppliers")
@requires(Permission.SUPPLIERS)
def suppliers_index() -> Response:
    words = request.args.get("q", "").strip()[:60]
    return render_page("sourcing/suppliers_index.html", rows=suppliers(actor(), words), words=words)


@blueprint.route("/suppliers/<int:supplier_id>", methods=["GET", "POST"])
@requires(Permission.SUPPLIERS)
def supplier_show(supplier_id: int) -> Response:
    page = supplier_page(actor(), supplier_id)
    form = SupplierForm(decision=page.standing.decision, reason=page.standing.reason)
    if form.validate_on_submit():
        with form.catching():
            service.decide_supplier(actor(), supplier_id, form.decision.data or "", reason=form.reason.data or "")
            tell(_("Kept."))
            return go("sourcing.supplier_show", supplier_id=supplier_id)
    return render_page("sourcing/supplier_show.html", page=page, form=form, facts=FACTS, status=form.status)


@blueprint.route("/suppliers/scorecard", methods=["GET", "POST"])
@requires(Permission.SUPPLIERS)
def scorecard_edit() -> Response:
    """The criteria with their formulas; `usual` puts back what Kontor starts with."""
    criteria, _weight = criteria_of(actor().company_id)
    problem = ""
    if request.method == "POST":
        try:
            criteria = DEFAULT_CRITERIA if "usual" in request.form else tuple(_entered())
            service.set_criteria(actor(), criteria)
        except Invalid as error:
            problem = say(error.message)
        else:
            tell(_("Kept. All scores are counted anew."))
            return go("sourcing.suppliers_index")
    rows: list[Criterion | None] = [*criteria, *[None] * max(_ROWS - len(criteria), 0)]
    return render_page(
        "sourcing/scorecard_edit.html", rows=rows, facts=FACTS, problem=problem, status=422 if problem else 200
    )


def _entered() -> list[Criterion]:
    columns = [request.form.getlist(name) for name in ("name", "formula", "weight")]
    found = []
    known = {str(one.code): one for one in DEFAULT_CRITERIA}
    for place, (name, formula, weight) in enumerate(zip(*columns, strict=False)):
        if not name.strip():
            continue
        code = next((one.code for one in known.values() if name.strip() == one.name), f"own_{place + 1}")
        row = Criterion(code, name.strip()[:60], formula.strip(), Decimal(0))
        try:
            found.append(replace(row, weight=parse_decimal(weight, language())))
        except ValueError:
            raise Invalid("weight", say(_("“{given}” is not a number.", given=weight))) from None
    return found
