"""Discount matrices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flask import Response, make_response, redirect, url_for

from app.accounts.queries.groups import groups
from app.core.actor import Scope
from app.core.errors import Conflict, NotFound
from app.core.texts import N_
from app.pricing.forms.rules import MatrixForm, RuleForm
from app.pricing.policy import Permission
from app.pricing.queries.rules import MatrixLine, matrices, matrix, rules
from app.pricing.service.discounts import MatrixRow, remove_rule, set_matrix, set_rules
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/prices/discounts")
@requires(Permission.READ, scope=Scope.OPERATOR)
def discounts_index() -> Response:
    return render_page(
        "pricing/discounts_index.html", rows=matrices(actor()), last_day=last_day,
        may_edit=actor().can(Permission.EDIT),
    )  # fmt: skip


@blueprint.get("/prices/discounts/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def discount_show(code: str) -> Response:
    return _shown(matrix(actor(), code), _rule_form())


@blueprint.post("/prices/discounts/<number:code>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def discount_rule(code: str) -> Response:
    found, form = matrix(actor(), code), _rule_form()
    if form.validate():
        with form.catching():
            set_rules(actor(), found.id, [form.row()])
            tell(_("The discount holds from the next request on."))
            return _go(code)
    return _shown(found, form)


@blueprint.post("/prices/discounts/<number:code>/rules/<int:rule_id>/remove")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def discount_rule_remove(code: str, rule_id: int) -> Response:
    remove_rule(actor(), matrix(actor(), code).id, rule_id)
    tell(_("The rule is removed."))
    return _go(code)


@blueprint.route("/prices/discounts/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def discount_new() -> Response:
    return _edited(MatrixForm(), None)


@blueprint.route("/prices/discounts/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def discount_edit(code: str) -> Response:
    held = matrix(actor(), code)
    form = MatrixForm(data={
        "code": held.code, "name": held.name, "reach": held.reach, "position": Decimal(held.position),
        "is_active": held.is_active, "valid_from": held.valid_from,
        "last_day": held.valid_to - timedelta(days=1) if held.valid_to else None,
    })  # fmt: skip
    return _edited(form, held)


def _edited(form: MatrixForm, held: MatrixLine | None) -> Response:
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            _demand_same(row, held)
            set_matrix(actor(), row)
            tell(_("Saved. It holds from the next request on."))
            return _go(row.code)
    return render_page("pricing/discount_edit.html", form=form, held=held, status=form.status)


def _demand_same(row: MatrixRow, held: MatrixLine | None) -> None:
    if held is not None:
        if row.code != held.code:
            raise Conflict(N_("A matrix keeps its code."))
        return
    try:
        matrix(actor(), row.code)
    except NotFound:
        return
    raise Conflict(N_("There is a matrix {code} already.", code=row.code))


def _rule_form() -> RuleForm:
    form = RuleForm()
    offered = [(one.code, f"{one.code} {one.name}") for one in groups(actor())]
    form.group.choices = choices([("", str(_("everybody"))), *offered])
    return form


def _shown(found: MatrixLine, form: RuleForm) -> Response:
    return render_page(
        "pricing/discount_show.html", found=found, rows=rules(actor(), found.id), form=form, last_day=last_day,
        may_edit=actor().can(Permission.EDIT), status=form.status,
    )  # fmt: skip


def _go(code: str) -> Response:
    return make_response(redirect(url_for("pricing.discount_show", code=code), code=303))
