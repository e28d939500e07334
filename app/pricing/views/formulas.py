"""Lists that are worked out from another or from cost."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, url_for

from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.pricing.forms.rules import FormulaForm
from app.pricing.policy import Permission
from app.pricing.queries.lists import list_names
from app.pricing.queries.rules import FormulaLine, formula, formulas
from app.pricing.service.formulas import set_formula
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/prices/formulas")
@requires(Permission.READ, scope=Scope.OPERATOR)
def formulas_index() -> Response:
    return render_page(
        "pricing/formulas_index.html", rows=formulas(actor()), may_edit=actor().can(Permission.EDIT), modes=_modes()
    )


@blueprint.route("/prices/formulas/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def formula_new() -> Response:
    return _edited(FormulaForm(), None)


@blueprint.route("/prices/formulas/<number:code>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def formula_edit(code: str) -> Response:
    held = formula(actor(), code)
    form = FormulaForm(data={
        "code": held.code, "name": held.name, "source": held.source, "currency": "" if held.source else held.currency,
        "factor": _bare(held.factor), "surcharge": _bare(held.surcharge), "step": _bare(held.step), "mode": held.mode,
        "ending": None if held.ending is None else _bare(held.ending), "digits": Decimal(held.digits),
    })  # fmt: skip
    return _edited(form, held)


def _edited(form: FormulaForm, held: FormulaLine | None) -> Response:
    own = held.code if held else ""
    form.source.choices = choices([("", str(_("cost"))), *(
        (code, f"{code} {name} ({currency})") for code, name, currency in list_names(actor()) if code != own
    )])  # fmt: skip
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            if held is not None and row.code != held.code:
                raise Conflict(N_("A list keeps its code."))
            set_formula(actor(), row)
            tell(_("Saved. It holds from the next request on."))
            return make_response(redirect(url_for("pricing.formulas_index"), code=303))
    return render_page("pricing/formula_edit.html", form=form, held=held, status=form.status)


def _bare(value: Decimal) -> Decimal:
    """Without the zeros of the column."""
    return value.normalize() + 0


def _modes() -> dict[str, str]:
    return {
        "half_up": _("to the nearest, half up"), "half_even": _("to the nearest, half to even"), "up": _("up"),
        "down": _("down"),
    }  # fmt: skip
