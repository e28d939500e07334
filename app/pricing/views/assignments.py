"""Which chain holds on which level."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.pricing.domain.reasons import LEVEL_NAMES
from app.pricing.forms.rules import COMBINES, AssignmentForm
from app.pricing.policy import Permission
from app.pricing.queries.chains import chain_names
from app.pricing.queries.rules import AssignmentLine, assignment, assignments
from app.pricing.service.assignments import add_assignment, change_assignment, remove_assignment
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/prices/assignments", methods=["GET"])
@requires(Permission.READ, scope=Scope.OPERATOR)
def assignments_index() -> Response:
    search = request.args.get("q", "").strip()[:40]
    return render_page(
        "pricing/assignments_index.html",
        rows=assignments(actor(), search),
        search=search,
        level_names=LEVEL_NAMES,
        combines=COMBINES,
        last_day=last_day,
        may_edit=actor().can(Permission.ASSIGN),
    )


@blueprint.route("/prices/assignments/new", methods=["GET", "POST"])
@requires(Permission.ASSIGN, scope=Scope.OPERATOR)
def assignment_new() -> Response:
    form = _offered(AssignmentForm(level=request.args.get("level"), subject=request.args.get("subject")))
    return _edited(form, None)


@blueprint.route("/prices/assignments/<int:assignment_id>", methods=["GET", "POST"])
@requires(Permission.ASSIGN, scope=Scope.OPERATOR)
def assignment_edit(assignment_id: int) -> Response:
    held = assignment(actor(), assignment_id)
    form = AssignmentForm(data={
        "level": held.level, "subject": held.subject, "chain": held.chain, "combine": held.combine,
        "converts": held.converts, "position": Decimal(held.position), "valid_from": held.valid_from,
        "last_day": held.valid_to - timedelta(days=1) if held.valid_to else None,
    })  # fmt: skip
    return _edited(_offered(form), held)


@blueprint.post("/prices/assignments/<int:assignment_id>/remove")
@requires(Permission.ASSIGN, scope=Scope.OPERATOR)
def assignment_remove(assignment_id: int) -> Response:
    remove_assignment(actor(), assignment_id)
    tell(_("The chain holds there no longer."))
    return _go()


def _offered(form: AssignmentForm) -> AssignmentForm:
    form.chain.choices = choices([(code, f"{code} {name}".strip()) for _id, code, name, _d in chain_names(actor())])
    return form


def _edited(form: AssignmentForm, held: AssignmentLine | None) -> Response:
    if form.validate_on_submit():
        with form.catching():
            if held is None:
                add_assignment(actor(), form.row())
            else:
                change_assignment(actor(), held.id, form.row())
            tell(_("Saved. It holds from the next request on."))
            return _go()
    return render_page("pricing/assignment_edit.html", form=form, held=held, status=form.status)


def _go() -> Response:
    return make_response(redirect(url_for("pricing.assignments_index"), code=303))
