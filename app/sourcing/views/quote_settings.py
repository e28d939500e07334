"""What holds for quotes: validity, rounds, smallest request, and how far each salesperson may go alone."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Invalid
from app.sourcing.forms.quote_rules import QuoteRightForm, QuoteRulesForm
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_rules import quote_rules, sellers
from app.sourcing.service.quote_rules import set_quote_right, set_quote_rules
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _

_FIELDS = {"max_discount": "own_discount", "min_margin": "own_margin"}


@blueprint.route("/settings/quotes", methods=["GET", "POST"])
@requires(Permission.QUOTE_RULES, scope=Scope.OPERATOR)
def quote_settings() -> Response:
    form = _rules_form()
    if form.validate_on_submit():
        with form.catching():
            set_quote_rules(actor(), form.rules())
            tell(_("The rules for quotes are saved."))
            return go("sourcing.quote_settings")
    return _page(form, QuoteRightForm(formdata=None))


@blueprint.post("/settings/quotes/rights")
@requires(Permission.QUOTE_RULES, scope=Scope.OPERATOR)
def quote_right_save() -> Response:
    """Limits of one person; empty fields take them away."""
    form = QuoteRightForm()
    form.person.choices = _people()
    if form.validate_on_submit():
        try:
            set_quote_right(actor(), int(form.person.data), form.right(quote_rules(actor()).right))
            tell(_("The limits are saved."))
            return go("sourcing.quote_settings")
        except Invalid as error:
            form.refuse(Invalid(_FIELDS.get(error.field, error.field), error.message))
    return _page(_rules_form(is_fresh=True), form)


def _rules_form(*, is_fresh: bool = False) -> QuoteRulesForm:
    values = asdict(quote_rules(actor()))
    values |= values.pop("right")
    return QuoteRulesForm(formdata=None, data=values) if is_fresh else QuoteRulesForm(data=values)


def _people() -> list[tuple[str, str]]:
    return [(str(one.user_id), one.name) for one in sellers(actor())]


def _page(form: QuoteRulesForm, own: QuoteRightForm) -> Response:
    own.person.choices = _people()
    if request.method == "GET":
        own.person.data = request.args.get("person", "")
    return render_page(
        "sourcing/quote_settings.html",
        form=form,
        own=own,
        sellers=sellers(actor()),
        common=quote_rules(actor()).right,
        status=max(form.status, own.status),
    )
