"""Rules that warn: what stands, the rules, and changing them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, make_response, redirect, url_for

from app.accounts.domain.roles import ROLE_NAMES, Role
from app.core.actor import Scope
from app.sales.domain.alerts import FIGURES
from app.sales.forms.alerts import AlertRuleForm
from app.sales.policy import Permission
from app.sales.queries.alerts import alert_rule, alert_rules, crossings
from app.sales.service.alerts import change_rule, drop_rule, make_rule, switch_rule
from app.sales.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say


def _back() -> Response:
    return make_response(redirect(url_for("sales.alerts"), code=303))


@blueprint.get("/sales/alerts")
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def alerts() -> Response:
    return render_page(
        "sales/alerts.html",
        rules=[rule for rule in alert_rules(actor()) if rule.figure in FIGURES],
        crossings=[one for one in crossings(actor()) if one.figure in FIGURES],
        figures=FIGURES,
        told=lambda rule: ", ".join(say(ROLE_NAMES[Role(role)]) for role in rule.roles),
        say=say,
    )


@blueprint.route("/sales/alerts/new", methods=["GET", "POST"])
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def alert_new() -> Any:
    form = AlertRuleForm(roles=[str(Role.SALES)])
    if form.validate_on_submit():
        with form.catching():
            make_rule(
                actor(),
                form.figure.data,
                form.threshold.data or Decimal(0),
                form.roles.data or [],
                client_ref=form.client_ref.data,
            )
            tell(_("The rule is on. It is looked at every ten minutes."))
            return _back()
    return render_page("sales/alert_edit.html", form=form, rule=None, status=form.status)


@blueprint.route("/sales/alerts/<int:rule_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def alert_edit(rule_id: int) -> Any:
    rule = alert_rule(actor(), rule_id)
    form = AlertRuleForm(figure=rule.figure, threshold=rule.threshold, roles=rule.roles)
    if form.validate_on_submit():
        with form.catching():
            change_rule(actor(), rule_id, form.figure.data, form.threshold.data or Decimal(0), form.roles.data or [])
            tell(_("The rule is changed."))
            return _back()
    return render_page("sales/alert_edit.html", form=form, rule=rule, status=form.status)


@blueprint.post("/sales/alerts/<int:rule_id>/<any(on, off, delete):what>")
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def alert_switch(rule_id: int, what: str) -> Response:
    if what == "delete":
        drop_rule(actor(), rule_id)
        tell(_("The rule is deleted."))
    else:
        switch_rule(actor(), rule_id, is_on=what == "on")
        tell(_("The rule is on.") if what == "on" else _("The rule is off."))
    return _back()
